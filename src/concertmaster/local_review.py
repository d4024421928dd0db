"""Plans the review of a local branch, as the pull request would get it; nothing is posted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from concertmaster.config import FailOn
from concertmaster.github.diff import ChangedFile, FileDiff, rebuild_diff
from concertmaster.github.event import Request
from concertmaster.github.moving import moved
from concertmaster.github.preview import describe, write_preview
from concertmaster.github.review import ReviewPlan, Seen, plan_review
from concertmaster.index.supply import Supply
from concertmaster.outcome import exit_code
from concertmaster.project.files import CommitTree
from concertmaster.project.git import Change, Repository
from concertmaster.report.markdown import Links, prose
from concertmaster.report.overview import waiting
from concertmaster.reviewing import Judgement, compared, judge_pull_request

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
    plan, read, judgement = plan_locally(
        folder, base, installed_release=installed_release, target=target, supply=supply
    )
    for line in describe(plan):
        typer.echo(line)
    if preview is not None:
        write_preview(preview, plan, read, title=f"Review of {base}..HEAD")
    fail_on = fail_on or judgement.workspace.config.fail_on
    return exit_code(judgement.brought, judgement.report.unanalysed, fail_on)


def plan_locally(
    folder: Path,
    base: str,
    *,
    installed_release: str | None,
    target: str | None,
    supply: Supply | None = None,
) -> tuple[ReviewPlan, Callable[[str], bytes], Judgement]:
    """The review of HEAD against a revision, with what reads the files of HEAD.

    Raises:
        UserError: there is no repository, the revision is unknown, or the project cannot be judged.
    """
    repository = Repository.around(folder)
    head = repository.commit("HEAD")
    start = repository.merge_base(repository.commit(base), head)
    changes = repository.changes(start, head)
    old, new = CommitTree.open(repository, start), CommitTree.open(repository, head)
    judgement = judge_pull_request(
        new,
        old,
        [change.path for change in changes if change.status != "D"],
        installed_release=installed_release,
        target=target,
        name=str(repository.root),
        supply=supply,
    )
    renamed = {change.path: change.previous for change in changes if change.previous}
    judgement = compared(judgement, old, renamed)
    diffs = {diff.path: diff for diff in _diffs(changes, old, new)}
    ahead = [waiting(judgement.waiting)] if judgement.waiting else []
    notes = (*ahead, *map(prose, judgement.report.names.notes))
    seen = Seen(new.read, diffs, Links(), notes=notes, move=moved(judgement, new, diffs))
    plan = plan_review(_request(repository, head, start), judgement.report, seen)
    return plan, new.read, judgement


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
