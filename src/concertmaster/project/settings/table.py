"""Settings in the tables of a document: which variables there are, a row for each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.settings.known import speaks_of_framework
from concertmaster.project.settings.model import Group, Kind, Reader, Setting, Written

_ROW = re.compile(
    r"^[ \t]*\|[ \t]*(?:`{1,2}|\*\*)?(?P<key>[A-Z][A-Z0-9_]{2,63})(?:`{1,2}|\*\*)?[ \t]*\|[^\n]*\n?",
    re.MULTILINE,
)


_CELL = re.compile(r"(?<=\|)(?P<cell>[^|\n]*)(?=\|)")
_VALUE = re.compile(r"[ \t]*(?P<quote>`?\"?)(?P<value>[^`\"\s]+)\"?`?[ \t]*")
_RULE = re.compile(r"[ \t]*\|?[ \t:|-]+")
_VALUES = frozenset(("value", "default", "default value", "example", "example value"))
_FENCE = re.compile(r"^[ \t]*(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^[ \t]*(?P=fence)", re.MULTILINE | re.DOTALL)
_NEAR = 2_000


def read_tables(text: Manifest) -> Iterator[Setting]:
    """Rows whose first cell is a variable; rows that follow each other stand together."""
    readers = (Reader("", speaks_of_framework(text.path)),)
    group, end, column = Group(0, readers), -1, 0
    fences = [match.span() for match in _FENCE.finditer(text.text)]
    for match in _ROW.finditer(text.text):
        if any(start <= match.start() < stop for start, stop in fences):
            continue
        if match.start() != end:
            group, column = Group(match.start(), readers), _column_of_values(text.text, match.start())
        end = match.end()
        yield _row(text.text, match, column).on(text, group, Kind.TABLE)


def _column_of_values(text: str, start: int) -> int:
    """Which cell of a table is the value, by its head; 0 where none is, since that one names the variable."""
    head = text[max(0, start - _NEAR) : start].splitlines()[-2:]
    if len(head) < 2 or not _RULE.fullmatch(head[1]):
        return 0
    names = [cell.strip(" \t`*").lower() for cell in head[0].strip().strip("|").split("|")]
    return next((index for index, name in enumerate(names) if name in _VALUES), 0)


def _row(text: str, match: re.Match[str], column: int) -> Written:
    cells = list(_CELL.finditer(text, *match.span()))
    written = Written(match["key"], match.start("key"), match.span())
    if not column or column >= len(cells) or "\\|" in match[0]:
        return written
    value = _VALUE.fullmatch(cells[column]["cell"])
    if value is None:
        return written
    start = cells[column].start("cell") + value.start("value")
    return replace(written, value=value["value"], value_at=(start, start + len(value["value"])))
