"""Runs the rules over a project's files, in several processes where that pays."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from concertmaster.engine_prefilter import RuleSet
from concertmaster.engine_project import (
    ProjectFiles,
    ProjectResult,
    analyse_project,
    compare_projects,
    project_findings,
)
from concertmaster.findings import Finding, Suppressed, Unanalysed
from concertmaster.index.supply import Names
from concertmaster.judging import FileResult
from concertmaster.project.files import Project, WorkingTree
from concertmaster.project.model import is_labels
from concertmaster.rule import Rule
from concertmaster.subjects import is_judged
from concertmaster.tasks import Progress
from concertmaster.tasks import Task as Task
from concertmaster.tasks import matches as matches
from concertmaster.tasks import results as results_of
from concertmaster.tasks import rules_for as rules_for
from concertmaster.versions import Mode, Window
from concertmaster.workspace import Workspace, readable

_NOT_AT_ALL = "Rules on the project as a whole did not look, since not all of its files could be read."
_NOT_BEFORE = (
    "Rules on the project as a whole could not compare it with its base, since not all files of that could be "
    "read: they looked at the changed files alone."
)


class Report(Struct, frozen=True):
    """All findings of a run, in order of place, and every file that could not be judged."""

    window: Window
    findings: tuple[Finding, ...] = ()
    unanalysed: tuple[Unanalysed, ...] = ()
    rewritten: dict[str, bytes] = field(default_factory=dict)
    suppressed: tuple[Suppressed, ...] = ()
    created: frozenset[str] = frozenset()  # those of the rewritten that the project does not have yet
    proposed: dict[str, bytes] = field(default_factory=dict)  # new files that were not asked for
    names: Names = field(default_factory=Names)
    later: dict[str, int] = field(default_factory=dict)  # what has to wait, by the release that it takes
    unread: str = ""  # why the rules on whole projects did not look, or not at both sides of a review


def run(
    workspace: Workspace,
    project: Project,
    *,
    unsafe: bool = False,
    jobs: int | None = None,
    paths: Iterable[str] | None = None,
    base: Project | None = None,
    rewriting: bool = True,
    prefilter: bool = True,
    ahead: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Judge a project's files, or only some of them, and rewrite what may be rewritten.

    Where only some are judged, `base` is what the project was before. Without `rewriting` nothing gets a new
    text; without `prefilter` every rule looks at every file, with the same results. With `ahead` what the
    target asks for and the release under judgement does not know yet is counted.
    """
    config = workspace.config
    rules = RuleSet.of(workspace.rules, filtered=prefilter)
    later = _ahead(workspace, project) if ahead else None
    task = Task(project, workspace.around, rules, unsafe, config.per_path_ignores, rewriting, later)
    candidates = project.paths if paths is None else tuple(paths)
    others = tuple(f"{folder}/" for folder in workspace.strangers)
    wanted = [
        path
        for path in candidates
        if is_judged(path) and not matches(path, config.exclude) and not path.startswith(others)
    ]
    told = set(candidates)
    reading = replace(task, rewriting=False)
    results, whole, failed = _sorted_out(
        results_of(
            task,
            wanted,
            jobs or os.cpu_count() or 1,
            progress=progress,
            beside=lambda: _guarded(lambda: _whole_project(reading, workspace, {}, told, base)),
        )
    )
    rewritten = {result.path: result.rewritten for result in results if result.rewritten is not None}
    if rewriting and (whole.findings or whole.suppressed):
        mend = results_of(
            task,
            (),
            1,
            beside=lambda: _guarded(lambda: _whole_project(task, workspace, rewritten, told, base)),
        )
        _, whole, failed = _sorted_out(mend)
    findings = (*(finding for result in results for finding in result.findings), *whole.findings)
    return Report(
        workspace.window,
        tuple(sorted(findings, key=lambda finding: finding.place)) if whole.findings else findings,
        (*(result.unanalysed for result in results if result.unanalysed is not None), *failed),
        {**rewritten, **whole.rewritten},
        (*(kept for result in results for kept in result.suppressed), *whole.suppressed),
        frozenset(whole.rewritten).difference(workspace.project.paths),
        whole.proposed,
        workspace.names,
        dict(Counter(late for result in results for late in result.later)),
        whole.unread,
    )


