"""A plan as data: it can be printed, compared and tested."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace


class Phase(StrEnum):
    """When an operation is due."""

    BEFORE = "before"
    DEPLOY = "deploy"
    AFTER = "after"
    CHECK = "check"


class Place(Struct, frozen=True):
    """A line of the project that shows that an operation concerns it; lines count from 1."""

    path: str
    line: int
    text: str


class Item(Struct, frozen=True):
    """One thing to do. `since` is the release that makes it due; `evidence` shows why it concerns the project."""

    id: str
    rows: tuple[str, ...]
    since: str
    phase: Phase
    title: str
    text: str
    evidence: tuple[Place, ...] = ()

    def below(self, folder: str) -> Item:
        return replace(
            self, evidence=tuple(replace(place, path=f"{folder}/{place.path}") for place in self.evidence)
        )


class Hop(Struct, frozen=True):
    """A release to stop at on the way, and why."""

    release: str
    reason: str


class Plan(Struct, frozen=True):
    """Everything between two releases; `avoid` are releases in between that should not be deployed."""

    installed: str
    target: str
    hops: tuple[Hop, ...]
    avoid: tuple[Hop, ...]
    items: tuple[Item, ...]

    def below(self, folder: str) -> Plan:
        """The same with the paths of a repository that has the project in a folder."""
        return replace(self, items=tuple(item.below(folder) for item in self.items)) if folder else self
