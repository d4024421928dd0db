"""The hunks of a rewrite: which lines of a file change, and how a suggestion writes each of them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from msgspec import Struct

from concertmaster.findings import Edit
from concertmaster.github.diff import FileDiff
from concertmaster.github.lines import Change, changes, split_lines

#: A comment holds 65,536 characters; the rest is for what it says.
MAX_SUGGESTION = 40_000
#: Control characters, and those that reorder, hide or end lines where a comment is shown.
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class Replacement(Struct, frozen=True):
    """Lines `first` to `last` (from 1, both included) give way to `lines`, written without their endings."""

    first: int
    last: int
    lines: tuple[str, ...]


class Rewrite(Struct, frozen=True, dict=True):
    """A file before and after, line by line, and the hunks in which it changes."""

    old: Sequence[bytes]
    new: Sequence[bytes]
    hunks: tuple[Change, ...]

    @classmethod
    def of(cls, old: bytes, new: bytes, edits: Iterable[Edit], diff: FileDiff) -> Rewrite:
        """The rewrite of one text into another; what one edit does in one place of the diff is one hunk."""
        before, after = split_lines(old), split_lines(new)
        raw = cls(before, after, tuple(_apart(changes(before, after))))
        return cls(before, after, tuple(raw._joined(edits, diff)))

    def touched(self, edit: Edit) -> range:
        """The hunks in which an edit shows, by index.

        A hunk may lie a little off its edit, since equal lines beside it can be told apart in several ways.
        """
        first, end = self._line(edit.start), self._line(max(edit.start, edit.end - 1)) + 1
        start = bisect_left(self._reaches, first, key=lambda reach: reach[1])
        stop = bisect_right(self._reaches, end, key=lambda reach: reach[0])
        return range(start, max(start, stop))

    def mentions(self, index: int) -> tuple[set[str], set[str]]:
        """The words of a hunk's old and of its new lines."""
        hunk = self.hunks[index]
        return _words(self.old[hunk.start : hunk.end]), _words(self.new[hunk.new_start : hunk.new_end])

    def replacement(self, index: int, diff: FileDiff) -> Replacement | None:
        """What a suggestion must say to make a hunk; None where the diff does not show it, or no suggestion can."""
        start, end, new_start, new_end = self.hunks[index]
        if start == end:
            if start > 0 and diff.carries(start, start):
                start, new_start = start - 1, new_start - 1
            elif end < len(self.old):
                end, new_end = end + 1, new_end + 1
        if start == end or not diff.carries(start + 1, end):
            return None
        lines = self._written(self.old[start:end], self.new[new_start:new_end])
        return None if lines is None else Replacement(start + 1, end, lines)

    def text_with(self, wanted: Iterable[int]) -> bytes:
        """The file after some of its hunks."""
        parts: list[bytes] = []
        position = 0
        for hunk in (self.hunks[index] for index in sorted(wanted)):
            parts += self.old[position : hunk.start]
            parts += self.new[hunk.new_start : hunk.new_end]
            position = hunk.end
        return b"".join((*parts, *self.old[position:]))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) for line in self.old)]

    def _line(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    @cached_property
    def _ending(self) -> bytes | None:
        """How all lines end; None where they differ, or the text cannot be shown as it is."""
        text = b"".join(self.old)
        pairs, feeds = text.count(b"\r\n"), text.count(b"\n")
        if pairs not in (0, feeds) or text.count(b"\r") != pairs:
            return None
        try:
            text.decode()
        except UnicodeDecodeError:
            return None
        return b"\r\n" if pairs else b"\n"

    def _written(self, old: Sequence[bytes], new: Sequence[bytes]) -> tuple[str, ...] | None:
        """New lines without their endings; None where a suggestion would not come out byte for byte."""
        ending = self._ending
        if ending is None or _is_open(old) != _is_open(new):
            return None
        closed = new[:-1] if _is_open(new) else new
        if not all(line.endswith(ending) for line in closed):
            return None
        try:
            lines = tuple(line.removesuffix(ending).decode() for line in new)
        except UnicodeDecodeError:
            return None
        unsafe = any(_UNSAFE.search(line) for line in lines)
        return None if unsafe or sum(map(len, lines)) > MAX_SUGGESTION else lines

    @cached_property
    def _reaches(self) -> list[tuple[int, int]]:
        """From where to where each hunk could slide without meaning anything else."""
        ends = [0, *(hunk.end for hunk in self.hunks)]
        starts = [*(hunk.start for hunk in self.hunks[1:]), len(self.old)]
        return [
            self._reach(hunk, low, high) for hunk, low, high in zip(self.hunks, ends, starts, strict=False)
        ]

    def _reach(self, hunk: Change, low: int, high: int) -> tuple[int, int]:
        if hunk.start < hunk.end and hunk.new_start < hunk.new_end:
            return hunk.start, hunk.end
        ring = self.old[hunk.start : hunk.end] or self.new[hunk.new_start : hunk.new_end]
        start, end, size = hunk.start, hunk.end, len(ring)
        while start > low and self.old[start - 1] == ring[(start - hunk.start - 1) % size]:
            start -= 1
        while end < high and self.old[end] == ring[(end - hunk.end) % size]:
            end += 1
        return start, end

    def _joined(self, edits: Iterable[Edit], diff: FileDiff) -> Iterator[Change]:
        """The hunks, those that one edit spans taken together where the diff shows all that lies between."""
        spanned = {self.hunks[index] for edit in edits for index in self.touched(edit)[1:]}
        return _merged(
            self.hunks,
            lambda one, other: other in spanned and diff.carries(one.start + 1, other.end),
        )


def _apart(found: Iterable[Change]) -> Iterator[Change]:
    """Changes, those joined that would want the one line between them to hang an insertion on."""
    return _merged(
        found,
        lambda one, other: other.start - one.end == 1 and (one.start == one.end or other.start == other.end),
    )


def _merged(found: Iterable[Change], belong: Callable[[Change, Change], bool]) -> Iterator[Change]:
    """Changes in order, each taken together with the one before where the two belong to each other."""
    last: Change | None = None
    for change in found:
        if last and belong(last, change):
            last = _both(last, change)
            continue
        if last:
            yield last
        last = change
    if last:
        yield last


def _both(one: Change, other: Change) -> Change:
    return Change(one.start, other.end, one.new_start, other.new_end)


def _is_open(lines: Sequence[bytes]) -> bool:
    """Whether the last of these lines ends with the file, not with a line feed."""
    return bool(lines) and not lines[-1].endswith(b"\n")


def _words(lines: Iterable[bytes]) -> set[str]:
    return {word for line in lines for word in re.findall(r"[^\W\d]\w*", line.decode("utf-8", "replace"))}
