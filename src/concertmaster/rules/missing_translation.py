"""A workflow has no label.

The user interface shows a workflow by its label in `translations/en-GB.json`, and `task_validate_products` fails for a
registered workflow without one.

Guide: <https://workfloworchestrator.org/orchestrator-core/workshops/beginner/register-workflows/>

```project diff
@@ translations/en-GB.json @@
 {
   "workflow": {
     "create_node": "Create node",
+    "modify_node": "Modify node",
     "terminate_node": "Terminate node"
   }
 }
@@ workflows/__init__.py @@
 from orchestrator.core.workflows import LazyWorkflowInstance

 LazyWorkflowInstance("workflows.node", "create_node")
 LazyWorkflowInstance("workflows.node", "modify_node")
 LazyWorkflowInstance("workflows.node", "terminate_node")
@@ workflows/node.py @@
 from creating import create_node, modify_node, terminate_node
```

Workflows of the framework come with their labels, and a project without such a file has them elsewhere:

```project
@@ translations/en-GB.json @@
{"workflow": {"create_node": "Create node"}}
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

LazyWorkflowInstance("workflows.node", "create_node")
LazyWorkflowInstance("orchestrator.core.workflows.modify_note", "modify_note")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.resolution import fault_of
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import label_of
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("R-05",),
    change=Change(works_from="1.0.0", deprecated="1.0.0"),
    safety=Safety.SUGGESTED,
)


@rule.project
def unlabelled(model: ProjectModel) -> Iterator[ProjectHit]:
    translations = model.translations
    if translations is None:
        return
    for registration in model.own:
        name = str(registration.name)
        if name not in translations.labels and fault_of(model, registration) is None:
            edit = translations.adding(name, label_of(model, name, model.function_of(registration)))
            edits = {translations.path: (edit,)} if edit is not None else {}
            yield ProjectHit(
                registration.place,
                f"The workflow `{name}` has no label in `{translations.path}`: add one",
                edits,
            )
