"""How an index takes in releases that it does not know yet."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from concertmaster.index import codec
from concertmaster.index.choice import Outcome as Outcome
from concertmaster.index.choice import best as best
from concertmaster.index.choice import stand_in as stand_in
from concertmaster.index.names import FRAMEWORK, OLDEST, PACKAGES
from concertmaster.index.reading import Fetched, Refused, extend, need_griffe
from concertmaster.index.store import Index
from concertmaster.messages.index import IndexProblem, not_kept

if TYPE_CHECKING:
    from concertmaster.index.fetch import PackageIndex, WheelFile

CONNECTIONS = 6


def update(index: Index, source: PackageIndex, *, kept: Path, wanted: Sequence[str] = ()) -> Outcome:
    """Take in the stable releases that are newer than those in the index, and the `wanted` ones.

    Whatever fails, an index comes back that is at least as good as the one given.
    """
    try:
        need_griffe()
        listed = [wheel for each in PACKAGES for wheel in source.wheels(each)]
    except IndexProblem as problem:
        return Outcome(index, (problem,))
    missing = [wheel for wheel in listed if _is_missing(index, wheel, wanted)]
    fetched, problems = _download(source, missing)
    if not fetched:
        return Outcome(index, problems)
    try:
        return _extended(index, fetched, problems, kept)
    except IndexProblem as problem:
        return Outcome(index, (*problems, problem))


def rebuild(source: PackageIndex) -> tuple[bytes, tuple[IndexProblem, ...], int]:
    """The bytes of a whole index, what could not be read for it, and how many wheels are in it.

    Raises:
        IndexProblem: the package index gives no list, griffe is missing, or the reader was stopped.
    """
    need_griffe()
    listed = [wheel for each in PACKAGES for wheel in source.wheels(each) if _is_stable(wheel)]
    fetched, problems = _download(source, listed)
    reading = extend(None, fetched)
    refused = tuple(map(_problem, reading.refused))
    return reading.content, (*problems, *refused), len(fetched) - len(refused)


def is_current(content: bytes, path: Path) -> bool:
    """Whether a file holds the same facts, however another version of zlib has packed them."""
    try:
        kept = codec.decode(path.read_bytes(), where=str(path))
    except (OSError, IndexProblem):
        return False
    new = codec.decode(content, where="memory")
    return (new.releases, new.lines) == (kept.releases, kept.lines)


def save(content: bytes, path: Path) -> None:
    """Write an index so that no reader ever finds half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(path)


def load_bytes(index: Index) -> bytes:
    return codec.encode(codec.facts_of(index.table))


def for_target(target: str, *, kept: Path, source: PackageIndex | None) -> Outcome:
    """The index to judge a target by: when it does not know that release yet, it is asked for once.

    Raises:
        IndexProblem: no index can be read at all.
    """
    found = best(kept)
    if source is None or found.index.view(FRAMEWORK, target) is not None:
        return found
    newer = update(found.index, source, kept=kept, wanted=(target,))
    return Outcome(newer.index, (*found.problems, *newer.problems), newer.added)


def _extended(
    index: Index, fetched: list[Fetched], problems: tuple[IndexProblem, ...], kept: Path
) -> Outcome:
    reading = extend(load_bytes(index), fetched)
    lost = {(each.distribution, each.release) for each in reading.refused}
    read = ((each.distribution, each.release) for each in fetched)
    added = tuple(each for each in read if each not in lost)
    problems = (*problems, *map(_problem, reading.refused))
    if not added:
        return Outcome(index, problems)
    new = Index(codec.decode(reading.content, where=str(kept)), str(kept))
    try:
        save(reading.content, kept)
    except OSError as failed:
        problems = (*problems, not_kept(str(kept), type(failed).__name__))
    return Outcome(new, problems, added)


def _download(
    source: PackageIndex, wheels: Sequence[WheelFile]
) -> tuple[list[Fetched], tuple[IndexProblem, ...]]:
    """In the order of the wheels; one that fails does not keep the others away."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        results = list(pool.map(lambda wheel: _fetched(source, wheel), wheels))
    fetched = [each for each in results if isinstance(each, Fetched)]
    return fetched, tuple(each for each in results if isinstance(each, IndexProblem))


def _fetched(source: PackageIndex, wheel: WheelFile) -> Fetched | IndexProblem:
    try:
        return Fetched(wheel.distribution, wheel.release, source.download(wheel))
    except IndexProblem as problem:
        return problem


def _problem(refused: Refused) -> IndexProblem:
    what, why, remedy = refused.problem
    return IndexProblem(what, why=why, remedy=remedy)


def _is_stable(wheel: WheelFile) -> bool:
    release = Version(wheel.release)
    return not release.is_prerelease and release >= Version(OLDEST.get(wheel.distribution, "0"))


def _is_missing(index: Index, wheel: WheelFile, wanted: Sequence[str]) -> bool:
    asked = wheel.distribution == FRAMEWORK and Version(wheel.release) in map(Version, wanted)
    return (asked or _is_stable(wheel)) and index.view(wheel.distribution, wheel.release) is None
