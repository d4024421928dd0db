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
from functools import lru_cache

from concertmaster.findings import Edit, Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.reexports import origin
from concertmaster.project.shims import supports_both
from concertmaster.project.values import has_no_effect
from concertmaster.rewrite import change_arguments
from concertmaster.rewrite.plain_arguments import in_source_order
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-06a",),
    section="5.0#6",
    change=Change(works_from="5.0.0", deprecated="5.0.0"),
    follows=True,
)

_FORM, _MORE = ("initial_input_form",), ("additional_steps",)
_CALLBACKS = ("authorize_callback", "retry_auth_callback", "run_predicate")
_UTILS = "orchestrator.core.workflows.utils"
#: Decorators and the names of their parameters behind the description, as of 5.0; earlier ones had the same order.
DECORATORS = {
    "orchestrator.core.workflow.workflow": (*_FORM, "target", *_CALLBACKS),
    f"{_UTILS}.create_workflow": (*_FORM, "status", *_MORE, *_CALLBACKS),
    f"{_UTILS}.modify_workflow": (*_FORM, *_MORE, *_CALLBACKS),
    f"{_UTILS}.terminate_workflow": (*_FORM, *_MORE, *_CALLBACKS),
    f"{_UTILS}.validate_workflow": ("run_predicate",),
    f"{_UTILS}.reconcile_workflow": (*_MORE, *_CALLBACKS),
    f"{_UTILS}.task": (*_FORM, *_MORE, *_CALLBACKS),
}
MESSAGE = "The description is ignored since 5.0: it lives in the database and is edited there"


@rule.on_imported(ast.Call)
def description(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    parameters = DECORATORS.get(origin(file, call.func) or "")
    if parameters is None or any(isinstance(argument, ast.Starred) for argument in call.args):
        return
    keyword = next((word for word in call.keywords if word.arg == "description"), None)
    value = keyword.value if keyword else call.args[0] if call.args else None
    if value is None or _is_empty(value) or (keyword and call.args) or len(call.args) > len(parameters) + 1:
        return
    if supports_both(file):
        return
    edit = _without(file, call, keyword or value, parameters)
    certain = has_no_effect(value) and _is_decorator(file, call) and not _is_read(file, call)
    yield Hit(call, MESSAGE, (edit,) if edit else (), safety=Safety.SAFE if certain else Safety.SUGGESTED)


def _without(
    file: PythonFile, call: ast.Call, given: ast.expr | ast.keyword, parameters: tuple[str, ...]
) -> Edit | None:
    """Drop the description and name what followed it by position."""
    gone = {at for at, one in enumerate(in_source_order(call)) if one is given}
    return change_arguments(file, call, gone, {at: parameters[at - 1] for at in range(1, len(call.args))})


def _is_empty(value: ast.expr) -> bool:
    """An empty description is none: it does not warn."""
    return isinstance(value, ast.Constant) and not value.value


def _is_decorator(file: PythonFile, call: ast.Call) -> bool:
    up = file.parent(call)
    return isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef)) and call in up.decorator_list


def _is_read(file: PythonFile, call: ast.Call) -> bool:
    """Whether this file asks the workflow for its description, which is empty without the argument."""
    return getattr(file.parent(call), "name", "") in _asked(file)


@lru_cache(maxsize=4)
def _asked(file: PythonFile) -> frozenset[str]:
    """The names whose `description` is read."""
    asked = (node.value for node in file.nodes(ast.Attribute) if node.attr == "description")
    return frozenset(name.id for name in asked if isinstance(name, ast.Name))
