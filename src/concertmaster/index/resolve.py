"""What a dotted name means in one release: through re-exports, star imports, companions and base classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from concertmaster.index.bindings import Bound
from concertmaster.index.codec import entry_text
from concertmaster.index.model import Entry, Flag, Kind, decode_entry
from concertmaster.index.names import distribution_of
from concertmaster.index.outside import members_outside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from concertmaster.index.codec import Table

MAX_STEPS = 24
IMPLICIT = frozenset(
    "__name__ __doc__ __file__ __path__ __spec__ __loader__ __package__ __dict__ __builtins__".split()
)


class Meaning(Struct, frozen=True):
    """The end of the search for a name.

    `exists` is None where that cannot be told. `origin` is the place of definition, as far as it
    could be followed; `entry` is what is known there, and `owner` the class whose body it is in.
    """

    exists: bool | None
    origin: str = ""
    entry: Entry | None = None
    owner: str = ""


UNKNOWN, ABSENT = Meaning(None), Meaning(False)


class View(Struct, frozen=True):
    """One release of one distribution, with the companions that are resolved along with it."""

    table: Table
    distribution: str
    position: int

    @property
    def release(self) -> str:
        return self.table.releases[self.distribution].names[self.position]

    def find(self, name: str, steps: int = MAX_STEPS) -> Meaning:
        """The meaning of a name in canonical spelling."""
        distribution = distribution_of(name)
        if distribution is None or steps <= 0:
            return UNKNOWN
        view = self if distribution == self.distribution else self.companion(distribution)
        return UNKNOWN if view is None else view._own(name, steps)

    def imported(self, module: str, name: str) -> Meaning:
        """What `from module import name` gives: a name of the module, else a submodule."""
        if self.entry(module, "") is None:
            return ABSENT if distribution_of(module) == self.distribution else UNKNOWN
        found = self._bound(module, name, "", MAX_STEPS)
        submodule = self.entry(f"{module}.{name}", "")
        return found if found.exists or submodule is None else Meaning(True, f"{module}.{name}", submodule)

    def companion(self, distribution: str) -> View | None:
        """The newest release of a companion that this release allows."""
        newest = newest_allowed(self.table, self.distribution, self.position, distribution)
        return None if newest is None else View(self.table, distribution, newest)

    def entry(self, module: str, local: str) -> Entry | None:
        record = self.table.records(module).get(local)
        text = None if record is None else entry_text(record, self.position)
        return None if text is None else decode_entry(text)

    def module_of(self, name: str) -> str | None:
        """The longest beginning of a name that is a module."""
        while name and self.entry(name, "") is None:
            name = name.rpartition(".")[0]
        return name or None

    def _own(self, name: str, steps: int) -> Meaning:
        above, _, last = name.rpartition(".")
        attribute = self.entry(above, last)
        if attribute is not None and attribute.bound is not Bound.TYPING:
            return self._bound(above, last, "", steps)
        module = self.module_of(name)
        if module is None:
            return UNKNOWN
        if module == name:
            return Meaning(True, name, self.entry(name, ""))
        first, _, rest = name[len(module) + 1 :].partition(".")
        return self._bound(module, first, rest, steps)

    def _bound(self, module: str, first: str, rest: str, steps: int) -> Meaning:
        """A name of a module, and what is behind it."""
        entry = self.entry(module, first)
        if entry is None or entry.bound is Bound.TYPING:
            return self._unbound(module, first, rest, steps)
        if entry.kind is Kind.IMPORT:
            return self._imported(entry, rest, steps)
        if rest:
            return self._inside(module, first, entry, rest, steps)
        exists = None if entry.bound is Bound.MAYBE else True
        return Meaning(exists, f"{module}.{first}", entry)

    def _unbound(self, module: str, first: str, rest: str, steps: int) -> Meaning:
        own = self.entry(module, "")
        if first in IMPLICIT:
            return Meaning(True if not rest else None, f"{module}.{first}")
        if own is None or own.has(Flag.DYNAMIC):
            return UNKNOWN
        starred = [self._starred(source, first, rest, steps) for source in own.paths]
        return next((found for found in starred if found.exists is not False), ABSENT)

    def _starred(self, source: str, first: str, rest: str, steps: int) -> Meaning:
        """What `from source import *` brings under a name."""
        module = self.find(source, steps - 1)
        if module.entry is None or module.entry.kind is not Kind.MODULE:
            return UNKNOWN
        found = self.find(f"{source}.{first}", steps - 1)
        if not found.exists:
            return found
        view = (
            self
            if distribution_of(source) == self.distribution
            else self.companion(distribution_of(source) or "")
        )
        entry = view.entry(source, first) if view else None
        exported = entry is not None and entry.has(Flag.EXPORTED)
        if not exported and (module.entry.has(Flag.HAS_ALL) or first.startswith("_")):
            return ABSENT
        return self.find(f"{source}.{first}.{rest}", steps - 1) if rest else found

    def _imported(self, entry: Entry, rest: str, steps: int) -> Meaning:
        """An imported name exists by itself; what is behind it is looked up where it comes from."""
        target = entry.paths[0]
        found = self.find(f"{target}.{rest}" if rest else target, steps - 1)
        if rest:
            return found
        exists = None if entry.bound is Bound.MAYBE else True
        return Meaning(exists, found.origin or target, found.entry, found.owner)

    def _inside(self, module: str, first: str, entry: Entry, rest: str, steps: int) -> Meaning:
        if entry.kind is Kind.CLASS:
            return self._member(module, first, entry, rest, steps)
        if entry.kind is Kind.ATTRIBUTE and entry.paths:
            return self._behind(entry.paths[0], rest, steps)
        return UNKNOWN

    def _behind(self, path: str, rest: str, steps: int) -> Meaning:
        """A member of what an assignment has bound: another name, or an instance of a class."""
        target = path.removeprefix("=").removeprefix("()")
        found = self.find(target, steps - 1)
        is_class = found.entry is not None and found.entry.kind is Kind.CLASS
        return self.find(f"{target}.{rest}", steps - 1) if is_class or path.startswith("=") else UNKNOWN

    def _member(self, module: str, local: str, entry: Entry, rest: str, steps: int) -> Meaning:
        first, _, deeper = rest.partition(".")
        own = self.entry(module, f"{local}.{first}")
        if own is None:
            return self._inherited(entry, rest, steps)
        if deeper:
            nested = own.kind is Kind.CLASS
            return self._member(module, f"{local}.{first}", own, deeper, steps) if nested else UNKNOWN
        exists = True if own.bound is Bound.YES else None
        return Meaning(exists, f"{module}.{local}.{first}", own, f"{module}.{local}")

    def _inherited(self, entry: Entry, rest: str, steps: int) -> Meaning:
        """Search the base classes; only when all of them are known can a member be missing."""
        unsure = entry.has(Flag.DYNAMIC) or rest.startswith("__")
        for base in entry.paths:
            found = self._of_base(base, rest, steps)
            if found.exists:
                return found
            unsure |= found.exists is None
        return UNKNOWN if unsure else ABSENT

    def _of_base(self, base: str, rest: str, steps: int) -> Meaning:
        if distribution_of(base) is None:
            known = members_outside(base)
            return UNKNOWN if known is None or rest.partition(".")[0] in known else ABSENT
        resolved = self.find(base, steps - 1)
        if resolved.entry is not None and resolved.entry.kind is Kind.CLASS:
            return self.find(f"{resolved.origin}.{rest}", steps - 1)
        outside = resolved.origin if resolved.entry is None else ""
        return (
            self._of_base(outside, rest, steps - 1) if outside and not distribution_of(outside) else UNKNOWN
        )


def newest_allowed(table: Table, distribution: str, position: int, companion: str) -> int | None:
    """The place of the newest release of `companion` that one release of `distribution` allows."""
    key = (distribution, position, companion)
    if key not in table.companions:
        table.companions[key] = next(allowed(table, *key), None)
    return table.companions[key]


def allowed(table: Table, distribution: str, position: int, companion: str) -> Iterator[int]:
    """The places of all releases of `companion` that one release of `distribution` allows, newest first."""
    from packaging.requirements import Requirement

    names = table.releases[companion].names if companion in table.releases else ()
    for text in table.releases[distribution].requires[position]:
        wanted = Requirement(text)
        if wanted.name == companion:
            yield from (at for at in reversed(range(len(names))) if wanted.specifier.contains(names[at]))
