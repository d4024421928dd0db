"""What each release of the framework requires of other distributions and of Python, from its wheels' metadata."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from packaging.specifiers import SpecifierSet

from concertmaster.project.manifests.ranges import disjoint
from concertmaster.versions import release as parsed

DATA = Path(__file__).with_name("pins.txt")
HEAD = "# Written by tools/pins.py from the metadata of the wheels. name: release range; release range …"


@lru_cache(maxsize=1)
def _history() -> dict[str, tuple[tuple[str, str], ...]]:
    lines = DATA.read_text(encoding="utf-8").splitlines()
    return dict(_line(line) for line in lines if line and not line.startswith("#"))


def _line(line: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    name, _, changes = line.partition(": ")
    pairs = (change.partition(" ") for change in changes.split("; "))
    return name, tuple((number, wanted) for number, _, wanted in pairs)


def names() -> frozenset[str]:
    """Every distribution that some release of the framework, or of an extra of it, requires."""
    return frozenset(name.partition("[")[0] for name in _history() if name != "python")


def _changes(name: str, extras: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """What was demanded from which release on, by the framework itself or else by one of its extras."""
    wanted = (name, *(f"{name}[{extra}]" for extra in extras))
    return next((_history()[one] for one in wanted if one in _history()), ())


def demanded(name: str, release: str, extras: Iterable[str] = ()) -> str | None:
    """The range that a release of the framework demands; None where it does not require the distribution."""
    wanted = None
    for number, specifier in _changes(name, extras):
        if parsed(number) <= parsed(release):
            wanted = specifier
    return None if wanted in (None, "-") else wanted.removeprefix("*")


def conflicts_since(
    name: str, specifier: SpecifierSet, release: str, extras: Iterable[str] = ()
) -> str | None:
    """From which release on, up to `release`, a range cannot be installed with the framework and its extras."""
    since = None
    changes = [change for change in _changes(name, extras) if parsed(change[0]) <= parsed(release)]
    for number, wanted in reversed(changes):
        if wanted in ("-", "*") or not disjoint(specifier, SpecifierSet(wanted)):
            break
        since = number
    return since
