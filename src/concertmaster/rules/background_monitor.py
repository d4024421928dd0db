"""A test starts the application and never stops its monitor.

`OrchestratorCore` watches its workers in a background thread since orchestrator-core 4.8. The thread holds database
connections, so a test session that drops its database at the end hangs until the monitor is stopped.

Release: <https://github.com/workfloworchestrator/orchestrator-core/releases/tag/4.8.0>

```python tests/conftest.py reported
import pytest
from orchestrator.core import OrchestratorCore


@pytest.fixture(scope="session")
def fastapi_app():
    return OrchestratorCore()
```

Set-ups that stop it, and applications outside of tests, are left alone:

```python tests/conftest.py
import pytest
from orchestrator.core import OrchestratorCore


@pytest.fixture(scope="session")
def fastapi_app():
    app = OrchestratorCore()
    yield app
    app.worker_status_monitor.stop()
```

```python main.py
from orchestrator.core import OrchestratorCore

app = OrchestratorCore()
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
    rows=("T-06",),
    change=Change(works_from="4.8.0", deprecated="4.8.0", crossing=True),
    one_change=True,
    safety=Safety.MANUAL,
    triggers=(b"OrchestratorCore",),
)

MESSAGE = (
    "The application watches its workers in a thread since 4.8:"
    " stop it with `app.worker_status_monitor.stop()` when the tests are done"
)


@rule.on_imported(ast.Call)
def application(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if not file.path.endswith("conftest.py") or b"worker_status_monitor" in file.source:
        return
    if file.qualified(call.func) == "orchestrator.core.app.OrchestratorCore":
        yield Hit(call, MESSAGE)
