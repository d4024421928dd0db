"""Workflow decorators no longer take a description.

Descriptions live in the database since 5.0 and are edited through the user interface or the API. One in
the decorator is ignored there and warns.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
 from orchestrator.core.workflows.utils import create_workflow

-@create_workflow("Create node", initial_input_form=form)
+@create_workflow(initial_input_form=form)
 def create_node(): ...
```

The description may be a keyword, and what stood behind it by position becomes one:

```diff
 from orchestrator.core.targets import Target
 from orchestrator.core.workflow import workflow
 from orchestrator.core.workflows.utils import modify_workflow, validate_workflow


 @workflow(
-    description="Sync",  # shown in the user interface
     target=Target.SYSTEM,
 )
 def sync(): ...


-@modify_workflow("Modify node", form)
+@modify_workflow(initial_input_form=form)
 def modify_node(): ...


-@validate_workflow("Validate node")
+@validate_workflow()
 def validate_node(): ...
```

Decorators of the same name from elsewhere, and the migration helper of that name, are left alone:

```python
from airflow.decorators import workflow
from orchestrator.core.migrations.helpers import create_workflow

@workflow("Sync")
def sync(): ...

create_workflow(conn, {"name": "create_node", "description": "Create node"})
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import edit_arguments
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

if TYPE_CHECKING:
    import libcst

rule = Rule(
    __name__,
    rows=("50-06a",),
    section="5.0#6",
    change=Change(works_from="5.0.0", deprecated="5.0.0"),
)

#: Decorators and the names of their parameters behind the description, as of 5.0.
DECORATORS = {
    "orchestrator.core.workflow.workflow": ("initial_input_form", "target"),
    "orchestrator.core.workflows.utils.create_workflow": ("initial_input_form", "status", "additional_steps"),
    "orchestrator.core.workflows.utils.modify_workflow": ("initial_input_form", "additional_steps"),
    "orchestrator.core.workflows.utils.terminate_workflow": ("initial_input_form", "additional_steps"),
    "orchestrator.core.workflows.utils.validate_workflow": (),
    "orchestrator.core.workflows.utils.reconcile_workflow": ("additional_steps",),
    "orchestrator.core.workflows.utils.task": (),
}
MESSAGE = "The description is ignored since 5.0: it lives in the database and is edited there"


@rule.on(ast.Call)
def description(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    parameters = DECORATORS.get(file.qualified(call.func) or "")
    if parameters is None or any(isinstance(argument, ast.Starred) for argument in call.args):
        return
    keyword = next((word for word in call.keywords if word.arg == "description"), None)
    value = keyword.value if keyword else call.args[0] if call.args else None
    if value is None or (keyword and call.args) or len(call.args) > len(parameters) + 1:
        return
    edit = edit_arguments(file, call, lambda index, arg: _without(index, arg, parameters))
    safety = Safety.SAFE if _is_plain(value) and _is_decorator(file, call) else Safety.SUGGESTED
    yield Hit(call, MESSAGE, (edit,) if edit else (), safety=safety)


def _without(index: int, arg: libcst.Arg, parameters: tuple[str, ...]) -> libcst.Arg | None:
    """Drop the description and name what followed it by position."""
    if arg.keyword is not None:
        return None if arg.keyword.value == "description" else arg
    if index == 0:
        return None
    import libcst

    bare = libcst.AssignEqual(libcst.SimpleWhitespace(""), libcst.SimpleWhitespace(""))
    return arg.with_changes(keyword=libcst.Name(parameters[index - 1]), equal=bare)


def _is_plain(value: ast.expr) -> bool:
    """Text without side effects: dropping it changes nothing else."""
    parts = ast.walk(value)
    return not any(isinstance(part, (ast.Call, ast.Await, ast.NamedExpr, ast.Yield)) for part in parts)


def _is_decorator(file: PythonFile, call: ast.Call) -> bool:
    up = file.parent(call)
    return isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef)) and call in up.decorator_list
