"""A task is written as a workflow with the system as its target.

5.0 has a decorator for tasks, which begins and ends the list of steps by itself. What is written as a
workflow goes on working; this rule is for those who want to tidy it up. The list of steps stays the same,
so tasks that are under way go on where they are.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
-from orchestrator.core.targets import Target
-from orchestrator.core.workflow import StepList, done, init, workflow
+from orchestrator.core.workflow import StepList, begin
+from orchestrator.core.workflows.utils import task


-@workflow(target=Target.SYSTEM)
+@task()
 def task_clean_up() -> StepList:
-    return (
-        init
-        >> find_old
-        >> remove
-        >> done
-    )
+    return (
+        begin
+        >> find_old
+        >> remove
+    )
```

Without `init` and `done` around the steps the decorator would add to them, and other targets are no tasks:

```python
from orchestrator.core.targets import Target
from orchestrator.core.workflow import begin, done, init, workflow


@workflow(target=Target.SYSTEM)
def task_clean_up():
    return begin >> find_old >> done


@workflow(target=Target.MODIFY)
def modify_note():
    return init >> change >> done


@workflow()
def task_of_many_ways():
    if quick:
        return init >> find_old >> done
    return init >> find_old >> remove >> done
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import supports_both
from concertmaster.rewrite import drop_arguments, replace, replace_span
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-06c",),
    section="5.0#6",
    change=Change(works_from="5.0.0", deprecated="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"workflow",),
    optional=True,
)

WORKFLOW = "orchestrator.core.workflow.workflow"
SYSTEM = "orchestrator.core.targets.Target.SYSTEM"
_NEEDED = (Import("orchestrator.core.workflows.utils", "task"), Import("orchestrator.core.workflow", "begin"))
MESSAGE = "5.0 has the decorator `task` for workflows of the system: it adds `init` and `done` by itself"


@rule.on(ast.FunctionDef)
def system(file: PythonFile, function: ast.FunctionDef) -> Iterator[Hit]:
    for call in function.decorator_list:
        if not isinstance(call, ast.Call) or file.qualified(call.func) != WORKFLOW or supports_both(file):
            continue
        targets = [word for word in call.keywords if word.arg == "target"]
        if len(call.args) > 2 or any(file.qualified(word.value) != SYSTEM for word in targets):
            continue
        steps = _steps(file, function)
        if steps:
            dropped = drop_arguments(file, call, targets) if targets else None
            edits = (replace(file, call.func, "task"), *([dropped] if dropped else []), *steps)
            yield Hit(call, MESSAGE, edits, _NEEDED)


def _steps(file: PythonFile, function: ast.FunctionDef) -> tuple[Edit, ...]:
    """`init >> … >> done` to `begin >> …`; nothing where the function returns anything else."""
    returns = [node for node in ast.walk(function) if isinstance(node, ast.Return)]
    chain = returns[0].value if len(returns) == 1 and returns[0] is function.body[-1] else None
    if not isinstance(chain, ast.BinOp) or not isinstance(chain.op, ast.RShift):
        return ()
    first: ast.expr = chain
    while isinstance(first, ast.BinOp) and isinstance(first.op, ast.RShift):
        first = first.left
    if file.qualified(first) != "orchestrator.core.workflow.init":
        return ()
    if file.qualified(chain.right) != "orchestrator.core.workflow.done":
        return ()
    start, end = file.span(chain.left)[1], file.span(chain)[1]
    between = file.source[start:end]
    if re.search(rb"[()]", re.sub(rb"#[^\n]*", b"", between)):
        return ()
    line = between.rfind(b"\n")
    cut = start if line < 0 else start + len(between[:line].rstrip(b"\r"))
    return replace(file, first, "begin"), replace_span(file, cut, end, "")
