"""A library is imported that only came along with orchestrator-core, which no longer brings it.

orchestrator-core requires `schedule` up to 4.3 and `broadcaster` up to 2.1.1; its extra `agent` brought
`pydantic_ai` and what goes with it up to 4.8. A project that imports one of them without requiring it itself works
only as long as the framework does it for the project, and fails with a `ModuleNotFoundError` after the upgrade.
Require the library in the project's own manifest, or do without it.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/tasks/>

```python reported row=44-04
import schedule


def cancel():
    return schedule.CancelJob
```

```python reported row=21-12
from broadcaster import Broadcast

broadcast = Broadcast("memory://")
```

```python reported row=50-08c
from pydantic_ai.models.openai import OpenAIModel
```

Modules of the project's own, and imports that may fail, are left alone:

```python row=44-04
from . import schedule
from network import schedule as plan

try:
    from schedule import CancelJob
except ImportError:
    CancelJob = None
```

```python row=21-12
from network.broadcaster import Broadcast
```

```python row=50-08c
from network.pydantic_ai import OpenAIModel
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import in_import_guard
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("44-04", "21-12", "50-08c"),
    change=Change(works_from="1.0.0", removed="2.1.2"),
    safety=Safety.MANUAL,
    triggers=(
        *(b"import schedule", b"from schedule", b"import broadcaster", b"from broadcaster"),
        *(b"pydantic_ai", b"ag_ui", b"fasta2a"),
    ),
)

#: The module, the release that dropped it, the catalogue's row, and the distributions that have it.
DROPPED = {
    "schedule": ("4.4.0", "44-04", {"schedule"}),
    "broadcaster": ("2.1.2", "21-12", {"broadcaster"}),
    "pydantic_ai": ("5.0.0", "50-08c", {"pydantic-ai", "pydantic-ai-slim"}),
    "ag_ui": ("5.0.0", "50-08c", {"ag-ui-protocol"}),
    "fasta2a": ("5.0.0", "50-08c", {"fasta2a"}),
}


@rule.on(ast.Import, ast.ImportFrom)
def imports(file: PythonFile, node: ast.Import | ast.ImportFrom) -> Iterator[Hit]:
    for name in sorted(_packages(node) & DROPPED.keys()):
        since, row, distributions = DROPPED[name]
        if distributions & file.around.required or _is_own(file, name) or in_import_guard(file, node):
            continue
        message = (
            f"`{name}` no longer comes with orchestrator-core since {since}, and nothing else requires it here: "
            "require it in the project's own manifest, or do without it"
        )
        yield Hit(node, message, rows=(row,), change=Change(works_from="1.0.0", removed=since))


def _packages(node: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0]} if not node.level else set()
    return {alias.name.partition(".")[0] for alias in node.names}


def _is_own(file: PythonFile, name: str) -> bool:
    definitions = file.around.definitions
    return definitions is not None and definitions.find(name, file.path) is not None
