"""The lines of a file that a finding is about, and what mending it does to them, as rows for a terminal."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.findings import Edit, Finding, apply
from concertmaster.project.masking import masked

#: Rows of a difference that are shown before the rest is only counted, and lines that are compared at all.
MOST_ROWS, MOST_LINES = 10, 400
_WORD = re.compile(r"[\w.]+")
_NAME = re.compile(r"[\w.]+|\S")


class Row(Struct, frozen=True):
    """A line of a file: taken away (`-`), put in (`+`) or as it is; `caret` is the span to point at, from 0."""

    sign: str
    number: int | None
    text: str
    caret: tuple[int, int] | None = None


class Source:
    """A file by its lines, for many findings of it."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.lines = content.split(b"\n")
        self._starts = list(accumulate((len(line) + 1 for line in self.lines), initial=0))[:-1]

    def line(self, number: int) -> str:
        """A line by its number from 1; nothing where there is none."""
        return _text(self.lines[number - 1]) if 0 < number <= len(self.lines) else ""

    def line_at(self, offset: int) -> int:
        return bisect.bisect_right(self._starts, offset)

    def span_in(self, number: int, edit: Edit) -> tuple[int, int] | None:
        """The characters of a line that an edit is about: what it takes away, or the name that it adds to."""
        line, start = self.lines[number - 1], self._starts[number - 1]
        first, last = edit.start - start, edit.end - start
        if not 0 <= first <= last <= len(line):
            return None
        before, inside, after = _text(line[:first]), _text(line[first:last]), _text(line[last:])
        if not inside.strip():
            before = before[: len(before) - len(_name_at(before[::-1]))]
            return len(before), len(_text(line)) - len(after) + len(_name_at(after))
        return len(before), len(before) + len(inside.rstrip())

    def changed(self, edits: Sequence[Edit]) -> Iterator[tuple[int, list[bytes], list[bytes]]]:
        """Lines that edits touch, those next to each other together: the first one's number, before, after."""
        for first, last, group in _together(self, sorted(set(edits))):
            start = self._starts[first - 1]
            end = self._starts[last] if last < len(self._starts) else len(self._content)
            moved = [Edit(edit.start - start, edit.end - start, edit.text) for edit in group]
            old = self._content[start:end]
            yield first, _lines(old), _lines(apply(old, moved))


def _name_at(text: str) -> str:
    found = _WORD.match(text)
    return found[0] if found else ""


def _together(source: Source, edits: Sequence[Edit]) -> Iterator[tuple[int, int, list[Edit]]]:
    first = last = 0
    group: list[Edit] = []
    for edit in edits:
        start, end = source.line_at(edit.start), source.line_at(edit.end)
        if group and start > last + 1:
            yield first, last, group
            group = []
        first, last = (min(first, start), max(last, end)) if group else (start, end)
        group.append(edit)
    if group:
        yield first, last, group


def _lines(content: bytes) -> list[bytes]:
    parts = content.split(b"\n")
    return parts if parts[-1] else parts[:-1]


def rows(finding: Finding, source: Source) -> tuple[list[Row], int]:
    """What to show of a finding, and how many rows of its cure are left out."""
    changes = list(_changes(finding, source))
    removed = {row.number for row in changes if row.sign == "-"}
    pointed = [_pointed(row, finding, source) if row.sign == "-" else row for row in changes]
    if finding.line not in removed and 0 < finding.line <= len(source.lines):
        pointed.insert(0, _pointed(Row(" ", finding.line, source.line(finding.line)), finding, source))
    return [_masked(row, finding.path) for row in pointed[:MOST_ROWS]], len(pointed[MOST_ROWS:])


def _masked(row: Row, path: str) -> Row:
    """Without the password of an address: what is shown on a terminal ends in logs and recordings."""
    text = masked(row.text, path)
    if text == row.text:
        return row
    kept = row.caret is not None and text[: row.caret[1]] == row.text[: row.caret[1]]
    return replace(row, text=text, caret=row.caret if kept else None)


def _changes(finding: Finding, source: Source) -> Iterator[Row]:
    for line in finding.difference:
        if line.startswith(("+", "-")) and not line.startswith(("+++", "---")):
            yield Row(line[0], None, line[1:].rstrip("\n"))
    for first, old, new in source.changed(finding.edits):
        if len(old) + len(new) > MOST_LINES:
            continue
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                yield from (Row("-", first + at, _text(old[at])) for at in range(i1, i2))
                yield from (Row("+", None, _text(new[at])) for at in range(j1, j2))


def _pointed(row: Row, finding: Finding, source: Source) -> Row:
    """With a span to point at: what is mended on the finding's line, or else where it begins."""
    start = finding.column - 1
    if row.number != finding.line or not 0 <= start < len(row.text):
        return row
    spans = (source.span_in(row.number, edit) for edit in sorted(finding.edits))
    caret = next((span for span in spans if span is not None and span[1] > span[0] >= start), None)
    found = _NAME.match(row.text, start)
    return replace(row, caret=caret or (start, found.end() if found else start + 1))


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r")
