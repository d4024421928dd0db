"""A `ProcessStat` is copied with `update`.

`ProcessStat.update` gives a changed copy; it warns since orchestrator-core 5.5 and goes away. Assign the fields
instead - on the same object, so it takes a look at who else holds it.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.5/>

```python reported
from orchestrator.core.workflow import ProcessStat


def run_as(pstat: ProcessStat, user: str) -> ProcessStat:
    return pstat.update(current_user=user)
```

Dictionaries and other objects are left alone:

```python
from orchestrator.core.workflow import ProcessStat


def run_as(pstat: ProcessStat, state: dict, user: str) -> ProcessStat:
    state.update(current_user=user)
    pstat.current_user = user
    return pstat
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.instances import Kind, instance_of
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("55-03",),
    section="5.5#2",
    change=Change(works_from="1.0.0", deprecated="5.5.0"),
    safety=Safety.MANUAL,
    triggers=(b"ProcessStat",),
)

PROCESS_STAT = Kind(frozenset(("orchestrator.core.workflow.ProcessStat",)))
MESSAGE = (
    "`ProcessStat.update` is deprecated since 5.5: assign the fields, such as `pstat.current_user = user`,"
    " or copy with `dataclasses.replace`"
)


@rule.on(ast.Call)
def update(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr != "update":
        return
    if instance_of(file, func.value, PROCESS_STAT) is not None:
        yield Hit(call, MESSAGE)
