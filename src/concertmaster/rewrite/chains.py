"""Takes a step out of a chain such as `begin >> a >> b`; the other steps keep their layout and comments."""

from __future__ import annotations

import ast
import re

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.spans import replace_span

_TRAILING = re.compile(rb"[ \t]*(?:#[^\n]*?)?(?=\r?\n|\Z)")


def drop_step(file: PythonFile, link: ast.BinOp) -> Edit | None:
    """`left >> right` without the right side; None where brackets or comments are in the way."""
    left_end, (start, end) = file.span(link.left)[1], file.span(link.right)
    between = file.source[left_end:start]
    operator = between.rfind(b">>")
    before, behind = between[:operator], between[operator + 2 :]
    if operator < 0 or behind.strip() or b"(" in between or b")" in between:
        return None
    line_break = before.rfind(b"\n")
    if line_break >= 0 and not before[line_break:].strip():
        return _drop_line(file, left_end + line_break, end)
    if b"#" in before or before.strip():
        return None
    return replace_span(file, left_end, end, "")


def _drop_line(file: PythonFile, line_break: int, end: int) -> Edit:
    """A step on a line of its own goes with what is said about it."""
    begin = line_break - 1 if file.source[line_break - 1 : line_break] == b"\r" else line_break
    trailing = _TRAILING.match(file.source, end)
    return replace_span(file, begin, trailing.end() if trailing else end, "")
