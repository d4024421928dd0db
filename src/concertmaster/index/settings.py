"""The settings that a release reads from the environment: the fields of its settings classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from concertmaster.index.model import Flag, Kind
from concertmaster.index.names import FRAMEWORK, PACKAGES, distribution_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from concertmaster.index.resolve import View
    from concertmaster.index.store import Index

BASE = "BaseSettings"


@dataclass(frozen=True, slots=True)
class SettingsField:
    """A field of a settings class; `owner` is the class, `type` its annotation as it is written."""

    name: str
    type: str
    has_default: bool
    owner: str


def find(index: Index, name: str, release: str) -> SettingsField | None:
    """The field that a name from the environment sets; upper and lower case are the same to pydantic."""
    return _by_name(index, release).get(name.rpartition(".")[2].casefold())


def may_have_been(index: Index, name: str) -> bool:
    """Whether a name can have been a field in any release: False is certain, and costs little."""
    return name.casefold() in _ever(index)


@lru_cache(maxsize=4)
def _ever(index: Index) -> frozenset[str]:
    """The last parts of all names of modules with settings, in lower case, whatever they are in which release."""
    locals_ = (local for module in _modules(index) for local in index.table.records(module))
    return frozenset(local.rpartition(".")[2].casefold() for local in locals_)


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
        if entry and entry.kind is Kind.CLASS and any(base.endswith(f".{BASE}") for base in entry.paths):
            yield local


def _of_class(view: View, module: str, owner: str) -> Iterator[SettingsField]:
    for local in view.table.records(module):
        above, _, name = local.rpartition(".")
        entry = view.entry(module, local) if above == owner else None
        if entry and entry.has(Flag.FIELD):
            yield SettingsField(name, entry.detail, entry.has(Flag.HAS_VALUE), f"{module}.{owner}")
