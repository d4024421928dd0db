"""A test makes processes through a private function.

Test helpers that are copied from the framework build a `ProcessStat` and store it with `_db_create_process`. Since
orchestrator-core 3.0 a process keeps its input in the database too, and without it cannot be resumed; since 4.8
start predicates are asked as well. `create_process` does all of it.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.0/>

```python reported
from orchestrator.services.processes import _db_create_process
from orchestrator.workflow import ProcessStat


def run_workflow(workflow, state):
    pstat = ProcessStat(process_id, workflow, state, workflow.steps, "tester")
    _db_create_process(pstat)
```

Processes that are made as the framework makes them are left alone:

```python
from orchestrator.services.processes import create_process


def run_workflow(workflow_key, user_inputs):
    return create_process(workflow_key, user_inputs, "tester")


def _db_create_process(pstat): ...
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
    rows=("T-04",),
    change=Change(works_from="3.0.0", deprecated="3.0.0"),
    safety=Safety.MANUAL,
    triggers=(b"_db_create_process",),
)

PRIVATE = "orchestrator.core.services.processes._db_create_process"
MESSAGE = (
    "A process made by `_db_create_process` has no stored input since 3.0 and cannot be resumed:"
    " make it with `create_process(workflow_key, user_inputs, user)`"
)


@rule.on_imported(ast.Call)
def call(file: PythonFile, node: ast.Call) -> Iterator[Hit]:
    if file.qualified(node.func) == PRIVATE:
        yield Hit(node, MESSAGE)
