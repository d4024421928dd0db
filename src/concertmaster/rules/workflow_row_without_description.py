"""A workflow is put into the database without a description.

The column `workflows.description` is mandatory since orchestrator-core 4.0. A row without one that a migration inserts
stops the migration of the framework, and stops this one on a database that is new; code that adds one, such as a
test, fails. Give existing rows a description before the upgrade:
`UPDATE workflows SET description = name WHERE description IS NULL`.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.0/>

```python migrations/versions/schema/2023-01-01_add_node.py reported
import sqlalchemy as sa
from alembic import op

op.get_bind().execute(sa.text("INSERT INTO workflows (name, target) VALUES ('create_node', 'CREATE')"))
```

Code gets the name as a description, to be put into better words:

```diff tests/conftest.py
 from orchestrator.db import WorkflowTable, db


 def add_workflow(name, target):
-    db.session.add(WorkflowTable(name=name, target=target))
+    db.session.add(WorkflowTable(name=name, description=name, target=target))
```

Rows with one, and other tables, are left alone:

```python migrations/versions/schema/2023-01-01_add_node.py
import sqlalchemy as sa
from alembic import op

conn = op.get_bind()
conn.execute(sa.text("INSERT INTO workflows(name, target, description) VALUES ('create_node', 'CREATE', 'Create')"))
conn.execute(sa.text("INSERT INTO workflows_products (name, target) VALUES ('create_node', 'CREATE')"))
```

```python tests/conftest.py
from orchestrator.db import ProductTable, WorkflowTable


def rows(name, values):
    yield WorkflowTable(name=name, target="CREATE", description="Create")
    yield WorkflowTable(**values)
    yield WorkflowTable(name, "CREATE")
    yield ProductTable(name=name)
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import insert_after
from concertmaster.rule import Hit, Rule
from concertmaster.rules._registration import WORKFLOW_TABLES
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("40-08",),
    section="4.0#1",
    change=Change(works_from="1.0.0", removed="4.0.0", crossing=True),
    safety=Safety.SUGGESTED,
    triggers=(b"workflows", b"WorkflowTable"),
    pattern=re.compile(rb"[iI][nN][sS][eE][rR][tT]|WorkflowTable"),
)

_INSERT = re.compile(r"\binsert\s+into\s+\"?workflows\"?\s*\((?P<columns>[^)]*)\)", re.IGNORECASE)
MESSAGE = (
    "`workflows.description` is mandatory since 4.0: rows without one need"
    " `UPDATE workflows SET description = name WHERE description IS NULL` before the upgrade"
)
ADDED = "A workflow needs a description since 4.0, for the column is mandatory: give one"
CODE = Change(works_from="1.0.0", removed="4.0.0")


@rule.on(ast.Constant)
def insert(file: PythonFile, node: ast.Constant) -> Iterator[Hit]:
    if not isinstance(node.value, str) or isinstance(file.parent(node), ast.Expr):
        return
    rows = (match["columns"].lower() for match in _INSERT.finditer(node.value))
    if any("description" not in columns for columns in rows):
        yield Hit(node, MESSAGE)


@rule.on_imported(ast.Call)
def added(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    given = {word.arg: word.value for word in call.keywords}
    if file.qualified(call.func) not in WORKFLOW_TABLES or call.args or "name" not in given:
        return
    if None in given or "description" in given:
        return
    name = given["name"]
    edits = (insert_after(file, name, f", description={file.text(name)}"),)
    yield Hit(call, ADDED, edits if "\n" not in file.text(name) else (), change=CODE)
