"""What an upgrade takes away: names that are gone, names that moved, calls that break."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from concertmaster.index.bindings import Bound
from concertmaster.index.model import Flag, Kind
from concertmaster.index.moves import is_tool
from concertmaster.index.names import FRAMEWORK, PACKAGES, distribution_of
from concertmaster.index.settings import fields
from concertmaster.index.signatures import breaks
from concertmaster.messages.index import not_indexed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from concertmaster.index.model import Entry
    from concertmaster.index.resolve import View
    from concertmaster.index.store import Index

KINDS = {
    Kind.MODULE: "module",
    Kind.CLASS: "class",
    Kind.FUNCTION: "function",
    Kind.ATTRIBUTE: "attribute",
    Kind.IMPORT: "re-export",
}


class Removal(Struct, frozen=True):
    """A name that is gone. `accidental`: it was only there because a module imported it for its own use."""

    name: str
    kind: str
    destinations: tuple[str, ...] = ()
    accidental: bool = False


class Change(Struct, frozen=True):
    """A signature under which calls that were right are wrong; `breaks` says which."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    breaks: tuple[str, ...]


class Difference(Struct, frozen=True):
    """Everything that a project can lose between two releases of orchestrator-core.

    `unsure` has members that are no longer written down, but may come from a base class that is
    not indexed. `companions` are the distributions that ride along, with their releases.
    """

    before: str
    after: str
    removed: tuple[Removal, ...]
    changed: tuple[Change, ...]
    settings: tuple[str, ...]
    unsure: tuple[str, ...]
    companions: tuple[tuple[str, str, str], ...]


def between(index: Index, before: str, after: str) -> Difference:
    old, new = (_indexed(index, release) for release in (before, after))
    pairs = [(old, new), *_companions(old, new)]
    gone = [each for pair in pairs for each in _gone(index, *pair)]
    kept = {each.name.casefold() for each in fields(index, after)}
    lost = (each.name for each in fields(index, before) if each.name.casefold() not in kept)
    return Difference(
        before,
        after,
        removed=tuple(each for each, exists in gone if exists is False),
        changed=tuple(each for pair in pairs for each in _changed(index, *pair)),
        settings=tuple(dict.fromkeys(lost)),
        unsure=tuple(each.name for each, exists in gone if exists is None),
        companions=tuple((was.distribution, was.release, now.release) for was, now in pairs[1:]),
    )


def _indexed(index: Index, release: str) -> View:
    view = index.view(FRAMEWORK, release)
    if view is None:
        raise not_indexed(FRAMEWORK, release, index.newest())
    return view


def is_accidental(index: Index, name: str, release: str) -> bool:
    module, _, local = name.rpartition(".")
    view = index.view_of(name, release)
    entry = view.entry(module, local) if view else None
    return view is not None and entry is not None and _accidental(view, module, entry)


def _accidental(view: View, module: str, entry: Entry) -> bool:
    """A package imports what it offers; any other module imports what it needs, and has its own tools."""
    around = view.entry(module, "")
    if entry.kind is Kind.ATTRIBUTE and is_tool(entry):
        return True
    if entry.kind is not Kind.IMPORT or around is None or entry.has(Flag.EXPORTED):
        return False
    return around.has(Flag.HAS_ALL) or not around.has(Flag.PACKAGE) or distribution_of(entry.paths[0]) is None


def _companions(before: View, after: View) -> Iterator[tuple[View, View]]:
    """Those that come in another release."""
    for distribution in PACKAGES:
        old, new = before.companion(distribution), after.companion(distribution)
        if old and new and old != new:
            yield old, new


def _names(view: View) -> Iterator[tuple[str, str, Entry]]:
    """What a release offers to others: module, path inside it, and what it is."""
    for module, line in view.table.lines.items():
        if distribution_of(module) == view.distribution and line and _public(module):
            for local in view.table.records(module):
                entry = view.entry(module, local) if _public(local) else None
                if entry is not None and entry.bound is not Bound.TYPING:
                    yield module, local, entry


def _public(path: str) -> bool:
    return not any(part.startswith("_") for part in path.split("."))


def _gone(index: Index, old: View, new: View) -> Iterator[tuple[Removal, bool | None]]:
    """Names of the release before that the one after does not have (False) or may not have (None)."""
    for module, local, entry in _names(old):
        name = f"{module}.{local}" if local else module
        exists = index.exists(name, new.release)
        if exists or (exists is None and new.entry(module, local)):
            continue
        accidental = _accidental(old, module, entry)
        if _follows(index, name, module, local, new.release, accidental=accidental):
            continue
        places = () if exists is None else index.destination(name, new.release)
        places = tuple(index.spelling(place, new.release) for place in places)
        yield Removal(index.spelling(name, old.release), KINDS[entry.kind], places, accidental), exists


def _follows(index: Index, name: str, module: str, local: str, after: str, *, accidental: bool) -> bool:
    """Whether the loss is told already: a member with its class, an accidental import with its module."""
    if "." in local:
        return index.exists(name.rpartition(".")[0], after) is not True
    return accidental and index.exists(module, after) is False


def _changed(index: Index, old: View, new: View) -> Iterator[Change]:
    for module, local, entry in _names(old):
        name = f"{module}.{local}" if local else module
        if entry.kind not in (Kind.FUNCTION, Kind.CLASS) or not index.exists(name, new.release):
            continue
        was, now = index.signature(name, old.release), index.signature(name, new.release)
        if was is not None and now is not None and was != now and (broken := breaks(was, now)):
            spelled = index.spelling(name, old.release)
            yield Change(spelled, tuple(map(str, was)), tuple(map(str, now)), broken)
