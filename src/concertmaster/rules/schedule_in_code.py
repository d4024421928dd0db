"""A task is scheduled in code.

Since orchestrator-core 4.7 schedules belong in the database, where the API and the user interface can change them;
a scheduled function has no task there to be related to. Schedules in code still run, warn, and go away in 6.0. Turn
the function into a task workflow, then schedule that through `POST /api/schedules/`.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.7/>

```python reported
from orchestrator.core.schedules.scheduler import scheduler
from orchestrator.core.services.processes import start_process


@scheduler.scheduled_job(id="nightly", name="Nightly", trigger="cron", hour=1)
def nightly() -> None:
    start_process("task_nightly")
```

Schedulers that the framework does not run are left alone:

```python
from apscheduler.schedulers.background import BackgroundScheduler

scheduler = BackgroundScheduler()


@scheduler.scheduled_job("cron", hour=1)
def nightly() -> None: ...


scheduler.add_job(nightly, "interval", hours=2)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("47-01a",),
    section="4.7#1",
    change=Change(works_from="4.7.0", deprecated="4.7.0", removed="6.0.0"),
    safety=Safety.MANUAL,
    triggers=(b"schedules",),
    context=(b"orchestrator",),
)

_METHODS = frozenset(
    f"orchestrator.core.schedules.scheduler.scheduler.{name}" for name in ("scheduled_job", "add_job")
)
MESSAGE = "Schedules in code are deprecated since 4.7 and go away in 6.0: schedule {0} through `POST /api/schedules/`"


@rule.on_imported(ast.Call)
def job(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if file.qualified(call.func) in _METHODS:
        yield Hit(call, MESSAGE.format(_task(file, call)))


def _task(file: PythonFile, call: ast.Call) -> str:
    """The task that the function starts and nothing else, or a task that takes its place."""
    function = file.parent(call)
    started = (
        statement.value
        for statement in getattr(function, "body", [])[-1:]
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    )
    for start in started:
        name = file.qualified(start.func)
        key = start.args[0] if start.args else None
        if (
            name == "orchestrator.core.services.processes.start_process"
            and isinstance(key, ast.Constant)
            and isinstance(key.value, str)
        ):
            return f"the task `{key.value}`"
    return "a task workflow that does the same"
