"""Settings in the tables of a document: which variables there are, a row for each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.settings.known import speaks_of_framework
from concertmaster.project.settings.model import Group, Kind, Reader, Setting, Written

_ROW = re.compile(
    r"^[ \t]*\|[ \t]*(?:`{1,2}|\*\*)?(?P<key>[A-Z][A-Z0-9_]{2,63})(?:`{1,2}|\*\*)?[ \t]*\|[^\n]*\n?",
    re.MULTILINE,
)


def read_tables(text: Manifest) -> Iterator[Setting]:
    """Rows whose first cell is a variable; rows that follow each other stand together."""
    readers = (Reader("", speaks_of_framework(text.path)),)
    group, end = Group(0, readers), -1
    for match in _ROW.finditer(text.text):
        if match.start() != end:
            group = Group(match.start(), readers)
        end = match.end()
        yield Written(match["key"], match.start("key"), match.span()).on(text, group, Kind.TABLE)
