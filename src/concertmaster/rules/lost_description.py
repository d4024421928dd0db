"""A workflow's description in code is not the one in the database.

Since orchestrator-core 5.0 descriptions come from the database alone, and those in decorators go. Where the two differ the
text in the code, which was shown until now, would be lost: a migration can take it over.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```project reported
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

LazyWorkflowInstance("workflows.node", "modify_node")
@@ workflows/node.py @@
from orchestrator.core.workflows.utils import modify_workflow


@modify_workflow("Change a node")
def modify_node(): ...
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    op.execute("INSERT INTO workflows (name, target, description) VALUES ('modify_node', 'MODIFY', 'Modify node')")


def downgrade() -> None:
    op.execute("DELETE FROM workflows WHERE name = 'modify_node'")
```

Where they are the same nothing is lost:

```project
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

LazyWorkflowInstance("workflows.node", "modify_node")
@@ workflows/node.py @@
from orchestrator.core.workflows.utils import modify_workflow


@modify_workflow("Modify node")
def modify_node(): ...
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    op.execute("INSERT INTO workflows (name, target, description) VALUES ('modify_node', 'MODIFY', 'Modify node')")


def downgrade() -> None:
    op.execute("DELETE FROM workflows WHERE name = 'modify_node'")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.rows import WORKFLOWS
from concertmaster.rewrite.migrations import change_workflows
from concertmaster.rule import ProjectHit, Rule
from concertmaster.versions import Change, release

rule = Rule(
    __name__,
    rows=("50-06b",),
    section="5.0#6",
    change=Change(works_from="1.0.0", deprecated="5.0.0", crossing=True),
    safety=Safety.SUGGESTED,
)


@rule.project
def lost(model: ProjectModel) -> Iterator[ProjectHit]:
    if not model.knows(WORKFLOWS) or release(model.window.installed) >= release("5.0.0"):
        return
    rows = model.replay.database.workflows
    differing = [
        (function, row, old)
        for function in model.functions
        if (row := rows.get(function.name)) is not None
        and (old := row.text("description")) is not None
        and function.description is not None
        and function.description.strip() != old.strip()
    ]
    changes = {
        function.name: ({"description": function.description}, {"description": old})
        for function, _, old in differing
    }
    files = change_workflows(model, "Keep descriptions of workflows", changes) if changes else {}
    for function, _, old in differing:
        told = f"; the migration to write is `{next(iter(files))}`" if files else ""
        message = f"`{function.name}` is described as “{function.description}” in code and as “{old}” in the database{told}"
        yield ProjectHit(function.place, message, files=files)
