"""The settings that a release reads from the environment: the fields of its settings classes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from concertmaster.index.codec import runs_of
from concertmaster.index.model import Entry, Flag, Kind, decode_entry
from concertmaster.index.names import FRAMEWORK, PACKAGES, distribution_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from concertmaster.index.resolve import View
    from concertmaster.index.store import Index

BASE = "BaseSettings"


class SettingsField(Struct, frozen=True):
    """A field of a settings class; `owner` is the class, `type` its annotation as it is written."""

    name: str
    type: str
    has_default: bool
    owner: str


def find(index: Index, name: str, release: str) -> SettingsField | None:
    """The field that a name from the environment sets; upper and lower case are the same to pydantic."""
    return _by_name(index, release).get(name.rpartition(".")[2].casefold())


def ever(index: Index, name: str, releases: Sequence[str]) -> bool:
    """Whether one of some releases of orchestrator-core, oldest first, has a field for a name from the environment."""
    places = _places(index).get(name.rpartition(".")[2].casefold(), {})
    numbers, wanted = index.releases(FRAMEWORK), frozenset(releases)
    if any(numbers[position] in wanted for position in places.get(FRAMEWORK, ())):
        return True
    return bool(places.keys() - {FRAMEWORK}) and any(find(index, name, each) for each in reversed(releases))


@lru_cache(maxsize=4)
def _places(index: Index) -> dict[str, dict[str, set[int]]]:
    """The releases with each field, by its name in lower case and by distribution."""
    found: dict[str, dict[str, set[int]]] = {}
    for module in _modules(index):
        records, classes = index.table.records(module), dict[str, set[int]]()
        for local, record in records.items():
            owner, _, name = local.rpartition(".")
            if owner not in classes:
                classes[owner] = _positions(records.get(owner, ""), _is_settings_class)
            there = classes[owner] and classes[owner] & _positions(
                record, lambda entry: entry.has(Flag.FIELD)
            )
            if there:
                known = found.setdefault(name.casefold(), {})
                known.setdefault(distribution_of(module) or "", set()).update(there)
    return found


def _positions(record: str, fits: Callable[[Entry], bool]) -> set[int]:
    """The releases in which the entry of a name is like that."""
    runs = ((positions, decode_entry(text)) for positions, text in runs_of(record)) if record else ()
    return {position for positions, entry in runs if fits(entry) for position in positions}


def _is_settings_class(entry: Entry) -> bool:
    return entry.kind is Kind.CLASS and any(base.endswith(f".{BASE}") for base in entry.paths)


@lru_cache(maxsize=256)
def _by_name(index: Index, release: str) -> dict[str, SettingsField]:
    """The fields by their names in lower case; of several the first counts."""
    return {each.name.casefold(): each for each in reversed([*fields(index, release)])}


def fields(index: Index, release: str) -> Iterator[SettingsField]:
    """Every settings field of a release of orchestrator-core and of the companions it comes with."""
    view = index.view(FRAMEWORK, release)
    if view is None:
        return
    views = (view, *(view.companion(each) for each in PACKAGES if each != FRAMEWORK))
    for each in views:
        if each is not None:
            yield from _fields(each, _modules(index))


@lru_cache(maxsize=4)
def _modules(index: Index) -> tuple[str, ...]:
    """Only modules whose text names the base class are worth reading."""
    return tuple(module for module, line in index.table.lines.items() if BASE in line)


def _fields(view: View, modules: Iterable[str]) -> Iterator[SettingsField]:
    for module in modules:
        if distribution_of(module) == view.distribution:
            for owner in _classes(view, module):
                yield from _of_class(view, module, owner)


def _classes(view: View, module: str) -> Iterator[str]:
    for local in view.table.records(module):
        entry = view.entry(module, local)
        if entry and _is_settings_class(entry):
            yield local


def _of_class(view: View, module: str, owner: str) -> Iterator[SettingsField]:
    for local in view.table.records(module):
        above, _, name = local.rpartition(".")
        entry = view.entry(module, local) if above == owner else None
        if entry and entry.has(Flag.FIELD):
            yield SettingsField(name, entry.detail, entry.has(Flag.HAS_VALUE), f"{module}.{owner}")
