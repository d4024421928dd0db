"""SQL is executed as a plain string, or a select is given a list.

SQLAlchemy 2.0, which orchestrator-core uses since 1.3, takes SQL only as `text(...)` and the columns of a select
one by one. Migrations from before fail when a new database replays them; marking their SQL changes nothing in it.

Guide: <https://docs.sqlalchemy.org/en/20/changelog/migration_20.html>

```diff
 import sqlalchemy as sa
 from alembic import op


 def upgrade() -> None:
     conn = op.get_bind()
-    conn.execute("UPDATE products SET tag = 'NODE'")
-    ids = conn.execute(sa.select([products.c.product_id]))
+    conn.execute(sa.text("UPDATE products SET tag = 'NODE'"))
+    ids = conn.execute(sa.select(products.c.product_id))
```

What is marked already, `op.execute`, and other things that execute strings are left alone:

```python
import sqlalchemy as sa
from alembic import op


def upgrade(cursor) -> None:
    conn = op.get_bind()
    conn.execute(sa.text("UPDATE products SET tag = 'NODE'"))
    op.execute("UPDATE products SET tag = 'NODE'")
    cursor.execute("UPDATE products SET tag = 'NODE'")
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.bindings import binding
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import insert_after, insert_before, replace
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("CP-11",),
    change=Change(works_from="1.0.0", removed="1.3.0"),
    triggers=(b".execute", b"select", b".scalar"),
    context=((b"select", b"sqlalchemy"), (b"get_bind", b"alembic"), b"orchestrator"),
    pattern=re.compile(rb"\bselect\b|get_bind|orchestrator"),
)

_EXECUTING = frozenset(("execute", "scalar", "scalars"))
_SELECTS = frozenset(("sqlalchemy.select", "sqlalchemy.sql.select", "sqlalchemy.future.select"))
#: `:name` is a parameter in `text(...)`, and `%` means itself.
_MEANS_MORE = re.compile(r"(?<![:\w\\]):\w+(?!:)|%")
SQL = "SQLAlchemy 2.0, in use since 1.3, takes SQL only as `text(...)`"
COLUMNS = "SQLAlchemy 2.0, in use since 1.3, takes the columns of a select one by one, not as a list"


@rule.on(ast.Call)
def execute(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in _EXECUTING or not call.args:
        return
    sql = call.args[0]
    plain = isinstance(sql, ast.JoinedStr) or (isinstance(sql, ast.Constant) and isinstance(sql.value, str))
    if not plain or not _is_connection(file, func.value):
        return
    text = needed(file, call, "sqlalchemy", "text", also=("sqlalchemy.sql",))
    if text is None or len(call.args) + len(call.keywords) > 1:
        yield Hit(call, SQL, safety=Safety.MANUAL)
        return
    edits = (insert_before(file, sql, f"{text.text}("), insert_after(file, sql, ")"))
    sure = isinstance(sql, ast.Constant) and not _MEANS_MORE.search(str(sql.value))
    yield Hit(call, SQL, edits, text.imports, safety=Safety.SAFE if sure else Safety.SUGGESTED)


def _is_connection(file: PythonFile, node: ast.expr) -> bool:
    """`op.get_bind()`, a name for it, or the session of the framework's database."""
    if isinstance(node, ast.Call):
        return file.qualified(node.func) == "alembic.op.get_bind"
    if file.qualified(node) == "orchestrator.core.db.db.session":
        return True
    up = file.parent(bound) if isinstance(node, ast.Name) and (bound := binding(file, node)) else None
    return isinstance(up, ast.Assign) and isinstance(up.value, ast.Call) and _is_connection(file, up.value)


@rule.on_imported(ast.Call)
def select(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if (
        len(call.args) != 1
        or not isinstance(call.args[0], ast.List)
        or file.qualified(call.func) not in _SELECTS
    ):
        return
    columns = call.args[0]
    if columns.elts:
        inner = file.text(columns)[1:-1].strip().removesuffix(",")
        yield Hit(call, COLUMNS, (replace(file, columns, inner),))
