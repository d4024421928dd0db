"""The number of running processes is read from the table of engine settings.

The column `running_processes` is gone since 5.0. The number comes from the workers now; ask for it with
`GET /api/settings/status` or in the GraphQL query `settings`.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```python reported
from orchestrator.core.db import EngineSettingsTable, db
from sqlalchemy import select, text

running = db.session.scalar(select(EngineSettingsTable.running_processes))
also = db.session.scalar(text("SELECT running_processes FROM engine_settings"))
fresh = EngineSettingsTable(global_lock=False, running_processes=0)
```

```python reported
from orchestrator.core.services.settings import get_engine_settings_table


def running() -> int:
    engine_settings = get_engine_settings_table()
    return engine_settings.running_processes
```

The field of the same name in the framework's answers is still there:

```python
from orchestrator.core.schemas.engine_settings import EngineSettingsSchema

answer = client.get("/api/settings/status").json()["running_processes"]
schema = EngineSettingsSchema(global_lock=False, running_processes=0, global_status="RUNNING")
number = schema.running_processes
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.instances import Kind, instance_of
from concertmaster.project.python import PythonFile
from concertmaster.project.sql import statements
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-05c",),
    section="5.0#5",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.MANUAL,
    triggers=(b"running_processes",),
)

COLUMN = "running_processes"
TABLES = frozenset(f"orchestrator.core.db.{module}EngineSettingsTable" for module in ("", "models."))
_SERVICES = "orchestrator.core.services.settings"
GETTERS = frozenset(
    f"{_SERVICES}.get_engine_settings{suffix}"
    for suffix in ("", "_for_update", "_table", "_table_for_update")
)
#: A row of the table: made by its class, or given by one of the functions that read it.
ROW = Kind(TABLES | GETTERS)
MESSAGE = "The column `running_processes` is gone since 5.0: ask `/api/settings/status` for the number"


@rule.on(ast.Attribute)
def attribute(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    if node.attr != COLUMN:
        return
    if file.qualified(node.value) in TABLES or instance_of(file, node.value, ROW) is not None:
        yield Hit(node, MESSAGE)


@rule.on_imported(ast.Call)
def made(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if file.qualified(call.func) in TABLES:
        yield from (Hit(word, MESSAGE) for word in call.keywords if word.arg == COLUMN)


@rule.file
def queried(file: PythonFile) -> Iterator[Hit]:
    for sql in statements(file):
        if COLUMN in sql.code and "engine_settings" in sql.code:
            yield Hit(sql.call, MESSAGE)
