"""A test expects a process to fail for want of user input.

An empty list of pages is taken for one empty page since 5.0, as no list at all always was. A workflow whose
form asks for nothing then starts, and one that asks fails in another way.

Reference: <https://workfloworchestrator.org/orchestrator-core/guides/testing/>

```python tests/test_processes.py reported
import pytest
from orchestrator.core.services.processes import create_process


def test_incomplete():
    with pytest.raises(FormNotCompleteError):
        create_process("create_node", [])
```

Input that is given, and processes that are not expected to fail, are left alone:

```python tests/test_processes.py
import pytest
from orchestrator.core.services.processes import create_process, start_process


def test_complete():
    start_process("task_clean_up", [])
    with pytest.raises(FormNotCompleteError):
        create_process("create_node", [{}])
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
    rows=("50-22",),
    section="5.0",
    change=Change(works_from="5.0.0", deprecated="5.0.0", crossing=True),
    one_change=True,
    safety=Safety.MANUAL,
    triggers=(b"raises",),
    context=(b"orchestrator", b"run_workflow", b"create_process"),
)

_STARTS = frozenset(
    f"orchestrator.core.services.processes.{name}" for name in ("create_process", "start_process")
)
MESSAGE = (
    "An empty list of pages is taken for one empty page since 5.0: see whether this still fails as expected"
)


@rule.on_imported(ast.Call)
def started(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if file.qualified(call.func) not in _STARTS or not _is_expected_to_fail(file, call):
        return
    words = [word.value for word in call.keywords if word.arg == "user_inputs"]
    for pages in (*call.args[1:2], *words):
        if isinstance(pages, ast.List) and not pages.elts:
            yield Hit(call, MESSAGE)


def _is_expected_to_fail(file: PythonFile, node: ast.AST) -> bool:
    entered = (item for up in file.ancestors(node) if isinstance(up, ast.With) for item in up.items)
    calls = (item.context_expr for item in entered if isinstance(item.context_expr, ast.Call))
    return any(last_part(call.func) in ("raises", "assertRaises") for call in calls)
