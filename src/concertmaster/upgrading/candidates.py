"""The releases that an upgrade may choose from: sound ones, old enough, and pre-releases only where asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct, field
from packaging.version import InvalidVersion, Version

from concertmaster.index.supply import Supply
from concertmaster.messages import no_listed_prereleases, no_release_dates
from concertmaster.messages.index import IndexProblem
from concertmaster.plan.hops import FAULTY
from concertmaster.versions import RELEASES, release

#: Stable releases without a fault that a later one mends.
SOUND = tuple(number for number in RELEASES if number not in FAULTY)


class Limits(Struct, frozen=True):
    """What a chosen release must be; None leaves it to the project's settings. `minimum_age` is in days."""

    minimum_age: int | None = None
    prereleases: bool | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


def candidates(installed: str, limits: Limits, supply: Supply | None) -> tuple[str, ...]:
    """The releases that may be chosen, oldest first; the package index is asked only where it has to be.

    Raises:
        UserError: ages or pre-releases are asked for, and the package index does not tell them.
    """
    if not limits.minimum_age and not limits.prereleases:
        return SOUND
    try:
        listed = _uploads(supply or Supply())
    except IndexProblem as problem:
        missing = no_release_dates if limits.minimum_age else no_listed_prereleases
        raise missing(str(problem)) from None
    numbers = {*SOUND, *(_prereleases(installed, listed) if limits.prereleases else ())}
    if limits.minimum_age:
        numbers = set(_aged(numbers, installed, listed, limits))
    return tuple(sorted(numbers, key=release))


def _uploads(supply: Supply) -> Mapping[Version, datetime | None]:
    """When the first wheel of each release came; None where that is not told."""
    found: dict[Version, datetime | None] = {}
    for wheel in supply.listed():
        try:
            number = Version(wheel.release)
        except InvalidVersion:
            continue
        times = [time for time in (found.get(number), wheel.uploaded) if time is not None]
        found[number] = min(times, default=None)
    return found


def _prereleases(installed: str, listed: Mapping[Version, datetime | None]) -> Iterator[str]:
    """Those on the way to a release that is not out yet."""
    for number in listed:
        is_plain = (
            not number.is_devrelease and not number.local and not number.epoch and not number.is_postrelease
        )
        if number.is_prerelease and is_plain and number > release(SOUND[-1]) and number > release(installed):
            yield str(number)


def _aged(
    numbers: set[str], installed: str, listed: Mapping[Version, datetime | None], limits: Limits
) -> Iterator[str]:
    """Those that have been out long enough; what is older than the installed one never matters."""
    newer = [number for number in numbers if release(number) > release(installed)]
    if newer and not any(listed.get(release(number)) for number in newer):
        raise no_release_dates("It tells no upload times")
    latest = limits.now - timedelta(days=limits.minimum_age or 0)
    for number in newer:
        uploaded = listed.get(release(number))
        if uploaded is not None and uploaded <= latest:
            yield number
