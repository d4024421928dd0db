"""A workflow's step list does not end with `done`.

A process is completed by its last step, `done`. The decorators for create, modify, terminate, validate and reconcile
add it, `@workflow` does not: a process without it stays `running` for ever, in every release. orchestrator-core's own
tasks had that mistake until 4.7.

Release: <https://github.com/workfloworchestrator/orchestrator-core/releases/tag/4.7.0>

```diff
 from orchestrator.targets import Target
-from orchestrator.workflow import StepList, init, step, workflow
+from orchestrator.workflow import StepList, done, init, step, workflow


 @step("Clean")
 def clean(): ...


 @workflow("Clean up", target=Target.SYSTEM)
 def task_clean_up() -> StepList:
-    return init >> clean
+    return init >> clean >> done
```

Other decorators, lists from elsewhere, and lists that end with it, are left alone:

```python
from orchestrator.targets import Target
from orchestrator.workflow import StepList, begin, done, init, workflow
from orchestrator.workflows.utils import modify_workflow


@workflow("Clean up", target=Target.SYSTEM)
def task_clean_up() -> StepList:
    return init >> clean >> done


@workflow("Sweep", target=Target.SYSTEM)
def task_sweep() -> StepList:
    return steps_of("sweep")


@modify_workflow("Modify node")
def modify_node() -> StepList:
    return begin >> configure
```

A test may well want to see a process that is not completed:

```python tests/test_steps.py
from orchestrator.workflow import begin, step, workflow


@step("Clean")
def clean(): ...


@workflow()
def unfinished():
    return begin >> clean
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.paths import is_test
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import insert_after
from concertmaster.rewrite.moves import spelled
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Rule
from concertmaster.rules._registration import DISCOURAGED

rule = Rule(
    __name__,
    rows=("47-03",),
    change=DISCOURAGED,
    safety=Safety.SUGGESTED,
    triggers=(b"workflow",),
    context=(b"orchestrator",),
)

_WORKFLOW = "orchestrator.core.workflow"
MESSAGE = "A process whose last step is not `done` stays running for ever: end the steps with it"


@rule.on(ast.FunctionDef)
def workflow(file: PythonFile, node: ast.FunctionDef) -> Iterator[Hit]:
    if is_test(file.path) or not any(_is_plain(file, one) for one in node.decorator_list):
        return
    returns = [statement for statement in node.body if isinstance(statement, ast.Return)]
    chain = returns[0].value if len(returns) == 1 else None
    last = chain.right if isinstance(chain, ast.BinOp) and isinstance(chain.op, ast.RShift) else None
    if last is None or not _is_step(file, last):
        return
    done = needed(file, node, spelled(file, _WORKFLOW), "done", also=(_WORKFLOW, "orchestrator.core"))
    edits = (insert_after(file, last, f" >> {done.text}"),) if done else ()
    yield Hit(last, MESSAGE, edits, done.imports if done else ())


def _is_plain(file: PythonFile, decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and file.qualified(decorator.func) == f"{_WORKFLOW}.workflow"


def _is_step(file: PythonFile, node: ast.expr) -> bool:
    """Whether this surely is one step: a function of this file, or a step of the framework other than `done`."""
    name = file.qualified(node)
    if name is not None:
        return name.startswith("orchestrator.core.workflows.steps.")
    if not isinstance(node, ast.Name):
        return False
    scope = file.scope(node).find(node.id)
    bound = scope.others.get(node.id, []) if scope is not None else []
    return len(bound) == 1 and isinstance(bound[0], ast.FunctionDef)
