"""What must be done together: some things all or none, others only along with what they need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain


class Together:
    """Items numbered from 0, tied into groups (disjoint sets), and which group needs which."""

    def __init__(self, size: int) -> None:
        self._up = list(range(size))
        self._needs: defaultdict[int, set[int]] = defaultdict(set)
        self._known: dict[int, tuple[int, ...]] = {}

    def tie(self, items: Sequence[int]) -> None:
        """All of these or none; before any need is told."""
        for item in items[1:]:
            self._up[self.group(item)] = self.group(items[0])

    def need(self, item: int, others: Iterable[int]) -> None:
        """The item only along with the others; they may go without it."""
        self._needs[self.group(item)].update(self.group(other) for other in others)

    def along_with(self, item: int) -> tuple[int, ...]:
        """Everything that must be done if this is, itself included; after all ties and needs are told."""
        start = self.group(item)
        if start not in self._known:
            members = (self._members[group] for group in self._reachable(start))
            self._known[start] = tuple(sorted(chain.from_iterable(members)))
        return self._known[start]

    @cached_property
    def _members(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for item in range(len(self._up)):
            found.setdefault(self.group(item), []).append(item)
        return found

    def group(self, item: int) -> int:
        """The group that an item is tied into, named by one of its items."""
        while self._up[item] != item:
            self._up[item] = self._up[self._up[item]]
            item = self._up[item]
        return item

    def _reachable(self, start: int) -> set[int]:
        seen, waiting = {start}, [start]
        while waiting:
            fresh = self._needs[waiting.pop()] - seen
            seen |= fresh
            waiting += fresh
        return seen
