"""Looks up the importable names that left the framework without a replacement."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from concertmaster.rules._moved_names import full, named_rows
from concertmaster.rules._removed_names_table import ADVICE, TABLE
from concertmaster.versions import Change, Window

NOTHING = "nothing takes its place"


class Removal(Struct, frozen=True):
    """A canonical name that is gone, and what to do without it; `*` for all names of a module."""

    module: str
    name: str
    row: str
    change: Change
    advice: str


def read(table: str) -> Iterator[Removal]:
    """The entries of a table such as `_removed_names_table.TABLE`."""
    row = removed = module = ""
    for line in table.strip().splitlines():
        if not line.startswith(" "):
            row, removed, module = line.split()
            continue
        for name in line.split():
            change = Change(works_from=removed, removed=removed)
            yield Removal(full(module), name, row, change, _advice(row, module))


def _advice(row: str, module: str) -> str:
    while row == "API" and module and module not in ADVICE:
        module = module.rpartition(".")[0]
    return ADVICE.get(row) or ADVICE.get(module, NOTHING)


_ALL = tuple(read(TABLE))
ROWS = tuple(sorted({row for one in _ALL for row in named_rows(one.row)}))
REMOVALS = {f"{one.module}.{one.name}": one for one in _ALL}
WHOLE = frozenset(one.module for one in _ALL if one.name == "*")
#: The last parts of names that are gone: what an attribute must be called to be worth a look.
LAST_PARTS = frozenset((*(one.name for one in _ALL), *(module.rpartition(".")[2] for module in WHOLE)))


def gone(name: str, window: Window) -> Removal | None:
    """What became of a canonical name or module, if it left and that concerns the project."""
    found = REMOVALS.get(name)
    module = name
    while found is None and module:
        found = REMOVALS.get(f"{module}.*") if module in WHOLE else None
        module = module.rpartition(".")[0]
    return found if found is not None and window.severity(found.change) is not None else None
