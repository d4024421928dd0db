"""Reads wheels in a process of its own, with bounded memory and time: a parser that dies takes nothing along."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

from msgspec import Struct

from concertmaster.index import build, codec
from concertmaster.index.codec import ReleaseFacts
from concertmaster.index.wheel import read_wheel
from concertmaster.messages.index import IndexProblem, no_griffe, reader_died

if TYPE_CHECKING:
    from collections.abc import Sequence

MEMORY = 4 * 1024**3
SECONDS = 600


class Fetched(Struct, frozen=True):
    """A wheel as it came from the package index."""

    distribution: str
    release: str
    content: bytes


class Refused(Struct, frozen=True):
    """A wheel that was not read, and what there is to say of it."""

    distribution: str
    release: str
    problem: tuple[str, str, str]


class Reading(Struct, frozen=True):
    """A new index as bytes, and the wheels that are not in it."""

    content: bytes
    refused: tuple[Refused, ...] = ()


def need_griffe() -> None:
    """Ask before anything is fetched.

    Raises:
        IndexProblem: it is not installed.
    """
    if find_spec("griffe") is None:
        raise no_griffe()


def extend(
    known: bytes | None, wheels: Sequence[Fetched], *, memory: int = MEMORY, seconds: int = SECONDS
) -> Reading:
    """The index `known` with these releases in it as well.

    Raises:
        IndexProblem: the reading process was ended by its limits.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=_limit, initargs=(memory, seconds)) as pool:
        try:
            return pool.submit(_extend, known, wheels).result()
        except BrokenProcessPool as died:
            raise reader_died(
                "The process that reads them ended, most likely at its limit of memory or time."
            ) from died
        except MemoryError as full:
            raise reader_died("The process that reads them ran out of memory.") from full


def _limit(memory: int, seconds: int) -> None:
    """Where the system has no such limits, the sizes of the wheels are the only bound."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        for limit, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
            _, most = resource.getrlimit(limit)
            resource.setrlimit(limit, (value if most == resource.RLIM_INFINITY else min(value, most), most))


def _extend(known: bytes | None, wheels: Sequence[Fetched]) -> Reading:
    facts = (
        {}
        if known is None
        else {_key(each): each for each in codec.facts_of(codec.decode(known, where="memory"))}
    )
    refused = []
    for wheel in wheels:
        try:
            read = read_facts(wheel)
        except IndexProblem as problem:
            refused.append(
                Refused(wheel.distribution, wheel.release, (problem.what, problem.why, problem.remedy))
            )
        else:
            facts[_key(read)] = read
    return Reading(codec.encode(facts.values()), tuple(refused))


def read_facts(fetched: Fetched) -> ReleaseFacts:
    """What one wheel says.

    Raises:
        IndexProblem: the wheel was refused.
    """
    wheel = read_wheel(fetched.content, distribution=fetched.distribution, release=fetched.release)
    return ReleaseFacts(
        wheel.distribution, wheel.release, build.modules(wheel), wheel.requires, wheel.renamed
    )


def _key(facts: ReleaseFacts) -> tuple[str, str]:
    return facts.distribution, facts.release
