"""Where lines stand in a file, apart from their number: what encloses them, and what is next to them.

It goes by indentation alone, so that it serves every kind of file and costs one pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

#: What a line is the head of, without what is likely to change: parameters, values.
_HEAD = re.compile(r"(?:async\s+)?(?:def|class)\s+\w+|[\w.\"'-]+(?=\s*[:=])")
_SECTION = re.compile(r"\[[^\[\]]+\]\s*$")
#: Statements that come and go around others.
_BLOCKS = frozenset({"else", "try", "finally", "except"})


class Place(Struct, frozen=True):
    """The names that enclose lines, outermost first, and the lines before and after them that say something."""

    home: tuple[str, ...]
    before: str
    after: str


def places(text: str, spans: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Place]:
    """The place of each span of lines, which count from 1 and include the last."""
    wanted = set(spans)
    lines = text.split("\n") if wanted else []
    homes = dict(_homes(lines, {first for first, _ in wanted}))
    return {
        (first, last): Place(
            homes.get(first, ()),
            _nearest(lines[index] for index in range(min(first - 2, len(lines) - 1), -1, -1)),
            _nearest(lines[index] for index in range(last, len(lines))),
        )
        for first, last in wanted
    }


def _homes(lines: list[str], wanted: set[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
    stack: list[tuple[int, str]] = []
    for number, line in enumerate(lines[: max(wanted, default=0)], start=1):
        said = line.lstrip()
        indent = len(line) - len(said)
        if not said and number not in wanted:
            continue
        said = said.rstrip()
        while said and stack and stack[-1][0] >= indent:
            stack.pop()
        is_section = indent == 0 and said.startswith("[") and bool(_SECTION.match(said))
        if is_section:
            stack.clear()
        if number in wanted:
            yield number, tuple(name for _, name in stack)
        if is_section:
            stack.append((-1, said))
        elif (found := _HEAD.match(said)) and found[0] not in _BLOCKS:
            stack.append((indent, found[0]))


def _nearest(lines: Iterable[str]) -> str:
    return next((said for line in lines if (said := line.strip())), "")
