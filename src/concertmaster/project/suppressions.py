"""`# concertmaster: ignore[rule] reason`: findings that somebody has looked at and wants to keep."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

MARK = b"concertmaster:"
_COMMENT = re.compile(
    r"(?P<sign>#|//|<!--|^[ \t]*\.\.[ \t])\s*concertmaster:\s*ignore\[(?P<rules>[^\]\n]*)\][ \t]*"
    r"(?P<reason>[^\n]*?)[ \t\r]*(?:-->|\*/|$)",
    re.MULTILINE,
)
_HEAD = re.compile(r"[ \t>]*(?:\r?$|`{3}|~{3}|\.\.[ \t]|:[\w-]+:)")
_NEAR = 8


class Suppression(Struct, frozen=True):
    """One comment: the rules that it names, why, the line it stands on, and the lines that it covers."""

    rules: frozenset[str]
    reason: str
    line: int
    first: int
    last: int

    def covers(self, rule: str, first: int, last: int) -> bool:
        """Whether a finding of that rule on those lines is meant."""
        return rule in self.rules and self.first <= last and first <= self.last


def python_suppressions(source: str, tree: ast.Module) -> tuple[Suppression, ...]:
    """The suppressions of a Python file; each covers the statement that it stands on, or the next one."""
    found = []
    for number, text, alone in _comments(source):
        match = _COMMENT.match(text)
        if match is not None:
            first, last = statement_lines(tree, number + 1 if alone else number)
            found.append(_suppression(match, number, first, last))
    return tuple(found)


def line_suppressions(source: str) -> tuple[Suppression, ...]:
    """The same for files with comments of a line: it, or the line below a comment of its own."""
    found = []
    for number, line in enumerate(source.split("\n"), start=1):
        match = _COMMENT.search(line)
        if match is not None:
            meant = number if line[: match.start()].strip() else number + 1
            found.append(_suppression(match, number, meant, meant))
    return tuple(found)


def document_suppressions(source: str, blocks: Sequence[tuple[int, int]]) -> tuple[Suppression, ...]:
    """Those of a document's own comments; each covers its line, or the line or the block of code that follows it.

    `blocks` are the lines of code; what stands in there is no comment of the document.
    """
    lines = source.split("\n")
    found = []
    for one in line_suppressions(source):
        if any(first <= one.line <= last for first, last in blocks):
            continue
        last = next((last for first, last in blocks if _leads_to(lines, one.line, first)), one.last)
        found.append(replace(one, last=max(one.last, last)))
    return tuple(found)


def _leads_to(lines: Sequence[str], line: int, first: int) -> bool:
    """Whether between a comment and a block is nothing but what begins the block."""
    return line < first <= line + _NEAR and all(map(_HEAD.match, lines[line : first - 1]))


def without_marks(text: str) -> str:
    """A text without these comments, so that adding one does not make another text of it."""
    return _COMMENT.sub("", text)


def _suppression(match: re.Match[str], line: int, first: int, last: int) -> Suppression:
    names = frozenset(name.strip() for name in match["rules"].split(",") if name.strip())
    return Suppression(names, match["reason"].strip(), line, first, last)


def _comments(source: str) -> Iterator[tuple[int, str, bool]]:
    """Line, text, and whether nothing else stands on the line."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string, not token.line[: token.start[1]].strip()
    except (tokenize.TokenError, SyntaxError):
        return


def statement_lines(tree: ast.Module, line: int) -> tuple[int, int]:
    """The lines of the innermost statement at a line; of a compound one only its head."""
    best = (line, line)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            first, last = _head(node)
            if first <= line <= last and last - first >= best[1] - best[0]:
                best = (first, last)
    return best


def _head(node: ast.stmt) -> tuple[int, int]:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        return first, max(first, min(body[0].lineno - 1, node.end_lineno or first))
    return first, node.end_lineno or first
