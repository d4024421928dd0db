"""The index: which public names a release has, what they are, and where they went. Look-ups are pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from concertmaster.index import codec, difference, history, moves, settings, signatures
from concertmaster.index.model import Kind, Parameter
from concertmaster.index.names import CORE, FRAMEWORK, distribution_of, inside, to_root
from concertmaster.index.resolve import UNKNOWN, Meaning, View, allowed
from concertmaster.messages.index import bad_index

if TYPE_CHECKING:
    from concertmaster.index.codec import Table
    from concertmaster.index.difference import Difference
    from concertmaster.index.history import Event
    from concertmaster.index.settings import SettingsField

SHIPPED = Path(__file__).with_name("data") / "names.index"


@dataclass(frozen=True, eq=False)
class Index:
    """Names are canonical: `orchestrator.core.X`, also for releases before 5.0.

    A release is one of the distribution that the name belongs to. For one that is not indexed the
    answer is None: unknown, which is not "does not exist".
    """

    table: Table
    where: str = "memory"
    _known: dict[tuple[str, str], Meaning] = field(default_factory=dict, repr=False)
    _signatures: dict[tuple[str, str], tuple[Parameter, ...] | None] = field(default_factory=dict, repr=False)
    _views: dict[tuple[str, str], View | None] = field(default_factory=dict, repr=False)
    _imports: dict[tuple[str, str, str], bool | None] = field(default_factory=dict, repr=False)
    _ordered: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, path: Path | None = None) -> Index:
        """Read the index that is shipped, or another one.

        Raises:
            IndexProblem: it is missing, damaged, or of a newer format.
        """
        where = "this installation" if path is None else str(path)
        try:
            content = (path or SHIPPED).read_bytes()
        except OSError as failed:
            raise bad_index(where, f"it cannot be opened ({type(failed).__name__})") from failed
        return cls(codec.decode(content, where=where), where)

    # -- releases ------------------------------------------------------------------------------

    def releases(self, distribution: str = FRAMEWORK) -> tuple[str, ...]:
        """Oldest first; empty for a distribution that is not indexed."""
        found = self.table.releases.get(distribution)
        return found.names if found else ()

    def newest(self, distribution: str = FRAMEWORK) -> str:
        return max(self.releases(distribution), key=Version, default="")

    def nearest(self, release: str, distribution: str = FRAMEWORK) -> str | None:
        """The newest indexed release that is not newer: what stands in for one that is not indexed."""
        wanted = Version(release)
        return max(
            (each for each in self.releases(distribution) if Version(each) <= wanted),
            key=Version,
            default=None,
        )

    def companion(self, distribution: str, release: str) -> str | None:
        """The newest release of a companion that a release of orchestrator-core allows."""
        view = self.view(FRAMEWORK, release)
        found = view.companion(distribution) if view else None
        return self.releases(distribution)[found.position] if found else None

    def companions(self, distribution: str, release: str) -> tuple[str, ...]:
        """Every release of a companion that a release of orchestrator-core allows, newest first."""
        view, names = self.view(FRAMEWORK, release), self.releases(distribution)
        found = allowed(self.table, FRAMEWORK, view.position, distribution) if view else ()
        return tuple(names[position] for position in found)

    def spelling(self, name: str, release: str) -> str:
        """How code for that release writes a canonical name: without `core` before 5.0."""
        view = self.view(FRAMEWORK, release) if inside(name, CORE) else None
        return to_root(name) if view and self.table.releases[FRAMEWORK].renamed[view.position] else name

    # -- one name in one release ---------------------------------------------------------------

    def exists(self, name: str, release: str) -> bool | None:
        """Whether Python finds the name at run time; None when that cannot be told."""
        return self.meaning(name, release).exists

    def is_module(self, name: str, release: str) -> bool | None:
        """Whether `import name` works; a module can be gone while a name of its spelling lives on."""
        view = self.view_of(name, release)
        return None if view is None else view.entry(name, "") is not None

    def imports(self, module: str, name: str, release: str) -> bool | None:
        """Whether `from module import name` works; None when that cannot be told."""
        key = (module, name, release)
        if key not in self._imports:
            view = self.view_of(module, release)
            self._imports[key] = None if view is None else view.imported(module, name).exists
        return self._imports[key]

    def origin(self, name: str, release: str) -> str | None:
        """The canonical name of the definition behind a name, as far as imports can be followed."""
        return self.meaning(name, release).origin or None

    def kind(self, name: str, release: str) -> Kind | None:
        """What the definition is; None for what is not indexed."""
        entry = self.meaning(name, release).entry
        return entry.kind if entry else None

    def is_accidental(self, name: str, release: str) -> bool:
        """Whether a name is only there because a module imports it for its own use."""
        return difference.is_accidental(self, name, release)

    def signature(self, name: str, release: str) -> tuple[Parameter, ...] | None:
        """The parameters that a caller fills, without `self`; None when a decorator or base decides them."""
        key = (name, release)
        if key not in self._signatures:
            self._signatures[key] = signatures.of(self, name, release)
        return self._signatures[key]

    def settings_field(self, name: str, release: str) -> SettingsField | None:
        """The field that an environment variable sets in a release of orchestrator-core and its companions."""
        return settings.find(self, name, release)

    # -- one name through the releases ---------------------------------------------------------

    def removed_in(self, name: str, *, after: str) -> str | None:
        """The first release after the given one that lacks the name while one from there on had it."""
        had = False
        for release in self._of(name):
            if _parsed(release) >= _parsed(after):
                exists = self.exists(name, release)
                if had and exists is False:
                    return release
                had = had or exists is True
        return None

    def destination(self, name: str, release: str) -> tuple[str, ...]:
        """Where a release has what another release has under this name; the likeliest place first."""
        return moves.destination(self, name, release)

    def life(self, name: str) -> tuple[Event, ...]:
        return tuple(history.life(self, name))

    def difference(self, before: str, after: str) -> Difference:
        """What an upgrade of orchestrator-core takes away.

        Raises:
            IndexProblem: one of the releases is not indexed.
        """
        return difference.between(self, before, after)

    # -- beneath -------------------------------------------------------------------------------

    def meaning(self, name: str, release: str) -> Meaning:
        known = self._known.get((name, release))
        if known is None:
            view = self.view_of(name, release)
            known = self._known[name, release] = view.find(name) if view else UNKNOWN
        return known

    def view(self, distribution: str, release: str) -> View | None:
        """One release of a distribution; None when it is not indexed."""
        key = (distribution, release)
        if key not in self._views:
            position = self._positions.get(key)
            if position is None and (version := _version(release)):
                position = self._versions.get((distribution, version))
            self._views[key] = None if position is None else View(self.table, distribution, position)
        return self._views[key]

    def view_of(self, name: str, release: str) -> View | None:
        return self.view(distribution_of(name) or "", release)

    @cached_property
    def _positions(self) -> dict[tuple[str, str], int]:
        return {
            (distribution, name): position
            for distribution, releases in self.table.releases.items()
            for position, name in enumerate(releases.names)
        }

    @cached_property
    def _versions(self) -> dict[tuple[str, Version], int]:
        """For other spellings of a release: `5.5` is `5.5.0`."""
        return {(each, Version(name)): position for (each, name), position in self._positions.items()}

    def _of(self, name: str) -> tuple[str, ...]:
        """The releases of a name's distribution, oldest first."""
        distribution = distribution_of(name) or ""
        if distribution not in self._ordered:
            self._ordered[distribution] = tuple(sorted(self.releases(distribution), key=_parsed))
        return self._ordered[distribution]


_parsed = lru_cache(maxsize=1024)(Version)


def _version(release: str) -> Version | None:
    try:
        return Version(release)
    except InvalidVersion:
        return None
