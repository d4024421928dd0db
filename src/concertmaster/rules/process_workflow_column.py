"""Processes are searched by the name of their workflow as a column.

Since orchestrator-core 2.0.1 a process refers to its row in the workflow table: `ProcessTable.workflow` is that
row, `workflow_name` a property of it. Neither can be compared in a query, nor given to the constructor.

Guide: <https://docs.sqlalchemy.org/en/20/orm/queryguide/select.html#relationship-where-operators>

```diff
 from orchestrator.db import ProcessTable, db
 from sqlalchemy import select

-query = select(ProcessTable).where(ProcessTable.workflow_name == "create_node")
-others = ProcessTable.query.filter(ProcessTable.workflow != "create_node")
+query = select(ProcessTable).where(ProcessTable.workflow.has(name="create_node"))
+others = ProcessTable.query.filter(~ProcessTable.workflow.has(name="create_node"))
```

Other operators and new processes are for a person:

```python reported
from orchestrator.db import ProcessTable

query = ProcessTable.query.filter(ProcessTable.workflow_name.in_(["create_node"])).order_by(ProcessTable.workflow_name)
later = ProcessTable.query.filter(ProcessTable.workflow_name > "create_node", ProcessTable.workflow.like("create%"))
process = ProcessTable(workflow_name="create_node")
```

The name of one process, and columns of other tables, are left alone:

```python
from orchestrator.db import ProcessTable, SubscriptionTable, WorkflowTable

process = ProcessTable.query.first()
print(process.workflow_name, process.workflow.name)
query = ProcessTable.query.join(ProcessTable.workflow).filter(WorkflowTable.name == "create_node")
known = ProcessTable.query.filter(ProcessTable.workflow.has(name="create_node"))
new = ProcessTable(workflow=WorkflowTable.query.first())
same = SubscriptionTable.workflow_name == "create_node"
one = ProcessTable.workflow == WorkflowTable.query.first()
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.bindings import binding
from concertmaster.project.python import PythonFile
from concertmaster.project.sql import statements
from concertmaster.rewrite import replace
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("21-07",),
    change=Change(works_from="2.0.3", removed="2.0.3"),
    triggers=(b"ProcessTable", b"processes"),
    context=(b"orchestrator", b"sqlalchemy"),
)

TABLES = frozenset(("orchestrator.core.db.ProcessTable", "orchestrator.core.db.models.ProcessTable"))
MESSAGE = (
    "a process has a row of the workflow table since 2.0.1: search by `ProcessTable.workflow.has(name=…)`"
)
#: What a relationship has as well as a column.
_OF_RELATIONSHIP = frozenset(("has", "of_type", "and_", "property", "is_", "is_not", "isnot"))


_TABLE = re.compile(r"\b(?:from|join|update|into)\s+processes\b", re.IGNORECASE)
_COLUMN = re.compile(r"(?<![:\w])workflow\s*(?:=|<>|!=|\b(?:in|like|is|not)\b)", re.IGNORECASE)


@rule.file
def queried(file: PythonFile) -> Iterator[Hit]:
    for sql in statements(file) if "migrations/versions/" not in file.path else ():
        if _TABLE.search(sql.code) and _COLUMN.search(sql.code):
            message = (
                "`processes.workflow` is `workflow_id` since 2.0.1: the name is in the table `workflows`"
            )
            yield Hit(sql.call, message)


@rule.on(ast.Attribute)
def column(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    if node.attr not in ("workflow", "workflow_name") or file.qualified(node.value) not in TABLES:
        return
    up = file.parent(node)
    if isinstance(up, ast.Compare) and len(up.ops) == 1:
        other = up.comparators[0] if up.left is node else up.left
        if _is_text(file, node, other):
            yield _compared(file, node, up, other)
    elif node.attr == "workflow_name" or (isinstance(up, ast.Attribute) and up.attr not in _OF_RELATIONSHIP):
        yield Hit(node, MESSAGE)


def _is_text(file: PythonFile, column: ast.Attribute, other: ast.expr) -> bool:
    """Whether a comparison is one with a name: a relationship may well be compared with a row, or with `None`."""
    if column.attr == "workflow_name" or isinstance(other, ast.JoinedStr):
        return True
    if isinstance(other, ast.Constant):
        return isinstance(other.value, str)
    bound = binding(file, other) if isinstance(other, ast.Name) else None
    if isinstance(bound, ast.arg):
        return isinstance(bound.annotation, ast.Name) and bound.annotation.id == "str"
    up = None if bound is None else file.parent(bound)
    return isinstance(up, ast.Assign) and _is_literal(up.value)


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _compared(file: PythonFile, node: ast.Attribute, compare: ast.Compare, other: ast.expr) -> Hit:
    sign = {ast.Eq: "", ast.NotEq: "~"}.get(type(compare.ops[0]))
    if sign is None:
        return Hit(node, MESSAGE)
    new = f"{sign}{file.text(node.value)}.workflow.has(name={file.text(other)})"
    return Hit(node, MESSAGE, (replace(file, compare, new),), safety=Safety.SUGGESTED)


@rule.on_imported(ast.Call)
def constructor(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if file.qualified(call.func) not in TABLES:
        return
    for word in call.keywords:
        text = isinstance(word.value, ast.Constant) and isinstance(word.value.value, str)
        if word.arg == "workflow_name" or (word.arg == "workflow" and text):
            yield Hit(
                word, "a new process is given its `workflow_id` since 2.0.1, not the name of its workflow"
            )
