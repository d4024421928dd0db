"""A task is scheduled with the decorator of before 4.4.

orchestrator-core 4.4 went from the package `schedule` to APScheduler. The old decorator is a shim that warns: it
drops the time of any unit but `day`, and fails for weeks and weekdays. Its successor is told a trigger. Give the
job a name that lasts as `id`, for the scheduler keeps jobs in the database.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/tasks/>

```diff
-from orchestrator.schedules.scheduling import scheduler
+from orchestrator.schedules.scheduler import scheduler
 from orchestrator.services.processes import start_process


-@scheduler(name="Clean up", time_unit="hours", period=6)
+@scheduler.scheduled_job(id="clean_up", name="Clean up", trigger="interval", hours=6)
 def clean_up() -> None:
     start_process("task_clean_up_tasks")


-@scheduler("Night shift", "day", at="00:10")
+@scheduler.scheduled_job(id="night_shift", name="Night shift", trigger="cron", hour=0, minute=10)
 def night_shift() -> None:
     start_process("task_night_shift")
```

A schedule that is not written out takes a person:

```python reported
from orchestrator.schedules.scheduling import scheduler


@scheduler(name="Poll", time_unit=UNIT)
def poll() -> None: ...
```

Schedulers of other packages are left alone:

```python
from network.schedules import scheduler


@scheduler(name="Poll", time_unit="hours", period=2)
def poll() -> None: ...
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace
from concertmaster.rewrite.moves import move_names, spelled
from concertmaster.rewrite.schedules import job_arguments
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("44-01",),
    section="4.4#1",
    change=Change(works_from="4.4.0", deprecated="4.4.0"),
    triggers=(b"schedules",),
    context=(b"orchestrator",),
)

_OLD = "orchestrator.core.schedules.scheduling"
_NEW = "orchestrator.core.schedules.scheduler"
MESSAGE = (
    "This decorator is deprecated since 4.4: use `@scheduler.scheduled_job(...)` of `schedules.scheduler`"
)
UNCLEAR = f"{MESSAGE}; its schedule has to be written by hand"


@rule.file
def decorators(file: PythonFile) -> Iterator[Hit]:
    """All uses in a file change together with the import, or none: the old and the new name are the same."""
    uses = [name for name in file.nodes(ast.Name) if file.qualified(name) == f"{_OLD}.scheduler"]
    imports = list(_imports(file))
    jobs = [(use, _job(file, use)) for use in uses]
    clear = all(job is not None for _, job in jobs)
    moved = [edit for node, alias in imports for edit in _moved(file, node, alias)] if clear and uses else []
    for use, job in jobs:
        edits = (*moved, *job[0]) if clear and moved and job else ()
        exact = all(one is None or one[1] for _, one in jobs)
        message = MESSAGE if job else UNCLEAR
        yield Hit(use, message, edits, safety=Safety.SAFE if exact else Safety.SUGGESTED)


def _imports(file: PythonFile) -> Iterator[tuple[ast.ImportFrom, ast.alias]]:
    for node in file.nodes(ast.ImportFrom):
        if file.imported_module(node) == _OLD:
            yield from ((node, alias) for alias in node.names if alias.name == "scheduler")


def _moved(file: PythonFile, node: ast.ImportFrom, alias: ast.alias) -> tuple[Edit, ...]:
    return move_names(
        file, node, {alias: Import(spelled(file, _NEW, node.module), "scheduler", alias.asname)}
    )


def _job(file: PythonFile, use: ast.Name) -> tuple[tuple[Edit, ...], bool] | None:
    """The edit of one decorator, and whether the job is exactly the one that it made; None for other uses."""
    call = file.parent(use)
    function = file.parent(call) if call is not None else None
    if not isinstance(call, ast.Call) or call.func is not use or not isinstance(function, ast.FunctionDef):
        return None
    written = job_arguments(file, call, function.name) if call in function.decorator_list else None
    if written is None:
        return None
    return (replace(file, call, f"{use.id}.scheduled_job({written[0]})"),), written[1]
