"""What becomes of the branch of an upgrade: made, moved on, made anew, or left alone; never over a person's work."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.github.shapes import object_id
from concertmaster.github.state import Entry, History, Listing, PullRequest
from concertmaster.report.markdown import lacks, marker
from concertmaster.report.upgrade import BEGIN, END, FOUND
from concertmaster.upgrading import UpgradePlan, target_of
from concertmaster.versions import release

_CLOSED = re.compile(r"(?:\r?\n<!-- concertmaster:superseded,[a-z]{1,9} -->)+\s*\Z")


class Way(StrEnum):
    """What is done to the branch."""

    CREATE = "create"  # there is none
    FOLLOW = "follow"  # it has nothing that the base has not: forward to new commits on the base
    KEEP = "keep"  # it holds what is planned
    RENEW = "renew"  # it holds our commits alone, and something else is planned by now
    ADD = "add"  # a person has worked on it: only what is missing, on top


class Branch(Struct, frozen=True):
    """The branch as it is found. `before` is what it started from, `base` where the default branch is now."""

    tip: str
    history: History
    before: Listing
    base: Listing
    now: Listing


class Brought(Struct, frozen=True):
    """The branch's tip after a run, the commit of the default branch that it holds, and what is left to tell."""

    tip: str
    base: str
    plan: UpgradePlan
    notes: tuple[str, ...] = ()


def way(branch: Branch | None, planned: Mapping[str, bytes]) -> Way:
    """What to do with a branch, given the files that the upgrade of the default branch writes."""
    if branch is None:
        return Way.CREATE
    if branch.history.commits == 0:
        return Way.FOLLOW
    if branch.history.foreign:
        return Way.ADD
    return Way.KEEP if holds(branch, planned) else Way.RENEW


def holds(branch: Branch, planned: Mapping[str, bytes]) -> bool:
    """Whether merging the branch would give what is planned, and nothing else."""
    there = {path: entry.sha for path, entry in branch.now.items()}
    if any(there.get(path) != object_id(data) for path, data in planned.items()):
        return False
    touched = _changed(branch.before, branch.now) - planned.keys()
    return all(branch.now.get(path) == branch.base.get(path) for path in touched)


def _changed(old: Listing, new: Listing) -> set[str]:
    return {path for path in old.keys() | new.keys() if _differ(old.get(path), new.get(path))}


def _differ(first: Entry | None, second: Entry | None) -> bool:
    if first is None or second is None:
        return first is not second
    return (first.sha, first.mode) != (second.sha, second.mode)


class Merge(Struct, frozen=True):
    """The default branch brought into a branch, file by file; `conflicts` were changed on both sides."""

    changes: Mapping[str, Entry | None]
    conflicts: tuple[str, ...]

    def applied(self, listing: Listing) -> Listing:
        merged = {path: entry for path, entry in listing.items() if path not in self.changes}
        return {**merged, **{path: entry for path, entry in self.changes.items() if entry is not None}}


def merge(branch: Branch) -> Merge:
    """What the default branch has changed since the branch left it."""
    changes: dict[str, Entry | None] = {}
    conflicts: list[str] = []
    for path in sorted(_changed(branch.before, branch.base)):
        here, there = branch.now.get(path), branch.base.get(path)
        if not _differ(here, there):
            continue
        if _differ(here, branch.before.get(path)):
            conflicts.append(path)
        else:
            changes[path] = there
    return Merge(changes, tuple(conflicts))


def declined(pulls: Iterable[PullRequest], settled: Iterable[str] = ()) -> PullRequest | None:
    """The pull request of this very upgrade that a person has closed without merging it.

    `settled` are the ways to choose projects: what was closed when they changed is not a person's doing.
    """
    known, ways = list(pulls), tuple(settled)
    if any(pull.is_open for pull in known):
        return None
    return next(
        (pull for pull in known if not pull.is_merged and not is_closed_by_us(pull.body, *ways)), None
    )


def closed_mark(chosen: str) -> str:
    """The last line of a text whose pull request was closed because projects are chosen otherwise by now."""
    return marker("superseded", chosen)


def is_closed_by_us(body: str, *ways: str) -> bool:
    """Whether a text ends with such a line."""
    return body.rstrip().endswith(tuple(map(closed_mark, ways)))


def without_mark(body: str) -> str:
    """A text as it was before its pull request was closed so."""
    return _CLOSED.sub("", body)


def is_found(body: str) -> bool:
    """Whether the first line of our part of a text says that the run had found all projects of the repository."""
    return FOUND in body.partition(BEGIN)[2].partition("\n")[0]


def superseded(pulls: Iterable[PullRequest], target: str, folder: str = "") -> list[PullRequest]:
    """Open pull requests of ours for the same project that go to an older release."""
    ours = (pull for pull in pulls if pull.is_open and pull.is_ours)
    return [pull for pull in ours if _is_older(pull.branch, target, folder)]


def _is_older(branch: str, target: str, folder: str) -> bool:
    number = target_of(branch, folder)
    return number is not None and release(number) < release(target)


def around(body: str) -> tuple[str, str]:
    """What a person has written above and below our text."""
    plain = body.replace("\r\n", "\n")
    above, begin, rest = plain.partition(BEGIN)
    _, end, below = rest.rpartition(END)
    return (above, below) if begin and end else ("", "")


def is_marked(body: str) -> bool:
    """Whether a text has the place that is ours to renew."""
    begin, end = body.find(BEGIN), body.rfind(END)
    return 0 <= begin < end


def is_less(body: str, lacking: Iterable[str]) -> bool:
    """Whether a run that lacks something would take from a branch what one before it had and has written there."""
    return any(lacks((one,)) not in body for one in lacking)


def without(plan: UpgradePlan, paths: Container[str]) -> UpgradePlan:
    """The plan without the commits of some files."""
    commits = (
        replace(commit, files={path: text for path, text in commit.files.items() if path not in paths})
        for commit in plan.commits
    )
    return replace(plan, commits=tuple(commit for commit in commits if commit.files))


def with_rest(plan: UpgradePlan, rest: UpgradePlan) -> UpgradePlan:
    """The plan of the whole upgrade with what is left according to another one."""
    return replace(
        plan,
        remaining=rest.remaining,
        unanalysed=rest.unanalysed,
        upgraded=rest.upgraded,
        suggested=rest.suggested,
        unsettled=rest.unsettled,
        kept_back=rest.kept_back,
        locks=rest.locks,
    )
