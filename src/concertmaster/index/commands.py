"""What the index tells a person or a program: the life of a name, and what an upgrade takes away."""

from __future__ import annotations

import difflib
import json
import textwrap
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import to_builtins

from concertmaster.index.history import Event, What
from concertmaster.index.names import CORE, FRAMEWORK, ROOT, distribution_of, from_root, inside, to_root
from concertmaster.messages.index import unknown_name

if TYPE_CHECKING:
    from concertmaster.index.difference import Change, Difference, Removal
    from concertmaster.index.store import Index

WIDTH = 80
MANY = 12


def full_names(index: Index, text: str) -> tuple[str, ...]:
    """The names that somebody can mean: a full name in either spelling, or the end of one.

    Raises:
        IndexProblem: no indexed release has such a name.
    """
    name = from_root(text) if inside(text, ROOT) and not inside(text, CORE) else text
    if index.life(name):
        return (name,)
    known = list(_all_names(index))
    found = sorted(each for each in known if each.endswith(f".{text}"))
    if not found:
        leaves = {each.rpartition(".")[2]: each for each in known}
        close = difflib.get_close_matches(text.rpartition(".")[2], leaves, n=3, cutoff=0.75)
        raise unknown_name(text, tuple(leaves[each] for each in close))
    return _definitions(index, found)


def show_text(index: Index, name: str) -> str:
    """The life of a name for a terminal."""
    lines = [name]
    if (old := to_root(name)) != name:
        lines.append(f"  written {old} before 5.0")
    if (modules := _as_module(index, name)) and index.kind(name, modules[-1]) != "m":
        lines.append(f"  is also a module, from {modules[0]} to {modules[-1]}")
    for event in index.life(name):
        lines.append(f"  {event.release:<8} {_told(event)}")
        lines.extend(_details(event, name))
    releases = index.releases(distribution_of(name) or "")
    lines.append(f"  (looked at: {distribution_of(name)} {releases[0]} to {releases[-1]})")
    return "\n".join(lines)


def show_json(index: Index, name: str) -> str:
    releases = index.releases(distribution_of(name) or "")
    answer = {
        "name": name,
        "distribution": distribution_of(name),
        "releases": [each for each in releases if index.exists(name, each)],
        "module_in": list(_as_module(index, name)),
        "life": to_builtins(list(index.life(name))),
    }
    return json.dumps(answer, indent=2)


def diff_text(difference: Difference, *, accidental: bool = False) -> str:
    """What an upgrade takes away, for a terminal."""
    return "\n".join(_diff_lines(difference, accidental))


def diff_json(difference: Difference) -> str:
    return json.dumps(to_builtins(difference), indent=2)


def _diff_lines(difference: Difference, accidental: bool) -> Iterator[str]:
    yield f"{FRAMEWORK} {difference.before} -> {difference.after}"
    for distribution, before, after in difference.companions:
        yield f"  with {distribution} {before} -> {after}"
    shown = [each for each in difference.removed if accidental or not each.accidental]
    yield from _section("Names that are gone", len(shown), _removed(shown))
    yield from _section("Calls that break", len(difference.changed), _changed(difference.changed))
    yield from _section(
        "Settings that are no longer read", len(difference.settings), _listed(difference.settings)
    )
    yield from _section(
        "Perhaps gone, if no base class has them", len(difference.unsure), _listed(difference.unsure)
    )
    if hidden := len(difference.removed) - len(shown):
        yield ""
        yield from _wrapped(f"{hidden} more names are gone that modules only imported for their own use.", "")
    if not (difference.removed or difference.changed or difference.settings or difference.unsure):
        yield "Nothing is taken away."


def _section(title: str, count: int, lines: Iterator[str]) -> Iterator[str]:
    if count:
        yield ""
        yield f"{title} ({count})"
        yield from lines


def _removed(removals: list[Removal]) -> Iterator[str]:
    for module, names in groupby(removals, key=_home):
        yield f"  {module}"
        for each in names:
            name = "" if each.kind == "module" else each.name[len(module) + 1 :]
            yield f"    {each.kind} {name}".rstrip()
            yield from (f"      -> {place}" for place in each.destinations)


def _home(removal: Removal) -> str:
    """The module of a removed name; members are listed under the module of their class."""
    if removal.kind == "module":
        return removal.name
    parts = removal.name.split(".")[:-1]
    while parts and parts[-1][:1].isupper():
        parts.pop()
    return ".".join(parts)


def _changed(changes: tuple[Change, ...]) -> Iterator[str]:
    for each in changes:
        yield f"  {each.name}"
        yield from _wrapped(f"before ({', '.join(each.before)})", "    ")
        yield from _wrapped(f"after  ({', '.join(each.after)})", "    ")
        yield from _wrapped("; ".join(each.breaks), "    ! ")


def _listed(names: tuple[str, ...]) -> Iterator[str]:
    return (f"  {name}" for name in names)


def _told(event: Event) -> str:
    verdict = {
        What.PRESENT: "is there, perhaps since earlier",
        What.ADDED: "added",
        What.MOVED: "defined elsewhere",
        What.CHANGED: "changed",
        What.REMOVED: "removed",
        What.UNSURE: "cannot be told: it may exist, depending on settings or a base class",
    }
    return verdict[event.what]


def _details(event: Event, name: str) -> Iterator[str]:
    indent = " " * 11
    if event.signature is not None:
        yield from _wrapped(f"({event.signature})", indent)
    if event.breaks:
        yield from _wrapped("; ".join(event.breaks), f"{indent}! ")
    yield from (f"{indent}-> {place}" for place in event.places if place not in ("", name))


def _wrapped(text: str, indent: str) -> list[str]:
    lead = " " * len(indent)
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=lead,
        break_long_words=False,
        break_on_hyphens=False,
    )


def fitted(text: str, width: int) -> str:
    """A text whose lines end with a terminal's; a name that is longer goes on in the next one, after a dot."""
    return "\n".join(part for line in text.split("\n") for part in _parts(line, width))


def _parts(line: str, width: int) -> Iterator[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    while len(line) > width:
        end = max(line.rfind(".", len(indent), width), line.rfind(" ", len(indent), width)) + 1
        if end <= 0:
            break
        yield line[:end].rstrip()
        line = indent + line[end:].lstrip()
    yield line


def _as_module(index: Index, name: str) -> tuple[str, ...]:
    releases = index.releases(distribution_of(name) or "")
    return tuple(each for each in releases if index.is_module(name, each))


def _all_names(index: Index) -> Iterator[str]:
    for module in index.table.lines:
        for local in index.table.records(module):
            yield f"{module}.{local}" if local else module


def _definitions(index: Index, found: list[str]) -> tuple[str, ...]:
    """Without the imports of the same thing, when the thing itself is among them."""
    own = [name for name in found if index.origin(name, _last(index, name)) == name]
    return tuple(own or found)


def _last(index: Index, name: str) -> str:
    """The newest release that has the name."""
    releases = reversed(index.releases(distribution_of(name) or ""))
    return next((each for each in releases if index.exists(name, each)), "")
