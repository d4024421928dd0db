"""SQL in `sqlalchemy.text(…)`: what it says outside of quotes and comments, and where that is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile

_TEXT = frozenset(
    f"sqlalchemy.{name}text"
    for name in ("", "sql.", "sql.expression.", "sql.elements.", "sql._elements_constructors.")
)
_OPENING = re.compile(r"(?P<raw>[rRuU]?)(?P<quotes>\"\"\"|'''|\"|')")
_QUIET = re.compile(
    r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$", re.DOTALL
)
MAX_LENGTH = 16 * 1024  # a hostile text could make the search for its quotes take long
#: A bind parameter, as SQLAlchemy finds it.
PARAMETER = re.compile(r"(?<![:\w\\]):(?P<name>\w+)(?!:)")


class Sql(Struct, frozen=True):
    """The text of a `text(…)` call; `code` has the same length, with quoted parts and comments blanked."""

    call: ast.Call
    literal: ast.expr
    text: str
    code: str

    def replace(self, file: PythonFile, start: int, end: int, new: str) -> Edit | None:
        """Put `new` in the place of some characters; None where the literal does not show them one by one."""
        source = file.text(self.literal)
        opening = _OPENING.match(source)
        if opening is None or not isinstance(self.literal, ast.Constant):
            return None
        inner = source[opening.end() : -len(opening["quotes"])]
        newline = "\r\n" if "\r\n" in inner else "\n"
        if inner != self.text.replace("\n", newline):
            return None
        first, last = (
            len(self.text[:place].replace("\n", newline).encode(file.encoding)) for place in (start, end)
        )
        begin = file.span(self.literal)[0] + len(opening[0])
        return Edit(begin + first, begin + last, new.encode(file.encoding)).trimmed(file.source)

    @property
    def parameters(self) -> list[str]:
        return [match["name"] for match in PARAMETER.finditer(self.code)]


def statements(file: PythonFile) -> Iterator[Sql]:
    """Every text of SQL that is plain to see, at least between the values that an f-string puts in."""
    for call in file.nodes(ast.Call):
        if call.args and file.qualified(call.func) in _TEXT:
            text = _text(call.args[0])
            if text is not None and len(text) <= MAX_LENGTH:
                yield Sql(call, call.args[0], text, _QUIET.sub(_blank, text))


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "_" for part in node.values)
        return "".join(str(part) for part in parts)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
