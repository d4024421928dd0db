"""A table's column is used by a name that it no longer has.

Steps of processes say since orchestrator-core 4.2 when they started and when they were completed: `executed_at` is
`completed_at`. The target of a process with a subscription is with its workflow; the column `workflow_target` is
still there, but empty for everything new.

Release: <https://github.com/workfloworchestrator/orchestrator-core/releases/tag/4.2.0>

```diff
 from orchestrator.core.db import ProcessStepTable, db


 def last(process_id):
-    step = ProcessStepTable(process_id=process_id, executed_at=NOW)
+    step = ProcessStepTable(process_id=process_id, completed_at=NOW)
     db.session.add(step)
-    return step.executed_at, ProcessStepTable.executed_at.desc()
+    return step.completed_at, ProcessStepTable.completed_at.desc()
```

A column without a successor, and names in SQL, take a person:

```python reported
from orchestrator.core.db import ProcessSubscriptionTable


def creations(query):
    return query.where(ProcessSubscriptionTable.workflow_target == "CREATE")
```

```python reported
SQL = "SELECT step_id FROM process_steps ORDER BY executed_at"
```

Columns of other tables are left alone:

```python row=42-01
from orchestrator.core.db import SearchQueryTable


def last(query: SearchQueryTable, step):
    return query.executed_at, SearchQueryTable.executed_at, step.executed_at
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.project.instances import Kind, instance_of
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import rename_attribute
from concertmaster.rewrite.arguments import rename_keywords
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("42-01", "42-04"),
    section="4.2#1",
    change=Change(works_from="4.2.0", removed="4.2.0"),
    triggers=(b"executed_at", b"workflow_target"),
)


class Column(Struct, frozen=True):
    """A column of a table with its new name; None where nothing took its place."""

    table: str
    old: str
    new: str | None
    row: str
    change: Change
    message: str

    @property
    def kind(self) -> Kind:
        return Kind(frozenset(f"orchestrator.core.{module}.{self.table}" for module in ("db", "db.models")))


_COMPLETED = "`executed_at` of `ProcessStepTable` is `completed_at` since 4.2"
_TARGET = (
    "`workflow_target` of `ProcessSubscriptionTable` is empty for all that is new since 4.2:"
    " the target is that of the process's workflow"
)
COLUMNS = (
    Column("ProcessStepTable", "executed_at", "completed_at", "42-01", rule.change, _COMPLETED),
    Column(
        "ProcessSubscriptionTable",
        "workflow_target",
        None,
        "42-04",
        Change(works_from="4.2.0", deprecated="4.2.0"),
        _TARGET,
    ),
)


def _words(table: str, column: str) -> re.Pattern[str]:
    """SQL that speaks of a table and a column of that name."""
    return re.compile(rf"\b{table}\b.*\b{column}\b|\b{column}\b.*\b{table}\b", re.DOTALL)


_SQL = (
    (_words("process_steps", "executed_at"), COLUMNS[0]),
    (_words("processes_subscriptions", "workflow_target"), COLUMNS[1]),
)


@rule.on(ast.Attribute)
def attribute(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    for column in COLUMNS:
        if node.attr != column.old:
            continue
        kind = column.kind
        if file.qualified(node.value) in kind.classes or instance_of(file, node.value, kind) is not None:
            edits = (rename_attribute(file, node, column.new),) if column.new else ()
            yield Hit(node, column.message, edits, rows=(column.row,), change=column.change)


@rule.on(ast.Call)
def constructor(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    for column in COLUMNS:
        words = [keyword for keyword in call.keywords if keyword.arg == column.old]
        if words and file.qualified(call.func) in column.kind.classes:
            edits = rename_keywords(file, call, {column.old: column.new}) if column.new else ()
            yield Hit(words[0], column.message, edits, rows=(column.row,), change=column.change)


@rule.on(ast.Constant)
def sql(file: PythonFile, node: ast.Constant) -> Iterator[Hit]:
    if not isinstance(node.value, str) or "migrations/versions/" in file.path:
        return
    for pattern, column in _SQL:
        if pattern.search(node.value):
            yield Hit(node, column.message, rows=(column.row,), change=column.change)
