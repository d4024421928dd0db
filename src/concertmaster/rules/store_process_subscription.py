"""The step that stores a process with its subscription is told a target.

The target is in the workflow table, so since 4.2 `store_process_subscription` ignores it and warns, and
`store_process_subscription_relationship` no longer takes it at all.

Reference: <https://workfloworchestrator.org/orchestrator-core/reference-docs/workflows/workflow-steps/>

```diff
-from orchestrator.core.targets import Target
 from orchestrator.core.workflow import StepList, begin
 from orchestrator.core.workflows.steps import store_process_subscription


 def create_node() -> StepList:
-    return begin >> store_process_subscription(Target.CREATE) >> configure
+    return begin >> store_process_subscription() >> configure
```

```diff
 from orchestrator.core.workflows import steps

-store = steps.store_process_subscription(workflow_target=target)
-steps.store_process_subscription_relationship(process_id, subscription_id, "CREATE")
+store = steps.store_process_subscription()
+steps.store_process_subscription_relationship(process_id, subscription_id)
```

Functions of that name from elsewhere, and calls that are right, are left alone:

```python row=42-03
from orchestrator.core.targets import Target
from orchestrator.core.workflows.steps import store_process_subscription as store

from network.steps import store_process_subscription

mine = store_process_subscription(Target.CREATE)
steps = [store(), store(None), store]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.reexports import origin
from concertmaster.project.values import has_no_effect
from concertmaster.rewrite import drop_arguments
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("42-03", "42-05"),
    change=Change(works_from="4.2.0", deprecated="4.2.0"),
    triggers=(b"store_process_subscription",),
)

_MODULES = ("steps", "utils", "modify_note")
STEP = frozenset(f"orchestrator.core.workflows.{module}.store_process_subscription" for module in _MODULES)
RELATION = "orchestrator.core.workflows.steps.store_process_subscription_relationship"
REMOVED = Change(works_from="4.2.0", removed="4.2.0")


@rule.on_imported(ast.Call)
def target(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    name = origin(file, call.func)
    if name not in STEP and name != RELATION:
        return
    position = 2 if name == RELATION else 0
    words = [word for word in call.keywords if word.arg == "workflow_target"]
    unwanted: list[ast.expr | ast.keyword] = [*call.args[position:], *words]
    values = [*call.args[position:], *(word.value for word in words)]
    if len(values) != 1 or any(isinstance(one, ast.Starred) for one in call.args) or _is_none(values[0]):
        return
    edit = drop_arguments(file, call, unwanted)
    safety = Safety.SAFE if has_no_effect(values[0]) else Safety.SUGGESTED
    edits = (edit,) if edit else ()
    if name == RELATION:
        message = "The workflow's target is no argument any more since 4.2: pass the two identifiers only"
        yield Hit(call, message, edits, safety=safety, rows=("42-05",), change=REMOVED)
    else:
        message = "The workflow's target is ignored since 4.2: call `store_process_subscription` without it"
        yield Hit(call, message, edits, safety=safety, rows=("42-03",))


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
