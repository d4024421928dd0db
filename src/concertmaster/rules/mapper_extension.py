"""A column is added to a table of the framework by hand.

`OrchestratorCore.register_table` of 5.0 gives the column properties of a subclass to the table that it derives
from. What adds them to the mapper itself goes on working; this rule is for those who want to tidy it up.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```python reported
from orchestrator.core.db import ProductTable, SubscriptionTable
from sqlalchemy import inspect

SubscriptionTable.__mapper__.add_property("customer_name", customer_name)
inspect(ProductTable).add_property("owner", owner)
```

Tables of one's own are left alone:

```python
from orchestrator.core.db import SubscriptionTable
from sqlalchemy import inspect

from network.tables import CustomerTable

CustomerTable.__mapper__.add_property("name", name)
inspect(CustomerTable).add_property("name", name)
names = SubscriptionTable.__mapper__.column_attrs
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.values import last_part
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-12",),
    section="5.0#12",
    change=Change(works_from="5.0.0", deprecated="5.0.0"),
    safety=Safety.MANUAL,
    triggers=(b"add_property",),
    optional=True,
)

MESSAGE = (
    "5.0 has `OrchestratorCore.register_table(Table, YourTable)` for the column properties of a subclass"
)


@rule.on(ast.Call)
def added(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr != "add_property":
        return
    mapper = func.value
    if isinstance(mapper, ast.Call) and last_part(mapper.func) in ("inspect", "class_mapper") and mapper.args:
        table: ast.expr = mapper.args[0]
    elif isinstance(mapper, ast.Attribute) and mapper.attr == "__mapper__":
        table = mapper.value
    else:
        return
    if (file.qualified(table) or "").startswith("orchestrator.core.db."):
        yield Hit(call, MESSAGE)
