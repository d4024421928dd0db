"""Releases, and what a change between them means for a project."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from msgspec import Struct
from packaging.version import InvalidVersion, Version

from concertmaster.findings import Severity

Release = Version

#: Stable releases of orchestrator-core that the rules know, oldest first, as on PyPI.
RELEASES = tuple(
    """
1.0.0 1.0.1 1.0.2 1.1.0 1.2.0 1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.2.6 1.2.7 1.3.0 1.3.1 1.3.2 1.3.3
1.3.4 1.3.5 1.3.6 2.0.0 2.0.1 2.0.2 2.0.3 2.1.0 2.1.1 2.1.2 2.2.0 2.2.1 2.2.2 2.3.0 2.3.1 2.4.0 2.5.0 2.5.1 2.6.0
2.6.1 2.6.2 2.7.0 2.7.1 2.7.2 2.7.3 2.7.4 2.7.5 2.7.6 2.8.0 2.9.0 2.9.1 2.9.2 2.10.0 3.0.0 3.1.0
3.1.1 3.1.2 3.2.0 3.2.1 3.2.2 3.2.3 4.0.0 4.0.1 4.0.2 4.0.3 4.0.4 4.1.0 4.2.0 4.3.0 4.3.1 4.4.0
4.4.1 4.4.2 4.5.0 4.5.1 4.5.2 4.5.3 4.6.0 4.6.1 4.6.2 4.6.3 4.6.4 4.6.5 4.7.0 4.7.1 4.7.2 4.8.0
4.8.1 4.8.2 5.0.0 5.0.1 5.0.2 5.0.3 5.0.4 5.0.5 5.1.0 5.1.1 5.1.2 5.1.3 5.2.0 5.3.0 5.4.0 5.5.0
""".split()
)
NEWEST_KNOWN = RELEASES[-1]


@lru_cache(maxsize=512)
def release(text: str) -> Release:
    """A release from its number, for example `5.0.4` or `5.6.0a2`.

    Raises:
        ValueError: the text is no version number.
    """
    try:
        return Version(text)
    except InvalidVersion:
        raise ValueError(f"{text!r} is not a release number such as 5.0.4") from None


class Change(Struct, frozen=True):
    """The life of an old form in three releases; a missing one never comes.

    From `works_from` the new form works, from `deprecated` the old one warns, from `removed` it fails.
    `crossing` marks a change of meaning: it concerns only a project that goes over that release,
    since code written afterwards already means the new thing. After `until` nothing is wrong any more.
    What is only `advice` is never more than a notice.
    """

    works_from: str
    deprecated: str | None = None
    removed: str | None = None
    crossing: bool = False
    until: str | None = None
    advice: bool = False

    @property
    def since(self) -> str:
        """The first release in which the old form is wrong."""
        return self.deprecated or self.removed or self.works_from


class Mode(StrEnum):
    """Which of the two questions is asked of a project."""

    REVIEW = "review"  # is the code right for what is installed?
    UPGRADE = "upgrade"  # what must change on the way to the target?


class Window(Struct, frozen=True):
    """The releases between which a project is judged.

    `before` is what was installed until the change under review; None where that is the same release.
    """

    installed: str
    target: str
    mode: Mode = Mode.UPGRADE
    before: str | None = None

    @property
    def origin(self) -> str:
        """The release that the code was written for, as far as is known."""
        return self.before or self.installed

    @property
    def judged(self) -> str:
        """The release under judgement."""
        return self.installed if self.mode is Mode.REVIEW else self.target

    def reaches(self, text: str | None) -> bool:
        """Whether the release under judgement is at least this one."""
        return text is not None and release(self.judged) >= release(text)

    def is_ready(self, works_from: str) -> bool:
        """Whether the bump need not be waited for: what is new works under the installed release already."""
        ahead = release(self.installed) < release(self.target)
        return ahead and bool(works_from) and release(self.installed) >= release(works_from)

    def severity(self, change: Change) -> Severity | None:
        """How much a change matters here; None where it does not (yet) concern the project."""
        if change.crossing and release(self.origin) >= release(change.since):
            return None
        if change.until is not None and release(self.judged) > release(change.until):
            return None
        if change.advice and self.reaches(change.since):
            return Severity.NOTICE
        if self.reaches(change.removed):
            return Severity.ERROR
        if self.reaches(change.deprecated):
            return Severity.WARNING
        return self._early(change)

    def _early(self, change: Change) -> Severity | None:
        """A notice for what a review can have prepared today, before the release that demands it."""
        comes = release(self.target) >= release(change.since)
        ready = release(self.installed) >= release(change.works_from)
        return Severity.NOTICE if self.mode is Mode.REVIEW and comes and ready else None
