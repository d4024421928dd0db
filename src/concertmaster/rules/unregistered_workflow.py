"""A workflow is not registered.

The framework finds workflows by their `LazyWorkflowInstance` alone. A decorated function without one cannot be started,
and processes of it end as removed.

Guide: <https://workfloworchestrator.org/orchestrator-core/workshops/beginner/register-workflows/>

```project diff
@@ workflows/__init__.py @@
 from orchestrator.core.workflows import LazyWorkflowInstance

 LazyWorkflowInstance("workflows.node.create_node", "create_node")
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

Registrations in a loop are followed; where one cannot be, nothing is told:

```project
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

for kind in ("create", "modify"):
    LazyWorkflowInstance(f"workflows.node.{kind}", f"{kind}_node")
@@ workflows/node/create.py @@
from orchestrator.core.workflows.utils import create_workflow


@create_workflow()
def create_node(): ...
@@ workflows/node/modify.py @@
from orchestrator.core.workflows.utils import modify_workflow


@modify_workflow()
def modify_node(): ...
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.resolution import fault_of
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS, registering

rule = Rule(__name__, rows=("R-01",), change=ALWAYS, safety=Safety.SUGGESTED)


@rule.project
def unregistered(model: ProjectModel) -> Iterator[ProjectHit]:
    registry = model.registry
    if not registry.is_certain or not registry.paths:
        return
    broken = [model.module_of(one) for one in registry.registrations if fault_of(model, one)]
    for function in model.functions:
        if function.name.startswith("_") or model.is_registered(function) or function.path in broken:
            continue
        message = (
            f"The workflow `{function.name}` is not registered, so it can neither be started nor resumed: "
            f"add its `LazyWorkflowInstance` to `{registry.paths[0]}`"
        )
        yield ProjectHit(function.place, message, registering(model, function))
