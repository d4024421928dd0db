"""Plans the review of a local branch, as the pull request would get it; nothing is posted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from concertmaster.config import Config, FailOn, load_config
from concertmaster.github.asked import Request
from concertmaster.github.diff import ChangedFile, FileDiff, rebuild_diff
from concertmaster.github.moving import moved
from concertmaster.github.parts import Part
from concertmaster.github.preview import describe, write_preview
from concertmaster.github.proposed import proposed
from concertmaster.github.review import ReviewPlan, Seen, plan_review
from concertmaster.github.wishes import Wishes
from concertmaster.index.supply import Supply
from concertmaster.project.files import CommitTree
from concertmaster.project.git import Change, Repository
from concertmaster.projects import Part as Files
from concertmaster.projects import (
    config_of,
    inside,
    is_left_over,
    of_both,
    oldest,
    within,
)
from concertmaster.report.markdown import Links, prose
from concertmaster.report.overview import waiting
from concertmaster.report.terminal import tell_markdown
from concertmaster.reports import in_repository, merged
from concertmaster.reviewing import compared, judge_pull_request
from concertmaster.subjects import is_judged
from concertmaster.workspace import readable

STATUS = {"A": "added", "M": "modified", "D": "removed", "R": "renamed"}


def review_locally(
    folder: Path,
    base: str,
    *,
    installed_release: str | None,
    target: str | None,
    fail_on: FailOn | None,
    preview: Path | None,
    supply: Supply | None = None,
) -> int:
    """Print what a review of HEAD against a revision would post, and return the exit code.

    Raises:
        UserError: there is no repository, the revision is unknown, or the project cannot be judged.
    """
    plan, read, parts = plan_locally(
        folder, base, installed_release=installed_release, target=target, supply=supply
    )
    heading = "### " if sys.stdout.isatty() else "--- "
    tell_markdown("\n".join([*describe(plan, heading=heading), ""]), os.environ)
    if preview is not None:
        write_preview(preview, plan, read, title=f"Review of {base}..HEAD")
    return max(part.ended(fail_on) for part in parts)


def plan_locally(
    folder: Path,
    base: str,
    *,
    installed_release: str | None,
    target: str | None,
    supply: Supply | None = None,
) -> tuple[ReviewPlan, Callable[[str], bytes], tuple[Part, ...]]:
    """The review of HEAD against a revision, project by project, with what reads the files of HEAD.

    Raises:
        UserError: there is no repository, the revision is unknown, or a project cannot be judged.
    """
    repository = Repository.around(folder)
    head = repository.commit("HEAD")
    start = repository.merge_base(repository.commit(base), head)
    changes = repository.changes(start, head)
    old = CommitTree.open(repository, start)
    new = CommitTree.open(repository, head, beside=old)
    diffs = {diff.path: diff for diff in _diffs(changes, old, new)}
    root = load_config(lambda path: readable(old, path))
    found = of_both(new, old, root)
    releases: dict[str, str | None] = dict.fromkeys(found, installed_release)
    paths = [change.path for change in changes]
    if not root.projects and any(is_left_over(path, found) and is_judged(path) for path in paths):
        releases[""] = installed_release or oldest(new, found)
    wishes = Wishes(target=target, supply=supply or Supply())
    parts = tuple(
        _part(_Sides(new, old, changes, diffs, found), one, release, wishes, config_of(old, one, root))
        for one, release in releases.items()
    )
    report = merged([part.report for part in parts])
    seen = Seen(new.read, diffs, Links(), parts=parts)
    return plan_review(_request(repository, head, start), report, seen), new.read, parts


class _Sides(Struct, frozen=True):
    """The two commits of a review, what changed between them, and the folders of the projects."""

    new: CommitTree
    old: CommitTree
    changes: list[Change]
    diffs: Mapping[str, FileDiff]
    folders: tuple[str, ...]


def _part(sides: _Sides, folder: str, release: str | None, wishes: Wishes, config: Config) -> Part:
    """One project, judged and compared with its base."""
    others = within(folder, sides.folders)
    new, old = Files(sides.new, folder, others), Files(sides.old, folder, others)
    named = {path: change for change in sides.changes if (path := inside(change.path, folder, others))}
    judgement = judge_pull_request(
        new,
        old,
        [path for path, change in named.items() if change.status != "D"],
        installed_release=release,
        target=wishes.target,
        name=f"{sides.new.repository.root}/{folder}".rstrip("/"),
        supply=wishes.supply,
        config=config,
    )
    before = {path: inside(change.previous or "", folder, others) for path, change in named.items()}
    renamed = {path: name for path, name in before.items() if name}
    judgement = compared(judgement, old, renamed, {*renamed.values(), *named})
    brought = {item.fingerprint for item in judgement.brought}
    report = in_repository(judgement.report, folder, is_one=len(sides.folders) == 1)
    pairs = zip(judgement.report.findings, report.findings, strict=True)
    deciding = tuple(whole for item, whole in pairs if item.fingerprint in brought)
    ahead = [waiting(judgement.waiting)] if judgement.waiting else []
    changed = proposed(lambda: _as_changed(sides.new, folder), config, judgement.report)
    notes = (*ahead, *map(prose, judgement.report.names.notes), *filter(None, (changed,)))
    move = moved(judgement, new, sides.diffs, folder)
    return Part(folder, judgement, report, deciding, notes, move, reconfigures=bool(changed))


def _as_changed(new: CommitTree, folder: str) -> Config:
    """The settings of a project as the branch has them."""
    return config_of(new, folder, load_config(lambda path: readable(new, path)))


def _diffs(changes: list[Change], old: CommitTree, new: CommitTree) -> Iterator[FileDiff]:
    for change in changes:
        before = _text(old, change.previous or change.path)
        file = ChangedFile(
            filename=change.path, status=STATUS[change.status], previous_filename=change.previous
        )
        yield rebuild_diff(file, before, _text(new, change.path))


def _text(tree: CommitTree, path: str) -> bytes:
    """A file's text; none where the commit does not have it, or it is a link."""
    return tree.read(path) if path in tree.oids else b""


def _request(repository: Repository, head: str, base: str) -> Request:
    return Request(
        owner="local",
        name=repository.root.name,
        number=0,
        head_sha=head,
        base_sha=base,
        head_ref="HEAD",
        base_ref=base,
        head_repository=None,
    )
