"""Looks up the importable names that moved or were renamed, and where they are in a release."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from concertmaster.findings import Safety
from concertmaster.project.names import CORE, ROOT
from concertmaster.rules._moved_names_table import NOTES, TABLE
from concertmaster.versions import Change, Window


class Move(Struct, frozen=True):
    """An old name and the new one, both canonical, with the catalogue's row.

    `note` says what else changes for who uses it. `passed_on` marks a name that the old module had only
    imported itself: patching it there never meant patching it where it is defined.
    """

    old: str
    new: str
    row: str
    change: Change
    safety: Safety = Safety.SAFE
    note: str = ""
    passed_on: bool = False
    is_module: bool = False

    @property
    def old_module(self) -> str:
        return self.old.rpartition(".")[0]

    @property
    def module(self) -> str:
        return self.new.rpartition(".")[0]

    @property
    def name(self) -> str:
        return self.new.rpartition(".")[2]

    @property
    def renames(self) -> bool:
        return self.name != self.old.rpartition(".")[2]


def named_rows(row: str) -> tuple[str, ...]:
    """The catalogue's rows of an entry; none where it comes from its list of lost names."""
    return () if row == "API" else (row,)


def read(table: str) -> Iterator[Move]:
    """The entries of a table such as `_moved_names_table.TABLE`."""
    words: list[str] = []
    for line in table.strip().splitlines():
        if not line.startswith(" "):
            words = line.split()
            continue
        row, works_from, deprecated, removed, old, _, new, *flags = words
        for name in line.split():
            before, _, after = name.partition("=")
            whole = name == "*"
            yield Move(
                full(old) if whole else f"{full(old)}.{before}",
                full(new) if whole else f"{full(new)}.{after or before}",
                row,
                Change(works_from, _release(deprecated), _release(removed)),
                Safety.SUGGESTED if "suggested" in flags else Safety.SAFE,
                NOTES.get(row, "") if "suggested" in flags else "",
                "passed-on" in flags,
                whole,
            )


def full(module: str) -> str:
    """`.types` is `orchestrator.core.types`, a lone dot the framework itself; other names are complete."""
    return CORE + module.rstrip(".") if module.startswith(".") else module


def _release(text: str) -> str | None:
    return None if text == "-" else text


_ALL = tuple(read(TABLE))
MOVES = {move.old: move for move in _ALL}
ROWS = tuple(sorted({row for move in _ALL for row in named_rows(move.row)}))
MODULES = frozenset(move.old for move in _ALL if move.is_module)
#: The last parts of old names: what an attribute must be called to be worth a look.
LAST_PARTS = frozenset(move.old.rpartition(".")[2] for move in _ALL)
RENAMED = frozenset(move.old.rpartition(".")[2] for move in _ALL if move.renames)
#: Modules from which a star import may have brought a moved name.
SOURCES = frozenset(move.old_module for move in _ALL if not move.is_module)


def find(name: str, window: Window) -> Move | None:
    """Where a canonical name is now, as far as that concerns the project; moves that follow each other are one."""
    move = _one(name, window)
    following = None if move is None else _one(move.new, window)
    if move is None or following is None:
        return move
    safety = move.safety if following.safety is Safety.SAFE else following.safety
    return Move(
        name,
        following.new,
        move.row,
        move.change,
        safety,
        move.note or following.note,
        move.passed_on or following.passed_on,
        move.is_module,
    )


def _one(name: str, window: Window) -> Move | None:
    move = MOVES.get(name) or _inside_module(name)
    return move if move is not None and window.severity(move.change) is not None else None


def _inside_module(name: str) -> Move | None:
    """A name of a module that moved as a whole."""
    module, _, rest = name.rpartition(".")
    move = MOVES.get(module) if module in MODULES else None
    if move is None:
        return None
    return Move(name, f"{move.new}.{rest}", move.row, move.change, move.safety, move.note, move.passed_on)


def since(move: Move) -> str:
    """The release from which the old name is wrong, as people write it: `5.0` for 5.0.0."""
    return move.change.since.removesuffix(".0")


def leaves_framework(name: str, window: Window) -> bool:
    """Whether a canonical name of the framework moves, without doubt, to another package."""
    move = find(name, window)
    return move is not None and move.safety is Safety.SAFE and move.new.partition(".")[0] != ROOT
