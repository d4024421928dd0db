"""What is done with each file of a run, by whom, and in which portions."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from concertmaster import workers
from concertmaster.confinement import allow, allow_memory
from concertmaster.engine_prefilter import RuleSet
from concertmaster.findings import Unanalysed
from concertmaster.judging import FileResult
from concertmaster.project.files import Project, UnreadableFileError, WorkingTree, points_inside
from concertmaster.project.python import Surroundings
from concertmaster.rule import Rule
from concertmaster.subjects import analyse
from concertmaster.worker import Limits

#: Below this many bytes one process is quicker than several.
POOL_FROM = 60_000
#: Bytes in a portion: at most, and what is meant to be left for each process at the end.
CHUNK, LAST = 1_000_000, 40_000
#: Seconds of a processor for what is done beside the files: it looks at all of them.
BESIDE = 600
#: Bytes that it may hold, and more for each byte of the files.
BESIDE_MEMORY, BESIDE_SHARE = 1 << 30, 16
Result = TypeVar("Result")
#: Is told how many of how many files are done.
Progress = Callable[[int, int], None]


class Task(Struct, frozen=True, eq=False):
    """Everything that is to be known to judge files; inherited by fork, never pickled.

    Without `rewriting` files get no new text. `ahead` judges the same files for releases that come later.
    """

    project: Project
    around: Surroundings
    rules: tuple[Rule, ...]
    unsafe: bool
    ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rewriting: bool = True
    ahead: Task | None = None
    _chosen: dict[frozenset[str], tuple[Rule, ...]] = field(default_factory=dict)


def rules_for(path: str, task: Task) -> tuple[Rule, ...]:
    """The rules that the configuration lets look at a file."""
    if not task.ignores:
        return task.rules
    ignored = frozenset(
        name for glob, names in task.ignores.items() if matches(path, [glob]) for name in names
    )
    if ignored not in task._chosen:
        kept = [rule for rule in task.rules if rule.id not in ignored]
        task._chosen[ignored] = RuleSet.of(kept, filtered=getattr(task.rules, "filtered", True))
    return task._chosen[ignored]


def matches(path: str, globs: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(path, glob) for glob in globs)


def results(
    task: Task,
    paths: Sequence[str],
    jobs: int,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
    beside: Callable[[], Result] | None = None,
) -> Iterator[FileResult | Result | Unanalysed]:
    """What came of each file about which there is something to say, and of what is to be done beside.

    None of it is done in this process where there can be others; what is lost of `beside` is told of `.`.
    """
    sizes = _sizes(task.project, paths)
    used = jobs if sum(sizes) >= POOL_FROM else 1
    batches: list[Sequence[int]] = list(portions(sizes, used))

    def work(number: int) -> FileResult | Result | None:
        if number == len(paths):
            allow(BESIDE)
            allow_memory(BESIDE_MEMORY + BESIDE_SHARE * sum(sizes))
            return beside() if beside is not None else None
        result = judge(task, paths[number])
        return result if says_something(result) else None

    alone: tuple[int, ...] = ()
    if beside is not None and used > 1:
        batches.insert(0, [len(paths)])  # it takes longest
        alone = (len(paths),)
    elif beside is not None:
        batches.append([len(paths)])
    if isinstance(task.rules, RuleSet):
        task.rules.prefilter(task.around.window)  # once for all processes
    done = 0

    def finished(items: int) -> None:
        nonlocal done
        done += items
        if progress is not None:
            progress(min(done, len(paths)), len(paths))

    for outcome in workers.in_workers(
        work, batches, jobs=used, limits=limits, finished=finished, alone=alone
    ):
        if not isinstance(outcome, workers.Lost):
            yield from outcome
        elif outcome.item == len(paths):
            yield Unanalysed(".", f"the project as a whole: {outcome.reason}")
        else:
            path = paths[outcome.item]
            yield FileResult(path, unanalysed=Unanalysed(path, outcome.reason))


def says_something(result: FileResult | None) -> bool:
    return result is not None and (
        bool(result.findings or result.suppressed)
        or result.unanalysed is not None
        or result.rewritten is not None
        or bool(result.later)
    )


def judge(task: Task, path: str) -> FileResult:
    """The result of one file; one that fails costs itself alone."""
    try:
        source = task.project.read(path)
    except UnreadableFileError as error:
        seen = isinstance(task.project, WorkingTree) and points_inside(task.project.root, path)
        return FileResult(path, unanalysed=None if seen else Unanalysed(path, str(error)))
    try:
        later = _later(task, path, source)
        result = analyse(
            path,
            source,
            task.around,
            rules_for(path, task),
            unsafe=task.unsafe,
            rewriting=task.rewriting,
        )
        return replace(result, later=later) if later else result
    except MemoryError:
        reason = "needs more memory than one file may"
    except Exception as error:  # a fault of ours must not cost the other files, nor pass as clean
        reason = f"internal error, please report it: {type(error).__name__}: {error}"
    return FileResult(path, unanalysed=Unanalysed(path, reason))


def _later(task: Task, path: str, source: bytes) -> tuple[str, ...]:
    """The releases that what is found ahead takes, as far as they are still to come."""
    if task.ahead is None:
        return ()
    rules = rules_for(path, task.ahead)
    found = analyse(path, source, task.ahead.around, rules, unsafe=False, rewriting=False).findings
    ready = task.around.window.is_ready
    return tuple(item.works_from for item in found if not ready(item.works_from or "0"))


def _sizes(project: Project, paths: Sequence[str]) -> list[int]:
    """Bytes per file; a file whose size is not known by its name alone counts as average."""
    if not isinstance(project, WorkingTree):
        return [4_000] * len(paths)
    return [_size(f"{project.root}/{path}") for path in paths]


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def portions(sizes: Sequence[int], jobs: int) -> Iterator[list[int]]:
    """The numbers of files in groups, in order: large ones first, small ones at the end, so that all end together."""
    left = sum(sizes)
    group: list[int] = []
    filled = 0
    for number, size in enumerate(sizes):
        group.append(number)
        filled += size
        if filled >= max(LAST, min(CHUNK, left // (3 * jobs))):
            yield group
            left -= filled
            group, filled = [], 0
    if group:
        yield group