def _ahead(workspace: Workspace, project: Project) -> Task:
    """All files judged for the whole way to the target, by the rules that look at nothing but files."""
    window = replace(workspace.window, mode=Mode.UPGRADE)
    rules = RuleSet.of([rule for rule in workspace.rules if not rule.project_checks])
    around = replace(workspace.around, window=window)
    return Task(
        project, around, rules, unsafe=False, ignores=workspace.config.per_path_ignores, rewriting=False
    )


def _sorted_out(
    outcomes: Iterable[FileResult | ProjectResult | Unanalysed],
) -> tuple[list[FileResult], ProjectResult, tuple[Unanalysed, ...]]:
    """The results of files by their paths, that of the whole project, and why there is none of that."""
    files: list[FileResult] = []
    whole, failed = ProjectResult(), []
    for outcome in outcomes:
        if isinstance(outcome, FileResult):
            files.append(outcome)
        elif isinstance(outcome, Unanalysed):
            failed.append(outcome)
        else:
            whole = outcome
    return sorted(files, key=lambda result: result.path), whole, tuple(failed)


def _guarded(judge: Callable[[], ProjectResult]) -> ProjectResult | Unanalysed:
    """A fault of ours must not cost what the files by themselves have shown, nor pass as clean."""
    try:
        return judge()
    except Exception as error:
        reason = f"internal error, please report it: {type(error).__name__}: {error}"
        return Unanalysed(".", f"the project as a whole: {reason}")


def _whole_project(
    task: Task, workspace: Workspace, rewritten: dict[str, bytes], judged: set[str], base: Project | None
) -> ProjectResult:
    """What only the whole project shows, by itself and beside `base`; nothing where a part of it cannot be read.

    Of files that are not judged only what `base` has not shown already is told.
    """
    rules = [rule for rule in task.rules if rule.project_checks or rule.comparisons]
    if not rules or workspace.config.library:
        return ProjectResult()
    files = _modelled(workspace.project, workspace)
    if files is None:
        return ProjectResult(unread=_NOT_AT_ALL)
    before = None if base is None else _modelled(base, workspace)
    is_partial = not judged >= set(files.paths)
    shown = project_findings(before, rules) if before is not None and is_partial else ()
    old = Counter(map(_likeness, shown))

    def chosen(rule: Rule, finding: Finding) -> bool:
        return any(rule is one for one in rules_for(finding.path, task))

    def allowed(rule: Rule, finding: Finding) -> bool:
        is_new = before is not None and is_partial and not old[_likeness(finding)]
        return (is_new or finding.path in judged) and chosen(rule, finding)

    found = analyse_project(
        files, rules, rewritten, unsafe=task.unsafe, allowed=allowed, rewriting=task.rewriting
    )
    if before is None:
        return found if base is None else replace(found, unread=_NOT_BEFORE)
    changes = compare_projects(before, files, rules, chosen)
    return replace(
        found,
        findings=(*found.findings, *changes.findings),
        suppressed=(*found.suppressed, *changes.suppressed),
    )


def _likeness(finding: Finding) -> tuple[str, str]:
    return finding.path, finding.likeness


def _modelled(project: Project, workspace: Workspace) -> ProjectFiles | None:
    """The files that make up a project as a whole; None where one of them cannot be had."""
    excluded = workspace.config.exclude
    paths = tuple(path for path in project.paths if is_modelled(path) and not matches(path, excluded))
    if isinstance(project, WorkingTree):
        return ProjectFiles(paths, partial(readable, project), workspace.around)
    known = {path: readable(project, path) for path in paths}
    return None if None in known.values() else ProjectFiles(paths, known.get, workspace.around)


def is_modelled(path: str) -> bool:
    """Whether a file has a part in what a project is as a whole."""
    return path.endswith((".py", "alembic.ini", "pyproject.toml")) or is_labels(path)
