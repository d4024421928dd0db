"""A product has more than one workflow to reconcile.

Since orchestrator-core 4.4 a product has one workflow that brings other systems in line with it. With a second one it is
not clear which of them runs.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/domain_models/product_types/>

```project reported
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create, create_workflow, delete, delete_workflow
from orchestrator.core.targets import Target

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None
new = {"products": {"Node": {"product_type": "Node", "tag": "NODE", "status": "active"}}}
workflows = ["reconcile_node", "reconcile_node_again"]


def upgrade() -> None:
    conn = op.get_bind()
    create(conn, new)
    for name in workflows:
        create_workflow(conn, {"name": name, "target": Target.RECONCILE, "description": name, "product_type": "Node"})


def downgrade() -> None:
    conn = op.get_bind()
    for name in workflows:
        delete_workflow(conn, name)
    delete(conn, new)
```

One for each product type is as it should be:

```project
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create, create_workflow, delete, delete_workflow
from orchestrator.core.targets import Target

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None
kinds = ("Node", "Port")
new = {"products": {kind: {"product_type": kind, "tag": kind.upper(), "status": "active"} for kind in kinds}}


def upgrade() -> None:
    conn = op.get_bind()
    create(conn, new)
    for kind in kinds:
        workflow = {"name": f"reconcile_{kind.lower()}", "target": Target.RECONCILE, "description": "", "product_type": kind}
        create_workflow(conn, workflow)


def downgrade() -> None:
    conn = op.get_bind()
    for kind in kinds:
        delete_workflow(conn, f"reconcile_{kind.lower()}")
    delete(conn, new)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.rows import LINKS, PRODUCTS, WORKFLOWS
from concertmaster.rule import ProjectHit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("R-04",),
    change=Change(works_from="4.4.0", deprecated="4.4.0"),
    safety=Safety.MANUAL,
)


@rule.project
def several(model: ProjectModel) -> Iterator[ProjectHit]:
    if not model.knows(WORKFLOWS, PRODUCTS, LINKS):
        return
    database = model.replay.database
    told: set[str] = set()
    for product in database.products:
        linked = [row for name, row in database.workflows.items() if (product, name) in database.links]
        found = [row for row in linked if row["target"] == "RECONCILE"]
        if len(found) > 1 and found[-1].name not in told:
            told |= {row.name for row in found}
            first, last = found[0], found[-1]
            message = (
                f"The product `{product}` is reconciled by `{first.name}` already: keep one of the two for it"
            )
            yield ProjectHit(last.place, message)
