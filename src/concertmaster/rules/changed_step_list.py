"""The steps of a workflow change under its processes.

The framework does not know which step comes next in a process: it counts the steps that are done, and goes on behind as
many steps of the workflow as it is now. A process that has been started with other steps leaves steps out or does them a
second time. This is told in reviews, which compare both sides of a pull request.

Guide: <https://workfloworchestrator.org/orchestrator-core/architecture/application/workflow/>

~~~diff
 @modify_workflow()
 def modify_node() -> StepList:
-    return begin >> configure >> tell
+    return begin >> reserve >> configure >> tell
~~~

Steps that move to other modules, or are brought together in another way, are the same steps:

~~~diff
+prepare = begin >> reserve >> configure
+
 @modify_workflow()
 def modify_node() -> StepList:
-    return begin >> reserve >> configure >> tell
+    return prepare >> tell
~~~
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.step_changes import Kind, StepChange, difference, step_changes
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ADVICE, DISCOURAGED

rule = Rule(
    __name__,
    rows=("G-14",),
    change=DISCOURAGED,
    safety=Safety.MANUAL,
)
MAX_NAMED = 5
_FATE = {
    Kind.ADDED: "does a step again and leaves a new one out",
    Kind.REMOVED: "leaves a step out that it has not done",
    Kind.REPLACED: "never does what stands there now",
    Kind.MOVED: "leaves steps out and does others again",
}
_UNDER_WAY = "running, suspended, waiting or failed"


@rule.comparison
def changed(before: ProjectModel, after: ProjectModel) -> Iterator[ProjectHit]:
    found = sorted(step_changes(before, after), key=lambda one: (one.place, one.kind, one.function.name))
    for (place, kind), same in groupby(found, key=lambda one: (one.place, one.kind)):
        changes = list(same)
        yield ProjectHit(
            place,
            _message(changes),
            change=ADVICE if kind is Kind.RENAMED else None,
            difference=tuple(difference(changes[0].before, changes[0].after)),
        )


def _message(changes: list[StepChange]) -> str:
    """What changes, for which workflows, and which of their processes are in danger."""
    first = changes[0]
    names = _names(changes)
    if first.kind is Kind.RENAMED:
        return (
            f"Steps of {names} are renamed: processes go by the number of steps, so those that have done them keep the "
            "old names, and all go on as before if the steps still do the same"
        )
    if first.kind is Kind.RENAMED_IN_GROUP:
        return (
            f"In the group `{first.group}` of {names} a process goes on behind the step whose name it has stored: one that "
            f"is {_UNDER_WAY} in there would not find it, and leave the rest of the group out. Let such processes end first"
        )
    if first.group is not None:
        return (
            f"The steps in the group `{first.group}` of {names} change: a process that is {_UNDER_WAY} in there goes on by "
            "the name of its last step, so it may leave steps out. Let such processes end first"
        )
    done = f"has done `{first.passed}`" if first.passed is not None else "has done all of these steps"
    return (
        f"The steps of {names} change: a process that is {_UNDER_WAY} and {done} goes on by the number of its steps, so it "
        f"{_FATE[first.kind]}. Let such processes end before this is deployed, or abort them"
    )


def _names(changes: list[StepChange]) -> str:
    names = list(dict.fromkeys(f"`{one.function.name}`" for one in changes))
    more = len(names) - MAX_NAMED
    shown = names[:MAX_NAMED] if more > 0 else names[:-1]
    last = f"{more} more workflows" if more > 0 else names[-1]
    return f"{', '.join(shown)} and {last}" if shown else last
