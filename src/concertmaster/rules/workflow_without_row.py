"""A registered workflow has no row in the database.

A workflow is started through its row in the table `workflows`, which a migration of the project adds. Without it, or
after a migration that deleted or renamed it, the workflow cannot be started, and `task_validate_products` fails.

Guide: <https://workfloworchestrator.org/orchestrator-core/workshops/beginner/register-workflows/>

```project reported
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

LazyWorkflowInstance("workflows.node", "create_node")
@@ workflows/node.py @@
from orchestrator.core.workflows.utils import create_workflow


@create_workflow()
def create_node(): ...
@@ migrations/versions/schema/2024-03-01_93ac3e3b65f5_create_data_head.py @@
revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
```

Rows are found however a migration writes them:

```project
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

LazyWorkflowInstance("workflows.node", "task_count")
@@ workflows/node.py @@
from orchestrator.core.workflows.utils import task


@task()
def task_count(): ...
@@ migrations/versions/schema/2024-03-01_93ac3e3b65f5_create_data_head.py @@
import sqlalchemy as sa
from alembic import op

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None
NAME = "task_count"


def upgrade() -> None:
    op.get_bind().execute(
        sa.text("INSERT INTO workflows (name, target, is_task, description) VALUES (:name, 'SYSTEM', TRUE, 'Count')"),
        {"name": NAME},
    )


def downgrade() -> None:
    op.execute(f"DELETE FROM workflows WHERE name = '{NAME}'")
```
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.resolution import Missing, product_type_of, without_row
from concertmaster.rewrite.migrations import NewWorkflow, add_workflows, rename_workflow
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS, label_of

rule = Rule(__name__, rows=("R-02",), change=ALWAYS, safety=Safety.SUGGESTED)


@rule.project
def missing(model: ProjectModel) -> Iterator[ProjectHit]:
    found = without_row(model)
    if not found:
        return
    gone = model.replay.database.gone
    added = [one for one in found if one.renamed is None and str(one.registration.name) not in gone]
    new = [row for one in added if (row := _row(model, one)) is not None]
    files = add_workflows(model, new) if new else {}
    for one in found:
        name = str(one.registration.name)
        if one.renamed is not None:
            cure = rename_workflow(model, one.renamed.name, name)
            why = f"the row that seems to be its own is called `{one.renamed.name}`"
        elif name in gone:
            cure, why = {}, f"`{gone[name].path}` deletes or renames it"
        else:
            cure = files if any(row.name == name for row in new) else {}
            why = "no migration adds it"
        yield _hit(
            one, f"The workflow `{name}` has no row in the database, so it cannot be started: {why}", cure
        )


def _hit(one: Missing, message: str, files: Mapping[str, bytes]) -> ProjectHit:
    told = f"; the migration to write is `{next(iter(files))}`" if files else ""
    return ProjectHit(one.registration.place, f"{message}{told}", files=files)


def _row(model: ProjectModel, one: Missing) -> NewWorkflow | None:
    """The row to add; None where the code does not tell enough of it."""
    function = one.function
    if function is None or function.target is None:
        return None
    is_task = function.target == "SYSTEM" and function.decorator in ("task", "workflow")
    product_type = None if is_task else product_type_of(model, function)
    if product_type is None and not (is_task and model.judges("2.3.0")):
        return None
    return NewWorkflow(function.name, function.target, label_of(model, function.name, function), product_type)
