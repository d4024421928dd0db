"""Which index a run judges names by; releases that the shipped one does not know are asked for once, if at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from concertmaster.index.names import FRAMEWORK
from concertmaster.index.places import cache_folder
from concertmaster.messages.index import IndexProblem, not_asked

if TYPE_CHECKING:  # the first call to GitHub is made before the index is wanted
    from packaging.version import Version

    from concertmaster.index.choice import Outcome
    from concertmaster.index.fetch import PackageIndex, WheelFile
    from concertmaster.index.store import Index

OFFLINE = "CONCERTMASTER_OFFLINE"
#: A review waits less for the package index than somebody who asks for an update.
SECONDS, ATTEMPTS = 15.0, 2


@dataclass(frozen=True, slots=True)
class Names:
    """What names are judged by: an index, the release of it that stands for the one asked for, and what to tell.

    Without `notes` it is the very release. None where there is no index, or none of its releases will do.
    """

    index: Index | None = field(default=None, repr=False)
    release: str | None = None
    notes: tuple[str, ...] = ()


class Supply:
    """Where releases come from that the shipped index does not know: an earlier update, and the package index.

    Without a folder nothing is kept, and without `online` nothing is fetched. One object serves one run.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        online: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._folder, self._environment = folder, environment or {}
        self._online = online and folder is not None
        self._tried: set[Version] = set()

    @classmethod
    def of(cls, environment: Mapping[str, str], *, offline: bool = False) -> Supply:
        """As the environment has it: its folder for such things, and its package index unless it says `offline`."""
        home = Path(environment.get("HOME") or "~").expanduser()
        off = offline or environment.get(OFFLINE, "").strip().lower() in ("1", "true", "yes", "on")
        return cls(cache_folder(environment, home=home), online=not off, environment=environment)

    def names(self, judged: str, *others: str) -> Names:
        """What to judge a release by, and releases that it is compared with."""
        from concertmaster.index.choice import stand_in

        try:
            outcome = self._covering(judged, *others)
        except IndexProblem as problem:
            return Names(notes=(f"Names were not checked. {problem}",))
        release, note = stand_in(outcome.index, judged)
        return Names(outcome.index, release, (*filter(None, (note,)), *map(str, outcome.problems)))

    def has(self, number: str) -> bool | None:
        """Whether there is such a release; None where that cannot be found out."""
        try:
            outcome = self._covering(number)
        except IndexProblem:
            return None
        if outcome.index.view(FRAMEWORK, number) is not None:
            return True
        return False if self._online and not outcome.problems else None

    @property
    def address(self) -> str | None:
        """The package index that may be asked; None where none may."""
        source = self.source
        return source.base if source else None

    def listed(self) -> tuple[WheelFile, ...]:
        """What the package index has of the framework, without what was taken back.

        Raises:
            IndexProblem: it may not be asked, or gives no answer.
        """
        source = self.source
        if source is None:
            raise not_asked()
        return tuple(wheel for wheel in source.wheels(FRAMEWORK) if not wheel.yanked)

    def _covering(self, *releases: str) -> Outcome:
        """The shipped index as long as nothing newer than it is asked for; else the best that can be had.

        Raises:
            IndexProblem: no index can be read at all.
        """
        from packaging.version import Version

        newest = Version(self._outcome.index.newest())
        for each in sorted({*map(Version, releases)} - self._tried):
            if each > newest and self._outcome.index.view(FRAMEWORK, str(each)) is None:
                self._tried.add(each)
                self._outcome = self._ask(str(each))
        return self._outcome

    @cached_property
    def _outcome(self) -> Outcome:
        from concertmaster.index import store
        from concertmaster.index.choice import Outcome, best

        try:
            return Outcome(shipped(store.SHIPPED))
        except IndexProblem:
            return best(self._kept)

    def _ask(self, number: str) -> Outcome:
        """What an earlier update has kept, else what the package index has; it is not asked again if it fails."""
        if self._kept is None:
            return self._outcome
        from concertmaster.index import refresh

        found = refresh.for_target(number, kept=self._kept, source=self.source)
        self._online = self._online and not found.problems
        return found

    @property
    def source(self) -> PackageIndex | None:
        """How the package index is asked; None where it may not be."""
        if not self._online or self._folder is None:
            return None
        from concertmaster.index.fetch import configured

        home = Path(self._environment.get("HOME") or "~").expanduser()
        source = configured(self._environment, home=home, cache=self._folder / "wheels")
        return replace(source, seconds=SECONDS, attempts=ATTEMPTS)

    @property
    def _kept(self) -> Path | None:
        return self._folder / "names.index" if self._folder else None


@cache
def shipped(_: Path) -> Index:
    """The index that is shipped, read once.

    Raises:
        IndexProblem: it is missing, damaged, or of a newer format.
    """
    from concertmaster.index.store import Index

    return Index.load()
