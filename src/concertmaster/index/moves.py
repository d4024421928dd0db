"""Where the object behind a name is in another release."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from packaging.version import Version

from concertmaster.index.codec import FIELD, RECORD, runs_of
from concertmaster.index.model import Entry, Kind
from concertmaster.index.names import distribution_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from concertmaster.index.resolve import Meaning, View
    from concertmaster.index.store import Index

#: What a module holds for itself; the same name elsewhere is another thing.
PERSONAL = frozenset({"log", "router", "app", "__all__", "__version__"})
#: From this length on, two functions of one name are hardly different things.
TELLING = 16
DEFINITIONS = (Kind.CLASS, Kind.FUNCTION, Kind.ATTRIBUTE)


def destination(index: Index, name: str, release: str) -> tuple[str, ...]:
    held = _held(index, name, release)
    view = index.view_of(name, release)
    if held is None or view is None or held == release:
        return ()
    found = index.meaning(name, held)
    candidates = list(_definition(view, name, found)) or list(_elsewhere(index, name, held, found, view))
    if index.is_module(name, held) and not index.is_module(name, release):
        candidates.extend(_module(index, name, held, view))
    return tuple(dict.fromkeys(each for each in candidates if each != name))


def _held(index: Index, name: str, release: str) -> str | None:
    """The release nearest to the given one that has the name: the last before it, or the first after."""
    order = _from(index, distribution_of(name) or "", release)
    return next((each for each in order if index.exists(name, each)), None)


@lru_cache(maxsize=256)
def _from(index: Index, distribution: str, release: str) -> tuple[str, ...]:
    """The other releases: the one before, and so on down, then the one after, and so on up."""
    releases = sorted(index.releases(distribution), key=Version)
    older = [each for each in releases if Version(each) < Version(release)]
    newer = [each for each in releases if Version(each) > Version(release)]
    return (*reversed(older), *newer)


def _definition(view: View, name: str, found: Meaning) -> Iterator[str]:
    """The place that the name was imported from, if it still is there."""
    if found.origin and found.origin != name:
        distribution = distribution_of(found.origin)
        if distribution is None or view.find(found.origin).exists:
            yield found.origin


def _elsewhere(index: Index, name: str, held: str, found: Meaning, view: View) -> Iterator[str]:
    entry, origin = found.entry, found.origin or name
    if entry is None or distribution_of(origin) is None:
        return
    if found.owner:
        class_name, member = origin.rpartition(".")[::2]
        places = destination(index, class_name, view.release)
        yield from (f"{place}.{member}" for place in places if view.find(f"{place}.{member}").exists)
    elif _is_definition(entry, origin.rpartition(".")[2]):
        yield from _same_name(index, origin, held, entry, view)


def _same_name(index: Index, origin: str, held: str, entry: Entry, view: View) -> Iterator[str]:
    """Definitions of the same name; one that was there before is another object, unless a constant."""
    leaf = origin.rpartition(".")[2]
    before = index.view_of(origin, held)
    known: list[str] = []
    for module in _definers(index, leaf):
        place = f"{module}.{leaf}"
        there = view.find(place)
        if (
            place == origin
            or there.origin != place
            or not there.entry
            or not _alike(leaf, entry, there.entry)
        ):
            continue
        was = before.find(place) if before else None
        if was is None or not was.exists or was.origin == origin:
            yield place
        elif leaf.isupper():
            known.append(place)
    yield from known if len(known) == 1 else ()


def _alike(name: str, before: Entry, after: Entry) -> bool:
    """Whether two definitions of one name can be the same object, moved."""
    if before.kind is not after.kind:
        return False
    if before.kind is not Kind.FUNCTION or len(name) >= TELLING:
        return True
    old, new = ({each.name for each in entry.parameters} for entry in (before, after))
    return old == new or len(old & new) * 2 >= len(old | new)


def _module(index: Index, name: str, held: str, view: View) -> Iterator[str]:
    """Where most of what a module defined is now."""
    before = index.view_of(name, held)
    there = ((local, before.entry(name, local)) for local in view.table.records(name)) if before else ()
    own = [(f"{name}.{local}", entry) for local, entry in there if entry and _is_definition(entry, local)]
    places = Counter(
        place.rpartition(".")[0]
        for path, entry in own
        for place in _same_name(index, path, held, entry, view)
    )
    yield from (place for place, count in places.most_common() if count * 2 > len(own))


def _is_definition(entry: Entry, local: str) -> bool:
    """Whether a name of a module is its own and for others."""
    if entry.kind not in DEFINITIONS or "." in local or not local:
        return False
    return local not in PERSONAL and not is_tool(entry)


def is_tool(entry: Entry) -> bool:
    """Whether a module has made itself something from elsewhere: a logger, a router, a type variable."""
    made = entry.paths[0] if entry.kind is Kind.ATTRIBUTE and entry.paths else ""
    return made.startswith("()") and distribution_of(made[2:]) is None


@lru_cache(maxsize=4096)
def _definers(index: Index, leaf: str) -> tuple[str, ...]:
    """The modules that define a name in any release."""
    begin = f"{RECORD}{leaf}{FIELD}"
    named = (module for module, text in index.table.lines.items() if begin in f"{RECORD}{text}")
    return tuple(sorted(module for module in named if _defines(index, module, leaf)))


def _defines(index: Index, module: str, leaf: str) -> bool:
    record = index.table.records(module).get(leaf)
    return record is not None and any(not text.startswith(Kind.IMPORT) for _, text in runs_of(record))
