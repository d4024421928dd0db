"""The customer of a subscription is asked for as `organisation`.

Modify, terminate and validate workflows began with the keys `organisation` and `customer_id` in orchestrator-core
2.1; since 2.2.0 there is `customer_id` alone, and a form or step that asks for the other stops.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/workflows/workflow-steps/>

```diff
 from uuid import UUID

 from orchestrator.forms import FormPage
 from orchestrator.forms.validators import contact_person_list
 from orchestrator.workflows.utils import terminate_workflow


-def terminate_form(subscription_id: UUID, organisation: UUID):
+def terminate_form(subscription_id: UUID, customer_id: UUID):
     class TerminateForm(FormPage):
-        contact_persons: contact_person_list(UUID(organisation)) = []
+        contact_persons: contact_person_list(UUID(customer_id)) = []

     return TerminateForm


 @terminate_workflow("Terminate node", initial_input_form=terminate_form)
 def terminate_node(): ...
```

Steps are suggested, where nothing in the file puts that key into the state:

```diff
 from orchestrator.workflow import step
 from orchestrator.workflows.utils import modify_workflow


 @step("Inform")
-def inform(organisation: str, state: dict) -> dict:
-    return {"informed": [organisation, state["organisation"]]}
+def inform(customer_id: str, state: dict) -> dict:
+    return {"informed": [customer_id, state["customer_id"]]}


 @modify_workflow("Modify node")
 def modify_node(): ...
```

A workflow that asks for the organisation itself has it, and so have functions that no workflow calls:

```python
from orchestrator.forms import FormPage
from orchestrator.workflow import step
from orchestrator.workflows.utils import create_workflow, modify_workflow


def form():
    class CreateForm(FormPage):
        organisation: str

    user_input = yield CreateForm
    return user_input.model_dump()


@step("Inform")
def inform(organisation: str) -> dict: ...


@create_workflow("Create node", initial_input_form=form)
def create_node(): ...


@modify_workflow("Modify node", initial_input_form=form)
def modify_node(): ...


def lookup(organisation: str): ...
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.bindings import binding, enclosing_function
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace
from concertmaster.rewrite.parameters import Function, change_parameter, mentions, positional
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("21-03",),
    section="2.0",
    change=Change(works_from="2.1.0", deprecated="2.1.0", removed="2.2.0"),
    triggers=(b"organisation",),
)

OLD, NEW = "organisation", "customer_id"
MESSAGE = (
    "the customer of a subscription is `customer_id` in the state of a workflow, and nothing else since 2.2.0"
)
_UTILS = "orchestrator.core.workflows.utils."
WITH_SUBSCRIPTION = frozenset(f"{_UTILS}{kind}_workflow" for kind in ("modify", "terminate", "validate"))
_OTHERS = frozenset((f"{_UTILS}create_workflow", "orchestrator.core.workflow.workflow"))
_STEPS = frozenset(f"orchestrator.core.workflow.{name}" for name in ("step", "retrystep", "inputstep"))


@rule.on_imported(ast.Call)
def form(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    """The first form of a workflow gets nothing but what the workflow begins with."""
    if file.qualified(call.func) not in WITH_SUBSCRIPTION:
        return
    given = [word.value for word in call.keywords if word.arg == "initial_input_form"] or call.args[1:2]
    name = (
        given[0].args[0]
        if given and isinstance(given[0], ast.Call) and given[0].args
        else next(iter(given), None)
    )
    function = binding(file, name) if isinstance(name, ast.Name) else None
    if isinstance(function, ast.FunctionDef) and not _is_called(file, function):
        yield from _parameter(file, function)


def _is_called(file: PythonFile, function: ast.FunctionDef) -> bool:
    return any(
        isinstance(call.func, ast.Name) and call.func.id == function.name for call in file.nodes(ast.Call)
    )


def _parameter(file: PythonFile, function: Function, safety: Safety | None = None) -> Iterator[Hit]:
    for one in positional(function):
        if one.arg == OLD:
            declared = file.text(one).replace(OLD, NEW, 1)
            edits = (
                None
                if mentions(function, NEW)
                else change_parameter(file, function, one, declared=declared, used=NEW)
            )
            yield Hit(one, MESSAGE, edits or (), safety=safety)


@rule.on(ast.FunctionDef)
def step(file: PythonFile, function: ast.FunctionDef) -> Iterator[Hit]:
    decorators = (one.func if isinstance(one, ast.Call) else one for one in function.decorator_list)
    if any(file.qualified(one) in _STEPS for one in decorators) and _begins_with_subscription(file):
        yield from _parameter(file, function, Safety.SUGGESTED)


@rule.on(ast.Subscript)
def key(file: PythonFile, node: ast.Subscript) -> Iterator[Hit]:
    """`state["organisation"]`, where `state` is a parameter."""
    state, index = node.value, node.slice
    if not isinstance(state, ast.Name) or not isinstance(index, ast.Constant) or index.value != OLD:
        return
    is_state = (
        state.id == "state" and isinstance(binding(file, state), ast.arg) and enclosing_function(file, node)
    )
    if is_state and isinstance(node.ctx, ast.Load) and _begins_with_subscription(file):
        edit: Edit = replace(file, index, file.text(index).replace(OLD, NEW))
        yield Hit(node, MESSAGE, (edit,), safety=Safety.SUGGESTED)


def _begins_with_subscription(file: PythonFile) -> bool:
    """Whether the workflows of a file all begin with a subscription, and nothing in it writes the old key."""
    names = {file.qualified(call.func) for call in file.nodes(ast.Call)}
    fields = (node.target for node in file.nodes(ast.AnnAssign))
    keys = (one for node in file.nodes(ast.Dict) for one in node.keys)
    written = any(isinstance(one, ast.Name) and one.id == OLD for one in fields) or any(
        isinstance(one, ast.Constant) and one.value == OLD for one in keys
    )
    given = any(word.arg == OLD for word in file.nodes(ast.keyword))
    return bool(names & WITH_SUBSCRIPTION) and not names & _OTHERS and not written and not given
