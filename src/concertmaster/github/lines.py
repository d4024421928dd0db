"""Texts as GitHub sees them, line by line, and where two of them differ.

Lines end at `\\n` only; a carriage return, a form feed or U+2028 is a character like any other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

#: Above this many pairs of lines, in one stretch and in all of a file, a stretch is taken as changed
#: throughout: the time to compare grows faster than they do.
MAX_PAIRS = 40_000
MAX_PAIRS_IN_FILE = 2_000_000


class Change(NamedTuple):
    """Lines `start` to `end` (from 0, exclusive) give way to lines `new_start` to `new_end`."""

    start: int
    end: int
    new_start: int
    new_end: int


def split_lines(text: bytes) -> list[bytes]:
    """The lines of a text with their endings; the last one may have none."""
    parts = text.split(b"\n")
    last = parts.pop()
    lines = [part + b"\n" for part in parts]
    return [*lines, last] if last else lines


def changes(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[Change]:
    """Where two texts differ, in order and apart by at least one common line."""
    start = new_start = 0
    left = MAX_PAIRS_IN_FILE
    for end, new_end in (*_anchors(old, new), (len(old), len(new))):
        if start < end or new_start < new_end:
            stretch = _trimmed(old, new, Change(start, end, new_start, new_end))
            pairs = (stretch.end - stretch.start) * (stretch.new_end - stretch.new_start)
            left -= pairs
            is_small = not pairs or pairs <= min(MAX_PAIRS, left)
            yield from _compare(old, new, stretch) if is_small else [stretch]
        start, new_start = end + 1, new_end + 1


def _anchors(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Lines that both texts hold once, as many as are in the same order in both."""
    there = {line: index for index, line in enumerate(new)}
    twice = {line for text in (old, new) for line, count in Counter(text).items() if count > 1}
    pairs = [(index, there[line]) for index, line in enumerate(old) if line in there and line not in twice]
    best = _longest_rise([index for _, index in pairs])
    return (pairs[position] for position in best)


def _longest_rise(values: Sequence[int]) -> list[int]:
    """Positions of a longest rising subsequence."""
    tops: list[int] = []
    holders: list[int] = []
    before: list[int] = []
    for position, value in enumerate(values):
        height = bisect_left(tops, value)
        before.append(holders[height - 1] if height else -1)
        tops[height : height + 1] = [value]
        holders[height : height + 1] = [position]
    chain: list[int] = []
    position = holders[-1] if holders else -1
    while position >= 0:
        chain.append(position)
        position = before[position]
    return chain[::-1]


def _trimmed(old: Sequence[bytes], new: Sequence[bytes], part: Change) -> Change:
    """A stretch without the lines that both texts begin and end it with."""
    start, end, new_start, new_end = part
    while start < end and new_start < new_end and old[start] == new[new_start]:
        start, new_start = start + 1, new_start + 1
    while start < end and new_start < new_end and old[end - 1] == new[new_end - 1]:
        end, new_end = end - 1, new_end - 1
    return Change(start, end, new_start, new_end)


def _compare(old: Sequence[bytes], new: Sequence[bytes], part: Change) -> Iterator[Change]:
    """The differences within a stretch that has no line of its own in common."""
    start, end, new_start, new_end = part
    matcher = SequenceMatcher(None, old[start:end], new[new_start:new_end], autojunk=False)
    for tag, low, high, new_low, new_high in matcher.get_opcodes():
        if tag != "equal":
            yield Change(start + low, start + high, new_start + new_low, new_start + new_high)
