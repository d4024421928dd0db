"""Takes a rewrite apart into one commit a rule, each of which leaves files that can be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from concertmaster.apart import LostError, apart
from concertmaster.findings import Finding, Safety
from concertmaster.judging import FileResult
from concertmaster.project.files import is_python
from concertmaster.project.walker import parse
from concertmaster.rule import Rule
from concertmaster.runner import Task, rules_for
from concertmaster.subjects import analyse
from concertmaster.workers import Lost, in_workers

Stage = tuple[str, bytes]
Judge = Callable[[bytes, frozenset[str]], FileResult]


def ordered(rules: Sequence[Rule]) -> tuple[str, ...]:
    """The rules in the order in which they rewrite."""
    return tuple(rule.id for rule in sorted(rules, key=lambda rule: rule.fallback))


def by_rule(
    task: Task, old: Mapping[str, bytes | None], new: Mapping[str, bytes], *, whole: str | None = None
) -> dict[str, dict[str, bytes]]:
    """For each rule, in order, the files that it changes and their text after it and all before it.

    The text of a file after its last rule is that of `new`, byte by byte. `whole` is a rule that looks at the
    project as a whole: what no look at a single file explains is its.
    """
    order = ordered(task.rules)
    found: dict[str, dict[str, bytes]] = {name: {} for name in order}
    olds = {path: text for path in new if (text := old.get(path)) is not None}
    for path in new.keys() - olds.keys():
        found[whole or order[-1]][path] = new[path]
    for path, reached in _apart(task, olds, new, order, whole):
        for name, text in reached:
            found[name][path] = text
    last_one = found.pop(whole, {}) if whole else {}
    every = {**found, whole or "": last_one}
    return {name: dict(sorted(files.items())) for name, files in every.items() if files}


def _apart(
    task: Task, olds: Mapping[str, bytes], new: Mapping[str, bytes], order: Sequence[str], whole: str | None
) -> Iterator[tuple[str, tuple[Stage, ...]]]:
    """The stages of each file, from processes apart; one that cannot be had in stages is had at once."""
    paths = sorted(olds)

    def work(number: int) -> tuple[str, tuple[Stage, ...]]:
        path = paths[number]
        return path, tuple(stages(path, olds[path], new[path], order, _judge(path, task), whole=whole))

    jobs = os.cpu_count() or 1
    for outcome in in_workers(
        work, [range(at, len(paths), jobs) for at in range(min(jobs, len(paths)))], jobs=jobs
    ):
        if isinstance(outcome, Lost):
            yield paths[outcome.item], ((whole or order[-1], new[paths[outcome.item]]),)
        else:
            yield from outcome


def _judge(path: str, task: Task) -> Judge:
    rules = rules_for(path, task)

    def judge(source: bytes, allowed: frozenset[str]) -> FileResult:
        held = [rule if rule.id in allowed else replace(rule, rewrites=False) for rule in rules]
        return analyse(path, source, task.around, held, unsafe=task.unsafe)

    return judge


def stages(
    path: str, old: bytes, new: bytes, order: Sequence[str], judge: Judge, *, whole: str | None = None
) -> Iterator[Stage]:
    """The texts of one file between `old` and `new`, each with the rule that is done with it then."""
    current, waiting = old, None
    found = judge(old, frozenset()).findings
    for position, name in enumerate(order):
        if not _rewrites(found, name):
            continue
        text = judge(current, frozenset(order[: position + 1])).rewritten
        if text is None or text == current or not parses(path, text):
            continue
        if waiting is not None:
            yield waiting
        waiting, current = (name, text), text
        found = judge(current, frozenset()).findings
    if current != new and whole is not None:
        if waiting is not None:
            yield waiting
        waiting = (whole, new)
    elif current != new:
        waiting = (waiting[0] if waiting else _first(found, order), new)
    if waiting is not None:
        yield waiting


def _rewrites(found: Sequence[Finding], name: str) -> bool:
    return any(item.rule == name and item.edits and item.safety is not Safety.MANUAL for item in found)


def _first(found: Sequence[Finding], order: Sequence[str]) -> str:
    return next((item.rule for item in found if item.edits and item.rule in order), order[-1])


def parses(path: str, text: bytes) -> bool:
    """Whether a file can be read; only Python is asked."""
    if not is_python(path):
        return True
    try:
        return apart(_parses, text)
    except LostError:
        return False


def _parses(text: bytes) -> bool:
    try:
        parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
