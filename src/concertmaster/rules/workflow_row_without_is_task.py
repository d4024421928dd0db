"""A workflow's row is made without telling whether it is a task.

Since orchestrator-core 4.0 a workflow is a task by its column `is_task`, no longer by its target, and a row without
it is none. Test helpers that store workflows of the targets SYSTEM and VALIDATE have to set it.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.0/>

```diff
 from orchestrator.core.db import WorkflowTable, db
 from orchestrator.core.targets import Target


 def store_workflow(wf, name):
-    row = WorkflowTable(name=name, target=wf.target, description=wf.description)
+    row = WorkflowTable(name=name, target=wf.target, description=wf.description, is_task=wf.target in (Target.SYSTEM, Target.VALIDATE))
-    db.session.add_all([row, WorkflowTable(name="clean", target=Target.SYSTEM, description="")])
+    db.session.add_all([row, WorkflowTable(name="clean", target=Target.SYSTEM, description="", is_task=True)])
```

Rows that tell it, and those that are surely no tasks, are left alone:

```python row=40-09
from orchestrator.core.db import WorkflowTable
from orchestrator.core.targets import Target

from network.models import WorkflowTable as Own

create = WorkflowTable(name="create_node", target=Target.CREATE, description="")
clean = WorkflowTable(name="clean", target="SYSTEM", description="", is_task=True)
copy = WorkflowTable(**values)
own = Own(name="clean", target=Target.SYSTEM)
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
from concertmaster.rule import Hit, Import, Rule
from concertmaster.rules._registration import WORKFLOW_TABLES
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("40-09", "T-04"),
    section="4.0#2",
    change=Change(works_from="4.0.0", deprecated="4.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"WorkflowTable",),
)

_TARGETS = "orchestrator.core.targets"
_TASKS = ("SYSTEM", "VALIDATE")
MESSAGE = "A workflow is a task by `is_task` since 4.0, not by its target: set it"


@rule.on_imported(ast.Call)
def row(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    given = {word.arg: word.value for word in call.keywords}
    if file.qualified(call.func) not in WORKFLOW_TABLES or call.args or None in given or "is_task" in given:
        return
    target = given.get("target")
    written = None if target is None else _is_task(file, target)
    if written is None:
        return
    text, imports = written
    edits = (insert_after(file, call.keywords[-1].value, f", is_task={text}"),) if text else ()
    yield Hit(call, MESSAGE, edits, imports, rows=("40-09", "T-04") if is_test(file.path) else ("40-09",))


def _is_task(file: PythonFile, target: ast.expr) -> tuple[str, tuple[Import, ...]] | None:
    """What `is_task` is for a target; None for one that is no task, an empty text where it cannot be told."""
    name = file.qualified(target) or ""
    if name.startswith(f"{_TARGETS}.Target."):
        return ("True", ()) if name.rpartition(".")[2] in _TASKS else None
    if isinstance(target, ast.Constant):
        return ("True", ()) if target.value in _TASKS else None
    word = needed(file, target, spelled(file, _TARGETS), "Target", also=(_TARGETS,))
    if word is None or not isinstance(target, (ast.Name, ast.Attribute)):
        return "", ()
    return f"{file.text(target)} in ({word.text}.SYSTEM, {word.text}.VALIDATE)", word.imports
