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

Where most workflows have labels in another language too, those that have none are noted:

```project reported
@@ translations/en-GB.json @@
{"workflow": {"create_node": "Create node", "modify_node": "Modify node", "terminate_node": "Terminate node"}}
@@ translations/nl-NL.json @@
{"workflow": {"create_node": "Maak node", "modify_node": "Wijzig node"}}
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
from concertmaster.rules._registration import ADVICE, DISCOURAGED, label_of

rule = Rule(
    __name__,
    rows=("R-05",),
    change=DISCOURAGED,
    safety=Safety.SUGGESTED,
)


@rule.project
def untranslated(model: ProjectModel) -> Iterator[ProjectHit]:
    """Labels that are there, but not in a language that most workflows have labels in."""
    main = model.translations
    if main is None:
        return
    names = {str(one.name) for one in model.own} & main.labels.keys()
    kept = [one for one in model.languages if len(names & one.labels.keys()) * 2 > len(names)]
    for registration in model.own:
        name = str(registration.name)
        missing = [f"`{one.language}`" for one in kept if name in names and name not in one.labels]
        if missing:
            message = f"The workflow `{name}` has no label in {' and '.join(missing)}, as most others have"
            yield ProjectHit(registration.place, message, change=ADVICE)


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
