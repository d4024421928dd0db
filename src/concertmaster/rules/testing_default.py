"""Tests rely on `TESTING` being true by default.

The setting `TESTING` is false by default since orchestrator-core 5.5. Where it is false, a started process runs in
the background, so a test no longer waits for it. Set it in the environment of the tests before the framework is
imported: it is read then.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.5/>

```python reported
from orchestrator.core.settings import app_settings

if app_settings.TESTING:
    app_settings.ENABLE_WEBSOCKETS = False
```

```python tests/conftest.py reported
from orchestrator.core import OrchestratorCore
from orchestrator.core.settings import AppSettings

app = OrchestratorCore(base_settings=AppSettings())
```

Test set-ups that say what they want, and other settings, are left alone:

```python tests/conftest.py
import os

os.environ["TESTING"] = "true"

from orchestrator.core import OrchestratorCore
from orchestrator.core.settings import AppSettings

app = OrchestratorCore(base_settings=AppSettings())
```

```python
from network.settings import settings

if settings.TESTING:
    settings.LEVEL = 1
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.instances import SETTINGS, instance_of
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("55-04",),
    section="5.5#3",
    change=Change(works_from="1.0.0", deprecated="5.5.0", crossing=True),
    safety=Safety.MANUAL,
    triggers=(b"TESTING", b"OrchestratorCore", b"init_database"),
)

_MAKERS = frozenset(("orchestrator.core.app.OrchestratorCore", "orchestrator.core.db.init_database"))
UNSET = (
    "`TESTING` is false by default since 5.5: set `TESTING=true` for tests before the framework is imported"
)
READ = "`TESTING` is false by default since 5.5: what depends on it changes where it is not set"


@rule.file
def test_setup(file: PythonFile) -> Iterator[Hit]:
    if not file.path.endswith("conftest.py") or b"TESTING" in file.source:
        return
    for call in file.nodes(ast.Call):
        if file.qualified(call.func) in _MAKERS:
            yield Hit(call, UNSET)
            return


@rule.on(ast.Attribute)
def read(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    if node.attr != "TESTING" or not isinstance(node.ctx, ast.Load):
        return
    if instance_of(file, node.value, SETTINGS) is not None:
        yield Hit(node, READ)
