"""Processes and their steps are identified by `pid` and `stepid`.

These are `process_id` and `step_id` since orchestrator-core 1.2.3. The old names warned, and went in 2.2.0.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
 from orchestrator.db import ProcessStepTable, ProcessTable, db
 from orchestrator.workflow import ProcessStat


 def known(process_id, stat: ProcessStat, step: ProcessStepTable) -> list:
     process = db.session.get(ProcessTable, process_id)
     other = ProcessTable.query.filter(ProcessTable.assignee == "NOC").one()
-    return [process.pid, other.pid, stat.pid, step.stepid, step.pid, ProcessTable(pid=process_id)]
+    return [process.process_id, other.process_id, stat.process_id, step.step_id, step.process_id, ProcessTable(process_id=process_id)]
```

Other things have such a number too:

```python
import os

import psutil
from orchestrator.db import SubscriptionTable, db


def numbers(process, subscription_id):
    subscription = db.session.get(SubscriptionTable, subscription_id)
    return [os.getpid(), psutil.Process().pid, process.pid, subscription.pid]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.project.bindings import binding
from concertmaster.project.instances import Kind, instance_of
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import rename_attribute
from concertmaster.rewrite.calls import rename_keyword
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("22-01",),
    change=Change(works_from="1.2.3", deprecated="1.2.3", removed="2.2.0"),
    triggers=(b"pid", b"stepid"),
    context=(b"orchestrator", b"ProcessTable", b"ProcessStep", b"ProcessSub"),
)

_TABLES = ("ProcessTable", "ProcessStepTable", "ProcessSubscriptionTable")
CLASSES = {f"orchestrator.core.{module}.{name}" for module in ("db", "db.models") for name in _TABLES}
CLASSES |= {"orchestrator.core.workflow.ProcessStat"}
KIND = Kind(frozenset(CLASSES))
RENAMED = {"pid": "process_id", "stepid": "step_id"}
#: Methods that end a query with one row.
_ONE_ROW = frozenset(("get", "one", "one_or_none", "first", "scalar_one", "scalar_one_or_none", "scalar"))


@rule.on(ast.Attribute)
def attribute(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    if node.attr in RENAMED and (_is_class(file, node.value) or _is_row(file, node.value)):
        yield Hit(node, _message(node.attr), (rename_attribute(file, node, RENAMED[node.attr]),))


@rule.on(ast.Call)
def keyword(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    for word in call.keywords:
        if word.arg in RENAMED and _is_class(file, call.func):
            yield Hit(word, _message(word.arg), (rename_keyword(file, word, RENAMED[word.arg]),))


def _message(old: str) -> str:
    return f"`{old}` of processes and steps is `{RENAMED[old]}`: the old name went in 2.2.0"


def _is_class(file: PythonFile, node: ast.expr) -> bool:
    return file.qualified(node) in CLASSES


def _is_row(file: PythonFile, node: ast.expr) -> bool:
    if instance_of(file, node, KIND) is not None:
        return True
    bound = binding(file, node) if isinstance(node, ast.Name) else None
    up = None if bound is None else file.parent(bound)
    value = up.value if isinstance(up, (ast.Assign, ast.NamedExpr)) else node
    return isinstance(value, ast.Call) and _is_query(file, value)


def _is_query(file: PythonFile, call: ast.Call) -> bool:
    """`ProcessTable.query….one()` and `session.get(ProcessTable, …)`."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _ONE_ROW:
        return False
    if call.func.attr == "get" and call.args and _is_class(file, call.args[0]):
        return True
    start: ast.expr = call
    while isinstance(start, (ast.Call, ast.Attribute)):
        if isinstance(start, ast.Attribute) and start.attr == "query":
            return _is_class(file, start.value)
        start = start.func if isinstance(start, ast.Call) else start.value
    return False
