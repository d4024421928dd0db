"""Schedules are registered in `ALL_SCHEDULERS`.

Nothing reads that list since orchestrator-core 4.4: a schedule runs when its module is imported. The list warns
since 4.7 and goes away in 6.0. Keep an import of the module with the schedules where the scheduler starts.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.7/>

```python reported
from orchestrator.schedules import ALL_SCHEDULERS

from network.schedules import nightly

ALL_SCHEDULERS.extend([nightly])
```

A list of the project's own is left alone:

```python
from network.schedules import ALL_SCHEDULERS, nightly
from orchestrator.schedules.scheduler import scheduler

ALL_SCHEDULERS.append(nightly)
scheduler.start()
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("44-02",),
    section="4.7#1",
    change=Change(works_from="4.4.0", deprecated="4.4.0", removed="6.0.0"),
    safety=Safety.MANUAL,
    triggers=(b"ALL_SCHEDULERS",),
)

_SCHEDULES = "orchestrator.core.schedules"
MESSAGE = (
    "`ALL_SCHEDULERS` is read by nothing since 4.4 and goes away in 6.0:"
    " import the modules with schedules where the scheduler starts"
)


@rule.on(ast.ImportFrom)
def from_import(file: PythonFile, node: ast.ImportFrom) -> Iterator[Hit]:
    if file.imported_module(node) == _SCHEDULES:
        yield from (Hit(alias, MESSAGE) for alias in node.names if alias.name == "ALL_SCHEDULERS")


@rule.on_imported(ast.Attribute)
def attribute(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    if node.attr == "ALL_SCHEDULERS" and file.qualified(node) == f"{_SCHEDULES}.ALL_SCHEDULERS":
        yield Hit(node, MESSAGE)
