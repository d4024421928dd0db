"""What a rule found and how to mend it: plain data that every other part passes on."""

from __future__ import annotations

import bisect
import hashlib
import itertools
from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct


class Safety(StrEnum):
    """How far a rewrite may be trusted."""

    SAFE = "safe"
    SUGGESTED = "suggested"
    MANUAL = "manual"


class Severity(StrEnum):
    """How much a finding matters in the release under judgement."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"

    @property
    def rank(self) -> int:
        """0 for a notice, 2 for an error."""
        return ("notice", "warning", "error").index(self.value)


class Edit(Struct, frozen=True, order=True):
    """Replace the bytes `start` to `end` (exclusive) of a file by `text`."""

    start: int
    end: int
    text: bytes

    def trimmed(self, source: bytes) -> Edit:
        """The same change without the bytes that it would replace by themselves."""
        old = source[self.start : self.end]
        prefix = _common(old, self.text)
        suffix = _common(old[prefix:][::-1], self.text[prefix:][::-1])
        return Edit(self.start + prefix, self.end - suffix, self.text[prefix : len(self.text) - suffix])

    def overlaps(self, other: Edit) -> bool:
        """Whether both want the same bytes; two insertions at one place do."""
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


def _common(left: bytes, right: bytes) -> int:
    length = min(len(left), len(right))
    if left[:length] == right[:length]:
        return length
    return next(i for i in range(length) if left[i] != right[i])


def apply(source: bytes, edits: Iterable[Edit]) -> bytes:
    """The file after all edits; they must not overlap.

    Raises:
        ValueError: two edits want the same bytes.
    """
    parts: list[bytes] = []
    position = 0
    for edit in sorted(set(edits)):
        if edit.start < position:
            raise ValueError(f"edits overlap at byte {edit.start}")
        parts += (source[position : edit.start], edit.text)
        position = edit.end
    return b"".join((*parts, source[position:]))


class Finding(Struct, frozen=True):
    """One thing that is wrong at one place, judged, with the edits that mend it.

    Lines and columns count from 1, columns in characters; `edits` are byte spans of the file.
    `rows` are the catalogue's row ids, `since` the release that makes it a finding. `fingerprint` tells it
    from all others of a project; `likeness` is the same wherever the same lines have the same fault. `difference`
    shows before and after of something that is no text of a file, in the way of a unified difference.
    `works_from` is the release that it can first be mended under. `kinship` stays when the lines are edited and
    are still wrong, for it tells where they stand; only reviews give it.
    """

    rule: str
    rows: tuple[str, ...]
    path: str
    line: int
    end_line: int
    column: int
    severity: Severity
    safety: Safety
    message: str
    since: str
    title: str = ""
    url: str = ""
    edits: tuple[Edit, ...] = ()
    fingerprint: str = ""
    likeness: str = ""
    difference: tuple[str, ...] = ()
    works_from: str = ""
    kinship: str = ""

    @property
    def place(self) -> tuple[str, int, int, str]:
        """The order in which findings are told."""
        return (self.path, self.line, self.column, self.rule)


class Unanalysed(Struct, frozen=True):
    """A file that could not be judged, and why; never silently passed over."""

    path: str
    reason: str


class Suppressed(Struct, frozen=True):
    """A finding that a comment in the file keeps, and the reason that it gives."""

    finding: Finding
    reason: str


def fingerprint(rule: str, path: str, text: str, ordinal: int) -> str:
    """Identity of a finding that survives moved lines and reworded messages."""
    return _digest(rule, path, _stripped(text), str(ordinal))


def likeness(rule: str, text: str) -> str:
    """What a finding has in common with those of the same rule on the same lines of any file."""
    return _digest(rule, _stripped(text))


def kinship(rule: str, home: Iterable[str], before: str, after: str) -> str:
    """Where a finding stands, in four parts that can be compared by themselves; empty where there is nothing."""
    parts = ("\0".join(home), before, after)
    return "-".join((_digest(rule)[:6], *(_digest(part)[:6] if part else "" for part in parts)))


def _stripped(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class EditSet:
    """Edits that can be made together: a group is taken whole or not at all, first come first served."""

    def __init__(self) -> None:
        self._taken: list[Edit] = []
        self._known: set[Edit] = set()

    def __iter__(self) -> Iterator[Edit]:
        return iter(self._taken)

    def __bool__(self) -> bool:
        return bool(self._taken)

    def add(self, group: Iterable[Edit]) -> bool:
        """Take a group of edits unless one of them wants bytes that are taken."""
        fresh = [edit for edit in dict.fromkeys(group) if edit not in self._known]
        if any(self._clashes(edit) for edit in fresh):
            return False
        for edit in fresh:
            bisect.insort(self._taken, edit)
            self._known.add(edit)
        return True

    def _clashes(self, edit: Edit) -> bool:
        """Taken edits do not overlap, so only the neighbours can clash."""
        index = bisect.bisect_left(self._taken, edit)
        return any(edit.overlaps(other) for other in self._taken[max(0, index - 1) : index + 1])


class Intervals:
    """Spans of bytes, added first and asked afterwards."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []
        self._starts: list[int] = []
        self._reach: list[int] = []

    def add(self, span: tuple[int, int]) -> None:
        self._spans.append(span)
        self._starts = []

    def touch(self, span: tuple[int, int]) -> bool:
        """Whether a span shares a place with one that was added; ends count in."""
        if not self._starts:
            self._spans.sort()
            self._starts = [start for start, _ in self._spans]
            self._reach = list(itertools.accumulate((end for _, end in self._spans), max))
        before = bisect.bisect_right(self._starts, span[1])
        return before > 0 and self._reach[before - 1] >= span[0]
