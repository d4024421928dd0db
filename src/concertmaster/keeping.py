"""Writes `# concertmaster: ignore[rule] reason` above what somebody wants to keep, and sees that it does just that."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from concertmaster.apart import LostError, apart
from concertmaster.project.files import is_python
from concertmaster.project.suppressions import statement_lines
from concertmaster.project.walker import parse

MAX_REASON = 200
#: Python and editors read such words in the first lines of a file as orders.
_ORDER = re.compile(r"coding[:=]|\b(?:vim?|ex):", re.IGNORECASE)


def is_reason(text: str) -> bool:
    """Whether a text can stand in a comment of any file."""
    return bool(text.strip()) and len(text) <= MAX_REASON and text.isprintable() and not _ORDER.search(text)


def with_comments(path: str, source: bytes, lines: Iterable[int], rule: str, reason: str) -> bytes | None:
    """The text with a comment above the statement at each of the lines; None where that would change anything else."""
    try:
        return apart(_with_comments, (path, source, tuple(lines), rule, reason))
    except LostError:
        return None


def _with_comments(given: tuple[str, bytes, tuple[int, ...], str, str]) -> bytes | None:
    path, source, lines, rule, reason = given
    places = {_first(path, source, line) for line in lines}
    rows = source.split(b"\n")
    comment = f"# concertmaster: ignore[{rule}] {reason}".encode()
    for place in sorted(places, reverse=True):
        if not 1 <= place <= len(rows):
            return None
        row = rows[place - 1]
        indent = row[: len(row) - len(row.lstrip(b" \t"))]
        rows.insert(place - 1, indent + comment + (b"\r" if row.endswith(b"\r") else b""))
    new = b"\n".join(rows)
    return new if not is_python(path) or _same(source, new) else None


def _first(path: str, source: bytes, line: int) -> int:
    """The first line of the statement that a line belongs to."""
    tree = _tree(source) if is_python(path) else None
    return statement_lines(tree, line)[0] if tree else line


def _same(old: bytes, new: bytes) -> bool:
    before, after = _tree(old), _tree(new)
    return before is not None and after is not None and ast.dump(before) == ast.dump(after)


def _tree(source: bytes) -> ast.Module | None:
    try:
        return parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
