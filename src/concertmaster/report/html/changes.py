"""A file before and after a rewrite, side by side, with what each changed place is for."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from concertmaster.findings import Finding
from concertmaster.project.masking import masked
from concertmaster.report.excerpts import Source
from concertmaster.report.html.page import line

CONTEXT = 3
#: Lines up to which frequent ones are compared too; the time for that grows with their square.
MOST_EXACT = 1_000
Opcode = tuple[str, int, int, int, int]
#: A row: the number and text before, the number and text after; null where there is no such line.
Cells = list[int | str | None]


def change(
    path: str, old: bytes | None, new: bytes, findings: Sequence[tuple[int, Finding]]
) -> list[dict[str, Any]]:
    """The changed places of one file; findings come with their numbers in the report."""
    source = Source(old or b"")
    before, after = _lines(old or b""), _lines(new)
    groups = list(
        SequenceMatcher(None, before, after, autojunk=len(before) > MOST_EXACT).get_grouped_opcodes(CONTEXT)
    )
    touched = _touched(groups, source, findings)
    return [
        {
            "findings": sorted(numbers),
            "rows": [cells for opcode in group for cells in _rows(path, opcode, before, after)],
        }
        for group, numbers in zip(groups, touched, strict=True)
    ]


def _touched(
    groups: Sequence[Sequence[Opcode]], source: Source, findings: Sequence[tuple[int, Finding]]
) -> list[set[int]]:
    """The findings whose edits, or whose own lines where they have none, lie in each group."""
    found: list[set[int]] = [set() for _ in groups]
    starts = [group[0][1] + 1 for group in groups]
    for number, finding in findings:
        for first, last in _spans(source, finding):
            index = bisect.bisect_right(starts, last) - 1
            while index >= 0 and groups[index][-1][2] >= first:
                found[index].add(number)
                index -= 1
    return found


def _spans(source: Source, finding: Finding) -> Iterator[tuple[int, int]]:
    for edit in finding.edits:
        yield source.line_at(edit.start), source.line_at(edit.end)
    if not finding.edits and finding.difference:
        yield finding.line, finding.end_line


def _rows(path: str, opcode: Opcode, before: list[str], after: list[str]) -> Iterator[Cells]:
    tag, i1, i2, j1, j2 = opcode
    for i, j in zip_longest(range(i1, i2), range(j1, j2)):
        left: Cells = [None, None] if i is None else [i + 1, line(masked(before[i], path))]
        right: Cells = [None, None] if j is None else [j + 1, line(masked(after[j], path))]
        yield [*left, *right] if tag != "equal" else [*left, right[0]]


def _lines(content: bytes) -> list[str]:
    parts = [part.removesuffix("\r") for part in content.decode("utf-8", "replace").split("\n")]
    return parts if parts[-1] else parts[:-1]
