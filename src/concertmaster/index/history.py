"""The life of a name: when it came, moved, changed and went."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from concertmaster.index.model import Flag, Kind
from concertmaster.index.names import distribution_of
from concertmaster.index.signatures import breaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from concertmaster.index.model import Parameter
    from concertmaster.index.resolve import Meaning
    from concertmaster.index.store import Index


class What(StrEnum):
    PRESENT = "present"  # in the oldest release that is indexed
    ADDED = "added"
    MOVED = "moved"
    CHANGED = "changed"
    REMOVED = "removed"
    UNSURE = "unsure"


class Event(Struct, frozen=True):
    """One change in one release; `places` are where the definition is, or where it went."""

    release: str
    what: What
    places: tuple[str, ...] = ()
    signature: str | None = None
    breaks: tuple[str, ...] = ()


class _State(Struct, frozen=True):
    exists: bool | None
    origin: str
    text: str | None
    parameters: tuple[Parameter, ...] | None


def life(index: Index, name: str) -> Iterator[Event]:
    """What happened to a name in each release that did something to it."""
    before: _State | None = None
    for release in index.releases(distribution_of(name) or ""):
        now = _state(index, name, release)
        if before is None:
            yield from _first(release, now)
        elif now.exists is not before.exists:
            yield _appearance(index, name, release, now)
        elif now.exists:
            yield from _changes(release, before, now)
        before = now


def _state(index: Index, name: str, release: str) -> _State:
    found = index.meaning(name, release)
    parameters = index.signature(name, release)
    text = describe(found) if parameters is None else ", ".join(map(str, parameters))
    return _State(found.exists, found.origin, text, parameters)


def describe(found: Meaning) -> str | None:
    """What there is to say of a definition that cannot be called, or not as it is written."""
    entry = found.entry
    if entry is None:
        return None
    if entry.kind is Kind.FUNCTION:
        return ", ".join(map(str, entry.parameters))
    if entry.has(Flag.FIELD):
        return f"{entry.detail}{'' if entry.has(Flag.HAS_VALUE) else ', required'}"
    return None


def _first(release: str, now: _State) -> Iterator[Event]:
    if now.exists is not False:
        places = (now.origin,) if now.exists else ()
        yield Event(release, What.PRESENT if now.exists else What.UNSURE, places, now.text)


def _appearance(index: Index, name: str, release: str, now: _State) -> Event:
    if now.exists:
        return Event(release, What.ADDED, (now.origin,), now.text)
    if now.exists is None:
        return Event(release, What.UNSURE)
    return Event(release, What.REMOVED, index.destination(name, release))


def _changes(release: str, before: _State, now: _State) -> Iterator[Event]:
    if now.origin != before.origin:
        yield Event(release, What.MOVED, (now.origin,))
    if now.text != before.text:
        known = before.parameters is not None and now.parameters is not None
        broken = breaks(before.parameters or (), now.parameters or ()) if known else ()
        yield Event(release, What.CHANGED, (), now.text, broken)
