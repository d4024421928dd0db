"""A registration of a workflow leads nowhere.

A `LazyWorkflowInstance` is resolved when the workflow is first asked for: a module or function that is not there, a
function that is no workflow, or a module that is relative to the framework's own package fails only then.

Guide: <https://workfloworchestrator.org/orchestrator-core/workshops/beginner/register-workflows/>

```project diff
@@ workflows/__init__.py @@
 from orchestrator.core.workflows import LazyWorkflowInstance

-LazyWorkflowInstance(".node.create_node", "create_node")
-LazyWorkflowInstance("workflows.nodes.modify_node", "modify_node")
+LazyWorkflowInstance("workflows.node.create_node", "create_node")
+LazyWorkflowInstance("workflows.node.modify_node", "modify_node")
 LazyWorkflowInstance("workflows.node.terminate_node", "terminate_node")
@@ workflows/node/create_node.py @@
 from orchestrator.core.workflows.utils import create_workflow


 @create_workflow()
 def create_node(): ...
@@ workflows/node/modify_node.py @@
 from orchestrator.core.workflows.utils import modify_workflow


 @modify_workflow()
 def modify_node(): ...
@@ workflows/node/terminate_node.py @@
 from orchestrator.core.workflows.utils import terminate_workflow


 @terminate_workflow()
 def terminate_node(): ...
```

```project reported
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

LazyWorkflowInstance("workflows.node", "create_node")
@@ workflows/node.py @@
def create_node(): ...
```

Modules of other packages, and functions that a module passes on, are left alone:

```project
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

LazyWorkflowInstance("orchestrator.core.workflows.modify_note", "modify_note")
LazyWorkflowInstance("shared_workflows.sync", "task_sync")
LazyWorkflowInstance("workflows.node", "create_node")
@@ workflows/node/__init__.py @@
from workflows.node.creating import create_node
@@ workflows/node/creating.py @@
from orchestrator.core.workflows.utils import create_workflow


@create_workflow()
def create_node(): ...
```
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from concertmaster.findings import Edit, Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.registrations import Registration
from concertmaster.project.model.resolution import Fault, fault_of
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS, dotted, replaced

rule = Rule(__name__, rows=("R-01",), change=ALWAYS, safety=Safety.SUGGESTED)

_MESSAGES = {
    Fault.RELATIVE: (
        "`{module}` is relative to the framework's own package `orchestrator.core.workflows`, so `{name}` is not found: "
        "write the whole module"
    ),
    Fault.NO_MODULE: "There is no module `{module}`, so the workflow `{name}` fails when it is asked for",
    Fault.NO_FUNCTION: "`{module}` has no `{name}`, so the workflow fails when it is asked for",
    Fault.NO_WORKFLOW: "`{name}` in `{module}` is a function without a workflow decorator, so it is no workflow",
}


@rule.project
def broken(model: ProjectModel) -> Iterator[ProjectHit]:
    for registration in model.registry.registrations:
        fault = fault_of(model, registration)
        if fault is not None:
            message = _MESSAGES[fault].format(module=registration.module, name=registration.name)
            yield ProjectHit(registration.place, message, _cure(model, registration, fault))


def _cure(model: ProjectModel, registration: Registration, fault: Fault) -> Mapping[str, tuple[Edit, ...]]:
    """The module of the one function of that name."""
    place = registration.module.place
    found = [one for one in model.functions if one.name == registration.name]
    if fault is Fault.NO_WORKFLOW or len(found) != 1 or place is None:
        return {}
    for other in model.own:
        path = model.module_of(other)
        module = dotted(found[0].path, other, path) if path and fault_of(model, other) is None else None
        if module:
            return replaced(place, model.sources.source(place.path) or b"", module)
    stem = found[0].path.removesuffix(".py")
    home = place.path.rpartition("/")[0].rpartition("/")[0]
    inner = stem.removeprefix(f"{home}/") if home else stem
    return replaced(place, model.sources.source(place.path) or b"", inner.replace("/", "."))
