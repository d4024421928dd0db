"""A test expects the steps that refreshed the search index.

The workflow decorators of orchestrator-core 5.4 no longer add `Refresh subscription search index` and `Refresh
process search index` at the end, so every workflow has two steps less. Tests that count steps or name these fail,
and processes that have come so far must finish before the upgrade.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.4/>

```python tests/test_node.py reported
def test_steps(log):
    assert log[-2].name == "Refresh process search index"
```

Steps of the project's own by other names, and code that is no test, are left alone:

```python tests/test_node.py
def test_steps(log):
    assert log[-2].name == "Refresh monitoring"
```

```python
NAMES = {"Refresh process search index": "index"}
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
    rows=("54-03",),
    section="5.4#1",
    change=Change(works_from="5.4.0", removed="5.4.0", crossing=True),
    one_change=True,
    safety=Safety.MANUAL,
    triggers=(b"search index",),
)

STEPS = frozenset(("Refresh subscription search index", "Refresh process search index"))
MESSAGE = "Workflows no longer end with the step `{0}` since 5.4: expect two steps less"


@rule.on(ast.Constant)
def step_name(file: PythonFile, node: ast.Constant) -> Iterator[Hit]:
    in_tests = any(part.startswith(("test", "conftest")) for part in file.path.split("/"))
    if in_tests and isinstance(node.value, str) and node.value in STEPS:
        yield Hit(node, MESSAGE.format(node.value))
