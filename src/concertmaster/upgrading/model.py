"""An upgrade as data: it can be printed, compared and tested before anything is written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from msgspec import Struct, field

from concertmaster.findings import Finding, Unanalysed
from concertmaster.index.supply import Names
from concertmaster.plan import Plan
from concertmaster.project.files import Project

PREFIX = "concertmaster/orchestrator-core-"
WITHIN = "-in-"
#: Whole numbers of up to four digits, and the suffix of a pre-release: nothing else reaches a branch's name.
_PLAIN = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*", re.ASCII)
_RELEASE = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}(?:(?:a|b|rc)\d{1,4})?", re.ASCII)


def branch_of(target: str, folder: str = "") -> str:
    """The branch of an upgrade; that of a project within a repository also names its folder.

    Raises:
        ValueError: the target is no release number in its usual form.
    """
    if not _RELEASE.fullmatch(target):
        raise ValueError(f"{target!r} cannot be part of a branch's name")
    return f"{PREFIX}{target}{WITHIN}{short_of(folder)}" if folder else f"{PREFIX}{target}"


def target_of(branch: str, folder: str = "") -> str | None:
    """The release that a branch of ours for a project is about; None for any other branch."""
    is_its_own = place_of(branch) == (short_of(folder) if folder else "")
    return branch.removeprefix(PREFIX).partition(WITHIN)[0] if is_its_own else None


def place_of(branch: str) -> str | None:
    """The short form of the folder that a branch of ours is about, empty for the root; None for any other branch."""
    number, within, place = branch.removeprefix(PREFIX).partition(WITHIN)
    is_ours = branch.startswith(PREFIX) and bool(within) == bool(place)
    return place if is_ours and _RELEASE.fullmatch(number) else None


def short_of(folder: str) -> str:
    """A folder in few plain letters, another for every folder."""
    plain = folder.replace("/", ".")
    if _PLAIN.fullmatch(folder) and not plain.endswith(".lock"):
        return plain
    mark = hashlib.sha256(folder.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9_]+', '-', folder).strip('-')[:40]}-{mark}"


class Commit(Struct, frozen=True):
    """One step of the upgrade: files with their whole new text, and the rules whose rewrites they hold."""

    title: str
    body: str
    rules: tuple[str, ...]
    files: Mapping[str, bytes]


class Pin(Struct, frozen=True):
    """A requirement on the framework; `obstacle` says why it is not raised, and is empty where it is."""

    path: str
    line: int
    text: str
    obstacle: str = ""


class Note(Struct, frozen=True):
    """A file that the plan leaves out, and what a person does about it; `lacks` is what the next run may have."""

    path: str
    text: str
    lacks: str = ""


class UpgradePlan(Struct, frozen=True):
    """Everything that an upgrade changes, and everything that it leaves.

    `found` are the findings before the rewrites, `remaining` those after them. `upgraded` is the project with
    all commits made, `suggested` what `fix --unsafe` would write on top. `kept_back` are changes that may not
    be committed, such as those to workflow files. `style` tells what became of the project's own formatting.
    `folder` is where the project lies in its repository. `lacking` is what this run could not have and the next
    one may: without it the plan is less than it should be.
    """

    installed: str
    target: str
    commits: tuple[Commit, ...]
    pins: tuple[Pin, ...]
    found: tuple[Finding, ...]
    remaining: tuple[Finding, ...]
    unanalysed: tuple[Unanalysed, ...]
    upgraded: Project
    operations: Plan
    locks: tuple[Note, ...] = ()
    kept_back: tuple[Note, ...] = ()
    suggested: Mapping[str, bytes] = field(default_factory=dict)
    unsettled: tuple[str, ...] = ()
    names: Names = field(default_factory=Names)
    style: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    folder: str = ""

    @property
    def branch(self) -> str:
        return branch_of(self.target, self.folder)

    @property
    def files(self) -> dict[str, bytes]:
        """The last text of every file that changes."""
        return {path: text for commit in self.commits for path, text in commit.files.items()}
