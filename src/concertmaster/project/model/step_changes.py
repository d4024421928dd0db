"""What a change does to the step lists of workflows, and to processes of them that are under way.

The framework counts the steps that a process has done, and goes on behind as many steps of the list as it is now.
In a group of steps it goes by the name of the last one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from concertmaster.project.model.place import Place
from concertmaster.project.model.project import ProjectModel
from concertmaster.project.model.registrations import WorkflowFunction
from concertmaster.project.model.steps import Step, Steps

NEAR = 3
MAX_LINES = 60


class Kind(StrEnum):
    """What has become of the steps."""

    ADDED = "added"
    REMOVED = "removed"
    REPLACED = "replaced"
    MOVED = "moved"
    RENAMED = "renamed"
    RENAMED_IN_GROUP = "renamed in a group"


class StepChange(Struct, frozen=True):
    """The step list of a workflow that has changed.

    `passed` is the first step whose having been done endangers a process, None where it is one that the framework adds
    behind the others; `group` is the group of steps that has changed inside.
    """

    function: WorkflowFunction
    kind: Kind
    before: Steps
    after: Steps
    place: Place
    passed: str | None
    group: str | None = None


def step_changes(before: ProjectModel, after: ProjectModel) -> Iterator[StepChange]:
    """The workflows that both models have, and whose steps are known to differ."""
    earlier = {one.name: one for one in before.functions}
    for function in after.functions:
        old = earlier.get(function.name)
        one = None if old is None else before.steps_of(old)
        other = after.steps_of(function)
        if one is not None and other is not None:
            yield from _compared(function, one, other)


def _compared(
    function: WorkflowFunction, before: Steps, after: Steps, group: str | None = None
) -> Iterator[StepChange]:
    ones, others = _numbered(before, after)
    matcher = difflib.SequenceMatcher(None, ones, others, autojunk=False)
    codes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    if not codes:
        pairs = zip(before, after, strict=True)
        inner = (
            _compared(function, one.inner, other.inner, other.name)
            for one, other in pairs
            if one.inner or other.inner
        )
        yield from (change for found in inner for change in found)
        return
    renamed = len(before) == len(after) and all(
        _is_renamed(before[index], after[index])
        for index in range(len(before))
        if ones[index] != others[index]
    )
    is_sure = all(step.is_sure for step in (*before, *after))
    told = Kind.RENAMED_IN_GROUP if group else Kind.RENAMED
    kind = told if renamed else _kind(ones, others, is_sure=is_sure)
    _, start, _, new, end = codes[0]
    passed = before[start].name if start < len(before) else None
    place = _place(before, after, (start, new, end), renamed=renamed) or function.place
    yield StepChange(function, kind, before, after, place, passed, group)


def _numbered(before: Steps, after: Steps) -> tuple[list[int], list[int]]:
    """The steps as numbers, the same for those that are the same: by name, and by function or by its code."""
    known: dict[tuple[object, ...], int] = {}
    numbers: list[list[int]] = []
    for steps in (before, after):
        found = []
        for step in steps:
            bodies = (step.function, step.body or step.function)
            keys: list[tuple[object, ...]] = [(step.is_sure, step.name, body) for body in bodies]
            keys = keys if step.is_known else [()]
            number = next((known[key] for key in keys if key in known), len(known))
            known.update({key: number for key in keys if key not in known})
            found.append(number)
        numbers.append(found)
    return numbers[0], numbers[1]


def _is_renamed(one: Step, other: Step) -> bool:
    """Whether it is the same step under another name, or does in another function what its name says."""
    same = (
        one.function == other.function
        or (bool(one.body) and one.body == other.body)
        or one.name == other.name
    )
    return same and one.is_known and other.is_known and one.is_sure is other.is_sure


def _kind(before: Sequence[int], after: Sequence[int], *, is_sure: bool) -> Kind:
    if sorted(before) == sorted(after):
        return Kind.MOVED
    if len(before) == len(after):
        return Kind.REPLACED if is_sure else Kind.MOVED
    return Kind.ADDED if len(after) > len(before) else Kind.REMOVED


def _place(before: Steps, after: Steps, change: tuple[int, int, int], *, renamed: bool) -> Place | None:
    """Where the change shows in the new text: at a new step, else beside the place of one that is gone."""
    start, new, end = change
    if renamed:
        return after[new].definition or after[new].place
    if new < end:
        return after[new].place
    home = before[start].place
    beside = [after[index].place for index in (new - 1, new) if 0 <= index < len(after)]
    near = [place for place in beside if place and home and place.path == home.path]
    return next(iter(near), None) or next((place for place in beside if place), None)


def difference(before: Steps, after: Steps) -> Iterator[str]:
    """Both lists as one, in the way of a difference; long stretches that stay are cut."""
    one, other = list(_lines(before)), list(_lines(after))
    near = NEAR if len(one) + len(other) > MAX_LINES else len(one)
    for number, line in enumerate(difflib.unified_diff(one, other, lineterm="", n=near)):
        if line.startswith("@@"):
            is_first = number == 2 and line.startswith("@@ -1")
            yield from () if is_first else (" …",)
        elif number > 1:
            yield line


def _lines(steps: Steps, depth: int = 0) -> Iterator[str]:
    for step in steps:
        note = f" ({step.note})" if step.note else ""
        yield f"{'  ' * depth}{step.name}{note}"
        yield from _lines(step.inner, depth + 1)
