"""Which of the comments that could be made stand already."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from concertmaster.github.upkeep import Claim, Marks, covers


class Marked(Protocol):
    """Something on a file that is known by its marks."""

    @property
    def path(self) -> str: ...

    @property
    def marks(self) -> tuple[str, ...]: ...


class Placed(Marked, Protocol):
    """The same on a line."""

    @property
    def line(self) -> int: ...


Item = TypeVar("Item", bound=Placed)


def marks_of(items: Iterable[Marked]) -> dict[str, Marks]:
    """The marks of all of them by path."""
    found: defaultdict[str, Marks] = defaultdict(Counter)
    for item in items:
        found[item.path].update(item.marks)
    return found


def told_already(
    comments: Sequence[Item], claims: Sequence[Claim]
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Comments that are new, and comments that stand; of two alike the one on the same line stands."""
    kept = {index for index, item in enumerate(comments) if covers(claims, item.path, item.marks, item.line)}
    kept |= {
        index
        for index, item in enumerate(comments)
        if index not in kept and covers(claims, item.path, item.marks, None)
    }
    fresh = (item for index, item in enumerate(comments) if index not in kept)
    return tuple(fresh), tuple(item for index, item in enumerate(comments) if index in kept)
