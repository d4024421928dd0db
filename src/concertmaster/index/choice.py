"""Which index is used, and which of its releases stands for one that it does not know."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from packaging.version import Version

from concertmaster.index.names import FRAMEWORK, PACKAGES
from concertmaster.index.store import Index
from concertmaster.messages.index import IndexProblem


class Outcome(Struct, frozen=True):
    """An index that can be used, and what went wrong on the way to it."""

    index: Index
    problems: tuple[IndexProblem, ...] = ()
    added: tuple[tuple[str, str], ...] = ()


def best(kept: Path | None) -> Outcome:
    """The shipped index, or the one that an earlier update has kept when that knows more.

    Raises:
        IndexProblem: neither of them can be read.
    """
    problems: list[IndexProblem] = []
    found: list[Index] = []
    for path in (None, *([kept] if kept and kept.exists() else [])):
        try:
            found.append(Index.load(path))
        except IndexProblem as problem:
            problems.append(problem)
    if not found:
        raise problems[0]
    return Outcome(max(found, key=_knowledge), tuple(problems))


def stand_in(index: Index, target: str) -> tuple[str | None, str]:
    """The indexed release to judge by, and what to tell about it; nothing when it is the target itself."""
    if index.view(FRAMEWORK, target) is not None:
        return target, ""
    nearest = index.nearest(target)
    if nearest is None:
        return None, f"Names were not checked: no release up to {FRAMEWORK} {target} is in the index."
    return nearest, f"Names were checked against {FRAMEWORK} {nearest}: {target} is not in the index."


def _knowledge(index: Index) -> tuple[Version, int]:
    """More recent, then more: an update of concertmaster itself outdates what was kept before."""
    count = sum(len(index.releases(each)) for each in PACKAGES)
    return Version(index.newest() or "0"), count
