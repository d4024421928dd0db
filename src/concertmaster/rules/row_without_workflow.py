"""A workflow's row names no workflow.

A row in the table `workflows` that no registration stands for offers a workflow that cannot be started, and makes
`task_validate_products` fail. A migration should delete it once no process needs it.

Guide: <https://workfloworchestrator.org/orchestrator-core/workshops/beginner/register-workflows/>

```project reported
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

LazyWorkflowInstance("workflows.node", "task_count")
@@ workflows/node.py @@
from orchestrator.core.workflows.utils import task


@task()
def task_count(): ...
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_tasks.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create_task, delete_workflow

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    for name in ("task_count", "task_forget"):
        create_task(op.get_bind(), {"name": name, "description": name})


def downgrade() -> None:
    for name in ("task_count", "task_forget"):
        delete_workflow(op.get_bind(), name)
```

Rows that are deleted again are left alone:

```project
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

LazyWorkflowInstance("workflows.node", "task_count")
@@ workflows/node.py @@
from orchestrator.core.workflows.utils import task


@task()
def task_count(): ...
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_tasks.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create_task, delete_workflow

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    for name in ("task_count", "task_forget"):
        create_task(op.get_bind(), {"name": name, "description": name})
    op.execute("DELETE FROM workflows WHERE name IN ('task_forget')")


def downgrade() -> None:
    delete_workflow(op.get_bind(), "task_count")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.resolution import unclaimed, without_row
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS

rule = Rule(__name__, rows=("R-02",), change=ALWAYS, safety=Safety.MANUAL)


@rule.project
def unused(model: ProjectModel) -> Iterator[ProjectHit]:
    renamed = {one.renamed.name for one in without_row(model) if one.renamed is not None}
    for row in unclaimed(model):
        if row.name not in renamed:
            message = (
                f"The database has a workflow `{row.name}` that nothing registers: register it, or delete its row in a "
                "new migration"
            )
            yield ProjectHit(row.place, message)
