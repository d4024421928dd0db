"""A validation workflow has the target SYSTEM.

Validations have a target of their own since orchestrator-core 4.0, and subscriptions are validated by workflows
with that target only. The target in the code must be the one in the database, so the row of the workflow changes
along. Whether a workflow is a task says its `is_task`, not its target any more.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.0/>

```diff
 from orchestrator.core.targets import Target
 from orchestrator.core.workflow import StepList, begin, workflow


-@workflow("Validate node", target=Target.SYSTEM)
+@workflow("Validate node", target=Target.VALIDATE)
 def validate_node() -> StepList:
     return begin >> check
```

Comparisons with the target take a person:

```python reported
from orchestrator.core.targets import Target


def is_task(workflow) -> bool:
    return workflow.target == Target.SYSTEM
```

Tasks that are no validations are left alone:

```python
from orchestrator.core.targets import Target
from orchestrator.core.workflow import StepList, begin, workflow


@workflow("Clean up", target=Target.SYSTEM)
def task_clean_up() -> StepList:
    return begin >> clean if settings.target != TARGET else begin
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.bindings import binding
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import rename_attribute
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("40-06",),
    section="4.0#2",
    change=Change(works_from="4.0.0", deprecated="4.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"SYSTEM",),
    context=(b"orchestrator", b"workflow"),
)

_SYSTEM = "orchestrator.core.targets.Target.SYSTEM"
COMPARED = Change(works_from="4.0.0", deprecated="4.0.0", crossing=True)
MESSAGE = "Subscriptions are validated by workflows with the target VALIDATE since 4.0: change it here and in the database"


@rule.on(ast.Call)
def decorator(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    function = file.parent(call)
    if not isinstance(function, ast.FunctionDef) or call not in function.decorator_list:
        return
    if (
        not function.name.startswith("validate_")
        or file.qualified(call.func) != "orchestrator.core.workflow.workflow"
    ):
        return
    for value in (*call.args, *(keyword.value for keyword in call.keywords)):
        if isinstance(value, ast.Attribute) and file.qualified(value) == _SYSTEM:
            yield Hit(value, MESSAGE, (rename_attribute(file, value, "VALIDATE"),))


@rule.on(ast.Compare)
def comparison(file: PythonFile, node: ast.Compare) -> Iterator[Hit]:
    sides = (node.left, *node.comparators)
    asked = [side for side in sides if isinstance(side, ast.Attribute) and side.attr == "target"]
    if any(not _is_of_task(file, one.value) for one in asked) and any(
        file.qualified(side) == _SYSTEM for side in sides
    ):
        message = (
            "Validations no longer have the target SYSTEM since 4.0: ask for `is_task` where tasks are meant"
        )
        yield Hit(node, message, safety=Safety.MANUAL, change=COMPARED)


def _is_of_task(file: PythonFile, node: ast.expr) -> bool:
    """Whether a workflow is asked for by a name that is not that of a validation."""
    bound = (
        file.parent(one) if isinstance(node, ast.Name) and (one := binding(file, node)) is not None else None
    )
    call = bound.value if isinstance(bound, ast.Assign) else node
    name = call.args[0] if isinstance(call, ast.Call) and len(call.args) == 1 else None
    text = name.value if isinstance(name, ast.Constant) else None
    return isinstance(text, str) and not text.startswith("validate_")
