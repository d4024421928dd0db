"""Judges a pull request: the whole project where it changes the framework's release, else the changed files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.config import Config, load_config
from concertmaster.findings import Finding
from concertmaster.index.supply import Supply
from concertmaster.project.dependencies import Installed, installed
from concertmaster.project.files import Project
from concertmaster.runner import Report, run
from concertmaster.versions import Mode, release
from concertmaster.workspace import Workspace, open_workspace, read_dependencies, readable

#: Runs the rules as `concertmaster.runner.run` does.
Judge = Callable[..., Report]


class Judgement(Struct, frozen=True):
    """A pull request judged. `before` is what was installed at its base; None where nothing said so.

    `brought` are the findings that decide how a review ends: all of them where `is_whole` tells that the whole
    project was judged, and until they are compared with the base.
    """

    workspace: Workspace
    report: Report
    before: Installed | None
    brought: tuple[Finding, ...]
    is_whole: bool = False

    @property
    def waiting(self) -> Mapping[str, int]:
        """How much the target asks for that the installed release does not know yet, by the release that it takes."""
        return dict(sorted(self.report.later.items(), key=lambda one: release(one[0])))

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
    new_only: bool | None = None,
    supply: Supply | None = None,
    config: Config | None = None,
    judge: Judge = run,
) -> Judgement:
    """Judge the head of a pull request in review mode, with every rewrite that can be suggested.

    Of `base` only manifests and the configuration are needed: the configuration of the head could switch
    off its own review. Where all of it can be read, what the rules on whole projects say is compared with it.
    `judge` runs the rules.

    Raises:
        UserError: a release or rule is unknown, the configuration is malformed, or nothing names the framework.
    """
    config = config or load_config(lambda path: readable(base, path))
    before = installed(read_dependencies(base))
    workspace = open_workspace(
        head,
        installed_release=installed_release,
        target=target,
        mode=Mode.REVIEW,
        select=select,
        ignore=ignore,
        name=name,
        config=config,
        supply=supply,
        before=before.release if before else None,
    )
    wanted = config.new_only if new_only is None else new_only
    whole = not wanted or changes_release(before, workspace.believed)
    paths = None if whole else sorted(set(changed) & set(head.paths))
    ahead = release(workspace.window.installed) < release(workspace.window.target)
    report = judge(workspace, head, unsafe=True, jobs=jobs, paths=paths, base=base, ahead=ahead)
    return Judgement(workspace, report, before, report.findings, whole)


def old_paths(judgement: Judgement, base: Project, renamed: Mapping[str, str]) -> list[str]:
    """The files of the base that findings are to be compared with; `renamed` gives a file's path there."""
    if judgement.is_whole:
        return []
    there = set(base.paths)
    return sorted({renamed.get(item.path, item.path) for item in judgement.report.findings} & there)


def compared(
    judgement: Judgement,
    base: Project,
    renamed: Mapping[str, str],
    changed: Collection[str] = (),
    *,
    judge: Judge = run,
) -> Judgement:
    """The judgement without what the base has as often already, by the same release.

    What has moved to another file was there before, too: `changed` are the files of the base that it may come from.
    What cannot be read of the base counts as clean, so that nothing passes for old by mistake.
    """
    paths = old_paths(judgement, base, renamed)
    origins = (
        set(base.paths) & set(changed) if judgement.report.findings and not judgement.is_whole else set()
    )
    if not paths and not origins:
        return judgement
    window, workspace = judgement.workspace.window, judgement.workspace
    before = open_workspace(
        base,
        installed_release=window.installed,
        target=window.target,
        mode=Mode.REVIEW,
        config=workspace.config,
        supply=workspace.supply,
    )
    old = judge(
        replace(before, rules=workspace.rules), base, paths=sorted({*paths, *origins}), rewriting=False
    )
    return replace(judgement, brought=tuple(_more(judgement.report, old, renamed)))


def _more(new: Report, old: Report, renamed: Mapping[str, str]) -> Iterator[Finding]:
    """The findings that are more than there were: those of a file's own first, then those that others have lost."""

    def key(item: Finding) -> tuple[str, str]:
        return (renamed.get(item.path, item.path), item.likeness)

    kept = Counter(key(item.finding) for item in new.suppressed)
    kept -= Counter((item.finding.path, item.finding.likeness) for item in old.suppressed)
    left = Counter((item.path, item.likeness) for item in old.findings)
    left.subtract(kept)
    more: list[Finding] = []
    for item in new.findings:
        left[key(item)] -= 1
        more += [item] if left[key(item)] < 0 else []
    lost = Counter[str]()
    for (_, likeness), number in (+left).items():
        lost[likeness] += number
    for item in more:
        lost[item.likeness] -= 1
        if lost[item.likeness] < 0:
            yield item
