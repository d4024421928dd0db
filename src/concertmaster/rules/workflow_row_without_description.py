"""A migration inserts a workflow without a description.

The column `workflows.description` is mandatory since orchestrator-core 4.0. A row without one stops the migration of
the framework, and stops this one on a database that is new. Give existing rows a description before the upgrade:
`UPDATE workflows SET description = name WHERE description IS NULL`.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.0/>

```python migrations/versions/schema/2023-01-01_add_node.py reported
import sqlalchemy as sa
from alembic import op

op.get_bind().execute(sa.text("INSERT INTO workflows (name, target) VALUES ('create_node', 'CREATE')"))
```

Rows with one, and other tables, are left alone:

```python migrations/versions/schema/2023-01-01_add_node.py
import sqlalchemy as sa
from alembic import op

conn = op.get_bind()
conn.execute(sa.text("INSERT INTO workflows(name, target, description) VALUES ('create_node', 'CREATE', 'Create')"))
conn.execute(sa.text("INSERT INTO workflows_products (name, target) VALUES ('create_node', 'CREATE')"))
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("40-08",),
    section="4.0#1",
    change=Change(works_from="1.0.0", removed="4.0.0", crossing=True),
    one_change=True,
    safety=Safety.MANUAL,
    triggers=(b"workflows",),
)

_INSERT = re.compile(r"\binsert\s+into\s+\"?workflows\"?\s*\((?P<columns>[^)]*)\)", re.IGNORECASE)
MESSAGE = (
    "`workflows.description` is mandatory since 4.0: rows without one need"
    " `UPDATE workflows SET description = name WHERE description IS NULL` before the upgrade"
)


@rule.on(ast.Constant)
def insert(file: PythonFile, node: ast.Constant) -> Iterator[Hit]:
    if not isinstance(node.value, str) or isinstance(file.parent(node), ast.Expr):
        return
    rows = (match["columns"].lower() for match in _INSERT.finditer(node.value))
    if any("description" not in columns for columns in rows):
        yield Hit(node, MESSAGE)
