"""Tables are asked through the legacy query API.

`SubscriptionTable.query` warns since orchestrator-core 5.5 and goes away in 6.0. A select on `db.session` does
the same in every release since 2.0, so the change can be made long before.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.5/>

```diff
-from orchestrator.core.db import SubscriptionTable
+from orchestrator.core.db import SubscriptionTable, db
+from sqlalchemy import select


 def find(subscription_id, status):
-    known = SubscriptionTable.query.get(subscription_id)
-    same = SubscriptionTable.query.filter(SubscriptionTable.status == status).all()
+    known = db.session.get(SubscriptionTable, subscription_id)
+    same = db.session.scalars(select(SubscriptionTable).where(SubscriptionTable.status == status)).all()
     return known, same
```

A query that is built in several places, and what a select has no word for, takes a person:

```python reported
from orchestrator.core.db import SubscriptionTable

query = SubscriptionTable.query.filter(SubscriptionTable.insync)
```

Other things called `query`, and queries that the session makes, are left alone:

```python
import pandas
from flask import request
from orchestrator.core.db import SubscriptionTable, db

name = request.query.get("name")
rows = pandas.DataFrame().query("a > b")
count = db.session.query(SubscriptionTable).count()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.project.bindings import class_named
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.moves import spelled
from concertmaster.rewrite.needed import needed
from concertmaster.rewrite.queries import query_to_select
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("55-01",),
    section="5.5#1",
    change=Change(works_from="2.0.0", deprecated="5.5.0", removed="6.0.0"),
    triggers=(b".query",),
    context=(b"orchestrator",),
)

_DB = "orchestrator.core.db"
_TABLES = """
    AgentRunTable AiSearchIndex EngineSettingsTable FixedInputTable InputStateTable ProcessStepTable
    ProcessSubscriptionTable ProcessTable ProductBlockRelationTable ProductBlockTable ProductTable
    ResourceTypeTable SearchQueryTable SubscriptionCustomerDescriptionTable SubscriptionInstanceRelationTable
    SubscriptionInstanceTable SubscriptionInstanceValueTable SubscriptionMetadataTable SubscriptionSearchView
    SubscriptionTable WorkflowTable
""".split()
TABLES = frozenset(f"{module}.{name}" for module in (_DB, f"{_DB}.models") for name in _TABLES)
_BASES = TABLES | {f"{_DB}.database.BaseModel", f"{_DB}.DbBaseModel", f"{_DB}.models.BaseModel"}
MESSAGE = "`{0}.query` is deprecated since 5.5 and goes away in 6.0: use `db.session.scalars(select({0}))`"


@rule.on(ast.Attribute)
def query(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    if node.attr != "query" or not _is_table(file, node.value) or "migrations/versions/" in file.path:
        return
    words = {
        name: needed(file, node, "sqlalchemy", name, also=("sqlalchemy.sql",)) for name in ("select", "func")
    }
    words["db"] = needed(file, node, spelled(file, _DB), "db", also=(_DB,))
    asked = query_to_select(file, node, words)
    yield Hit(node, MESSAGE.format(file.text(node.value)), asked.edits, asked.imports)


def _is_table(file: PythonFile, node: ast.expr, depth: int = 0) -> bool:
    """A table of the framework, or a class of this file that derives from one."""
    if file.qualified(node) in (_BASES if depth else TABLES):
        return True
    own = class_named(file, node) if isinstance(node, ast.Name) and depth < 8 else []
    return any(_is_table(file, base, depth + 1) for one in own for base in one.bases)
