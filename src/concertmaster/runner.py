"""Runs the rules over a project's files, in several processes where that pays."""

from __future__ import annotations

import fnmatch
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace

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
from concertmaster.project.files import Project, UnreadableFileError, WorkingTree, points_inside
from concertmaster.project.model import is_labels
from concertmaster.project.python import Surroundings
from concertmaster.rule import Rule
from concertmaster.subjects import analyse, is_judged
from concertmaster.versions import Window
from concertmaster.workspace import Workspace, readable

#: Below this many bytes of Python one process is quicker than several.
POOL_FROM = 1_500_000
CHUNK = 400_000
_NOT_AT_ALL = "Rules on the project as a whole did not look, since not all of its files could be read."
_NOT_BEFORE = (
    "Rules on the project as a whole could not compare it with its base, since not all files of that could be "
    "read: they looked at the changed files alone."
)


@dataclass(frozen=True, slots=True)
class Task:
    """Everything that a worker needs to judge files; inherited by fork, never pickled."""

    project: Project
    around: Surroundings
    rules: tuple[Rule, ...]
    unsafe: bool
    ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of a run, in order of place, and every file that could not be judged."""

    window: Window
    findings: tuple[Finding, ...] = ()
    unanalysed: tuple[Unanalysed, ...] = ()
    rewritten: dict[str, bytes] = field(default_factory=dict)
    suppressed: tuple[Suppressed, ...] = ()
    created: frozenset[str] = frozenset()  # those of the rewritten that the project does not have yet
    proposed: dict[str, bytes] = field(default_factory=dict)  # new files that were not asked for
    names: Names = field(default_factory=Names)
    unread: str = ""  # why the rules on whole projects did not look, or not at both sides of a review


def run(
    workspace: Workspace,
    project: Project,
    *,
    unsafe: bool = False,
    jobs: int | None = None,
    paths: Iterable[str] | None = None,
    base: Project | None = None,
) -> Report:
    """Judge a project's files, or only some of them, and rewrite what may be rewritten.

    Where only some are judged, `base` is what the project was before.
    """
    config = workspace.config
    task = Task(project, workspace.around, workspace.rules, unsafe, config.per_path_ignores)
    candidates = project.paths if paths is None else tuple(paths)
    wanted = [path for path in candidates if is_judged(path) and not matches(path, config.exclude)]
    results = sorted(_results(task, wanted, jobs or os.cpu_count() or 1), key=lambda result: result.path)
    rewritten = {result.path: result.rewritten for result in results if result.rewritten is not None}
    whole, failed = _guarded(lambda: _whole_project(task, workspace, rewritten, set(candidates), base))
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
        whole.unread,
    )


def _guarded(judge: Callable[[], ProjectResult]) -> tuple[ProjectResult, tuple[Unanalysed, ...]]:
    """A fault of ours must not cost what the files by themselves have shown, nor pass as clean."""
    try:
        return judge(), ()
    except Exception as error:
        reason = f"internal error, please report it: {type(error).__name__}: {error}"
        return ProjectResult(), (Unanalysed(".", f"the project as a whole: {reason}"),)


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

    found = analyse_project(files, rules, rewritten, unsafe=task.unsafe, allowed=allowed)
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
    known = {path: readable(project, path) for path in paths}
    if None in known.values() and not isinstance(project, WorkingTree):
        return None
    return ProjectFiles(paths, known.get, workspace.around)


def is_modelled(path: str) -> bool:
    """Whether a file has a part in what a project is as a whole."""
    return path.endswith((".py", "alembic.ini", "pyproject.toml")) or is_labels(path)


def matches(path: str, globs: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(path, glob) for glob in globs)


def rules_for(path: str, task: Task) -> tuple[Rule, ...]:
    """The rules that the configuration lets look at a file."""
    ignored = {name for glob, names in task.ignores.items() if matches(path, [glob]) for name in names}
    return tuple(rule for rule in task.rules if rule.id not in ignored) if ignored else task.rules


def _results(task: Task, paths: list[str], jobs: int) -> Iterator[FileResult]:
    sizes = _sizes(task.project, paths)
    if jobs == 1 or sum(sizes) < POOL_FROM or "fork" not in multiprocessing.get_all_start_methods():
        yield from analyse_all(task, paths)
        return
    global _inherited
    _inherited = task
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        for batch in pool.map(_work, list(_batches(paths, sizes))):
            yield from batch


_inherited: Task | None = None


def _work(paths: list[str]) -> list[FileResult]:
    assert _inherited is not None  # noqa: S101
    return [result for result in analyse_all(_inherited, paths) if _says_something(result)]


def _says_something(result: FileResult) -> bool:
    return bool(result.findings or result.suppressed) or result.unanalysed is not None


def analyse_all(task: Task, paths: Iterable[str]) -> Iterator[FileResult]:
    """The result of each file; one that fails costs itself alone."""
    for path in paths:
        try:
            source = task.project.read(path)
        except UnreadableFileError as error:
            if not _is_seen_elsewhere(task.project, path):
                yield FileResult(path, unanalysed=Unanalysed(path, str(error)))
            continue
        try:
            yield analyse(path, source, task.around, rules_for(path, task), unsafe=task.unsafe)
        except Exception as error:  # a fault of ours must not cost the other files, nor pass as clean
            reason = f"internal error, please report it: {type(error).__name__}: {error}"
            yield FileResult(path, unanalysed=Unanalysed(path, reason))


def _is_seen_elsewhere(project: Project, path: str) -> bool:
    return isinstance(project, WorkingTree) and points_inside(project.root, path)


def _sizes(project: Project, paths: list[str]) -> list[int]:
    """Bytes per file; a file whose size is not known by its name alone counts as average."""
    if not isinstance(project, WorkingTree):
        return [4_000] * len(paths)
    return [_size(f"{project.root}/{path}") for path in paths]


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _batches(paths: Sequence[str], sizes: Sequence[int]) -> Iterator[list[str]]:
    """Groups of paths of about the same number of bytes, in order."""
    group: list[str] = []
    total = 0
    for path, size in zip(paths, sizes, strict=True):
        group.append(path)
        total += size
        if total >= CHUNK:
            yield group
            group, total = [], 0
    if group:
        yield group
