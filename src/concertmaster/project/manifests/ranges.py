"""Whether two version ranges can be satisfied together, without asking which versions exist."""

from __future__ import annotations

from msgspec import Struct
from packaging.specifiers import Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version


class Interval(Struct, frozen=True):
    """Versions from `low` to `high`; None for no bound. A bound belongs to it unless it is open."""

    low: Version | None = None
    high: Version | None = None
    low_open: bool = False
    high_open: bool = False

    def __and__(self, other: Interval) -> Interval:
        low, low_open = max(
            (self.low, self.low_open), (other.low, other.low_open), key=lambda end: _low_key(*end)
        )
        high, high_open = min(
            (self.high, self.high_open), (other.high, other.high_open), key=lambda end: _high_key(*end)
        )
        return Interval(low, high, low_open, high_open)

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))


def _low_key(low: Version | None, is_open: bool) -> tuple[bool, Version, bool]:
    return low is not None, low or _ZERO, is_open


def _high_key(high: Version | None, is_open: bool) -> tuple[bool, Version, bool]:
    return high is None, high or _ZERO, not is_open


_ZERO = Version("0")
_ALL = Interval()


def interval(specifier: SpecifierSet) -> Interval:
    """The versions between the bounds of a range; what `!=` leaves out is not looked at."""
    whole = _ALL
    for spec in specifier:
        whole &= _of(spec)
    return whole


def _of(spec: Specifier) -> Interval:
    version = number(spec)
    if version is None:
        return _ALL
    if spec.operator == "~=":
        return Interval(version, _next(version.release[:-1]), high_open=True)
    if spec.operator in ("==", "==="):
        wild = spec.version.endswith(".*")
        return (
            Interval(version, _next(version.release), high_open=True) if wild else Interval(version, version)
        )
    if spec.operator in (">=", ">"):
        return Interval(low=version, low_open=spec.operator == ">")
    if spec.operator in ("<=", "<"):
        return Interval(high=version, high_open=spec.operator == "<")
    return _ALL


def number(spec: Specifier) -> Version | None:
    """The version that a comparison names; `===` may name anything, also what is none."""
    try:
        return Version(spec.version.removesuffix(".*"))
    except InvalidVersion:
        return None


def _next(release: tuple[int, ...]) -> Version:
    """The first version behind all that start with these numbers."""
    return Version(".".join(map(str, (*release[:-1], release[-1] + 1))))


def disjoint(one: SpecifierSet, other: SpecifierSet) -> bool:
    """Whether no version can satisfy both."""
    return (interval(one) & interval(other)).empty
