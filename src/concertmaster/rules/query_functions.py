"""Functions of the framework are called that give a legacy query.

`SubscriptionTable.find_by_product_tag`, `query_in_use_by_subscriptions` and `query_depends_on_subscriptions`
warn since orchestrator-core 5.5 and go away in 6.0. Each has a namesake that gives a select for `db.session`.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.5/>

```diff
-from orchestrator.core.db import SubscriptionTable
-from orchestrator.core.services.subscriptions import query_in_use_by_subscriptions
+from orchestrator.core.db import SubscriptionTable, db
+from orchestrator.core.services.subscriptions import select_in_use_by_subscriptions


 def nodes(subscription_id):
-    for subscription in query_in_use_by_subscriptions(subscription_id, ["active"]):
+    for subscription in db.session.scalars(select_in_use_by_subscriptions(subscription_id, ["active"])):
         print(subscription.description)
-    return SubscriptionTable.find_by_product_tag("NODE").filter(SubscriptionTable.insync).all()
+    return db.session.scalars(SubscriptionTable.select_by_product_tag("NODE").where(SubscriptionTable.insync)).unique().all()
```

A query that lives on takes a person:

```python reported
from orchestrator.core.services.subscriptions import query_depends_on_subscriptions


def depends_on(subscription_id):
    return query_depends_on_subscriptions(subscription_id)
```

Functions of the project, and those that give a select already, are left alone:

```python
from orchestrator.core.db import SubscriptionTable, db
from network.subscriptions import query_in_use_by_subscriptions

nodes = db.session.scalars(SubscriptionTable.select_by_product_tag("NODE")).unique().all()
ports = query_in_use_by_subscriptions(nodes[0]).all()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.moves import spelled
from concertmaster.rewrite.needed import needed
from concertmaster.rewrite.queries import call_to_select
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("55-02",),
    section="5.5#1",
    change=Change(works_from="5.5.0", deprecated="5.5.0", removed="6.0.0"),
    triggers=(b"find_by_product_tag", b"query_in_use_by", b"query_depends_on"),
    takes=frozenset(("query_in_use_by_subscriptions", "query_depends_on_subscriptions")),
)

_DB = "orchestrator.core.db"
_SUBSCRIPTIONS = "orchestrator.core.services.subscriptions"
METHODS = frozenset(f"{module}.SubscriptionTable.find_by_product_tag" for module in (_DB, f"{_DB}.models"))
FUNCTIONS = {
    f"{_SUBSCRIPTIONS}.query_in_use_by_subscriptions": "select_in_use_by_subscriptions",
    f"{_SUBSCRIPTIONS}.query_depends_on_subscriptions": "select_depends_on_subscriptions",
}


@rule.on_imported(ast.Call)
def call(file: PythonFile, node: ast.Call) -> Iterator[Hit]:
    name = file.qualified(node.func) or ""
    if name in METHODS:
        yield _hit(file, node, "select_by_product_tag", repeats=True)
    elif name in FUNCTIONS:
        yield _hit(file, node, FUNCTIONS[name], repeats=False)


def _hit(file: PythonFile, node: ast.Call, new: str, *, repeats: bool) -> Hit:
    words = {"db": needed(file, node, spelled(file, _DB), "db", also=(_DB,))}
    text, imports = _function(file, node, new)
    asked = call_to_select(file, node, text, words, repeats=repeats) if text else None
    edits: tuple[Edit, ...] = asked.edits if asked else ()
    old = file.text(node.func)
    message = (
        f"`{old}` gives a legacy query and goes away in 6.0: `{new}` gives a select for `db.session.scalars`"
    )
    return Hit(node, message, edits, (*imports, *(asked.imports if asked else ())))


def _function(file: PythonFile, node: ast.Call, new: str) -> tuple[str, tuple[Import, ...]]:
    """How the new function is written in the place of the old one."""
    if isinstance(node.func, ast.Attribute):
        return new, ()
    word = needed(file, node, spelled(file, _SUBSCRIPTIONS), new, also=(_SUBSCRIPTIONS,))
    return (word.text, word.imports) if word else ("", ())
