"""The parameters that callers fill, and which changes of them break a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from concertmaster.index.model import Entry, Flag, Kind, Parameter, ParameterKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from concertmaster.index.resolve import Meaning, View
    from concertmaster.index.store import Index

BY_POSITION = (ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL_OR_KEYWORD)
VARIADIC = (ParameterKind.VAR_POSITIONAL, ParameterKind.VAR_KEYWORD)
MAX_ALIASES = 8


def of(index: Index, name: str, release: str) -> tuple[Parameter, ...] | None:
    view, found = index.view_of(name, release), index.meaning(name, release)
    for _ in range(MAX_ALIASES):
        entry = found.entry
        if view is None or entry is None or not found.exists:
            return None
        if entry.kind is Kind.CLASS:
            return _constructor(view, found, entry)
        if entry.kind is not Kind.ATTRIBUTE or not entry.paths or not entry.paths[0].startswith("="):
            return called(entry, found.owner)
        found = view.find(entry.paths[0][1:])
    return None


def called(entry: Entry, owner: str = "") -> tuple[Parameter, ...] | None:
    """The parameters of a function, or of a method once it is bound."""
    if entry.kind is not Kind.FUNCTION or entry.has(Flag.ACCESSOR) or entry.has(Flag.DECORATED):
        return None
    bound = bool(owner) and not entry.has(Flag.STATIC_METHOD)
    return entry.parameters[1:] if bound else entry.parameters


def _constructor(view: View, found: Meaning, entry: Entry) -> tuple[Parameter, ...] | None:
    """`__init__` where it is written down; what pydantic, dataclasses with bases and `__new__` make is not."""
    new = view.find(f"{found.origin}.__new__")
    if new.exists and new.owner:
        return None
    written = None if entry.has(Flag.DYNAMIC) else view.find(f"{found.origin}.__init__")
    if written is None or written.entry is None:
        return None
    made = entry.has(Flag.DATACLASS) and written.owner != found.origin
    return None if made else called(written.entry, written.owner)


def breaks(before: tuple[Parameter, ...], after: tuple[Parameter, ...]) -> tuple[str, ...]:
    """In which ways calls that were right before are wrong after."""
    return tuple(_breaks(before, after))


def _breaks(before: tuple[Parameter, ...], after: tuple[Parameter, ...]) -> Iterator[str]:
    old, new = _named(before), _named(after)
    takes_any = any(each.kind is ParameterKind.VAR_KEYWORD for each in after)
    for name, was in old.items():
        if name not in new:
            if not takes_any or was.kind is not ParameterKind.KEYWORD_ONLY:
                yield f"{name} is gone"
        else:
            yield from _changed(was, new[name])
    yield from (
        f"{name} is new and required" for name, now in new.items() if name not in old and not now.has_default
    )
    yield from _shifted(before, after)
    yield from _variadic(before, after)


def _changed(was: Parameter, now: Parameter) -> Iterator[str]:
    if was.has_default and not now.has_default:
        yield f"{was.name} has no default any more"
    if was.kind in BY_POSITION and now.kind is ParameterKind.KEYWORD_ONLY:
        yield f"{was.name} is keyword-only"
    if was.kind is not ParameterKind.POSITIONAL_ONLY and now.kind is ParameterKind.POSITIONAL_ONLY:
        yield f"{was.name} is positional-only"


def _shifted(before: tuple[Parameter, ...], after: tuple[Parameter, ...]) -> Iterator[str]:
    """Positional arguments that would land in another parameter."""
    places = {each.name: place for place, each in enumerate(_positional(after))}
    for place, each in enumerate(_positional(before)):
        if each.name in places and places[each.name] != place:
            yield f"{each.name} is at another position"


def _variadic(before: tuple[Parameter, ...], after: tuple[Parameter, ...]) -> Iterator[str]:
    kinds = {each.kind for each in after}
    for each in before:
        if each.kind in VARIADIC and each.kind not in kinds:
            yield f"{each} is gone"


def _named(parameters: tuple[Parameter, ...]) -> dict[str, Parameter]:
    return {each.name: each for each in parameters if each.kind not in VARIADIC}


def _positional(parameters: tuple[Parameter, ...]) -> list[Parameter]:
    return [each for each in parameters if each.kind in BY_POSITION]
