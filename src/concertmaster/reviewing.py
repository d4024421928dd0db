"""Judges a pull request: the whole project where it changes the framework's release, else the changed files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from concertmaster.config import load_config
from concertmaster.project.dependencies import Installed, installed
from concertmaster.project.files import Project
from concertmaster.runner import Report, run
from concertmaster.versions import Mode, release
from concertmaster.workspace import Workspace, open_workspace, read_dependencies, readable


@dataclass(frozen=True, slots=True)
class Judgement:
    """A pull request judged. `before` is what was installed at its base; None where nothing said so."""

    workspace: Workspace
    report: Report
    before: Installed | None

    @property
    def raises_release(self) -> bool:
        return changes_release(self.before, self.workspace.believed)


def changes_release(before: Installed | None, after: Installed | None) -> bool:
    """Whether the pull request moves the project to another release, so that all of it has to follow."""
    if before is None or after is None:
        return before is not after
    return release(before.release) != release(after.release)


def judge_pull_request(
    head: Project,
    base: Project,
    changed: Iterable[str],
    *,
    installed_release: str | None = None,
    target: str | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    jobs: int | None = None,
    name: str = "this pull request",
) -> Judgement:
    """Judge the head of a pull request in review mode, with every rewrite that can be suggested.

    Of `base` only manifests and the configuration are read: the configuration of the head could switch
    off its own review.

    Raises:
        UserError: a release or rule is unknown, the configuration is malformed, or nothing names the framework.
    """
    workspace = open_workspace(
        head,
        installed_release=installed_release,
        target=target,
        mode=Mode.REVIEW,
        select=select,
        ignore=ignore,
        name=name,
        config=load_config(lambda path: readable(base, path)),
    )
    before = installed(read_dependencies(base))
    whole = changes_release(before, workspace.believed)
    paths = None if whole else sorted(set(changed) & set(head.paths))
    return Judgement(workspace, run(workspace, head, unsafe=True, jobs=jobs, paths=paths), before)
