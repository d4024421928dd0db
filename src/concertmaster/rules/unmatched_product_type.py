"""A workflow's row names a product type that no product has.

The helpers of migrations link a new workflow to the products of its type that are there at that moment. Where there is
none the workflow is offered for no product at all, and nothing says so.

Guide: <https://workfloworchestrator.org/orchestrator-core/workshops/beginner/register-workflows/>

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


def upgrade() -> None:
    conn = op.get_bind()
    create(conn, new)
    create_workflow(conn, {"name": "create_node", "target": Target.CREATE, "description": "", "product_type": "node"})


def downgrade() -> None:
    conn = op.get_bind()
    delete_workflow(conn, "create_node")
    delete(conn, new)
```

Products whose type is not known may be the ones that are meant:

```project row=R-02,R-04
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create_products, create_workflow
from orchestrator.core.targets import Target

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    conn = op.get_bind()
    create_products(conn, load())
    create_workflow(conn, {"name": "create_node", "target": Target.CREATE, "description": "", "product_type": "node"})


def downgrade() -> None:
    raise NotImplementedError
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.rows import LINKS, PRODUCTS, WORKFLOWS
from concertmaster.project.model.values import place_of
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS

rule = Rule(__name__, rows=("R-02", "R-04"), change=ALWAYS, safety=Safety.MANUAL)


@rule.project
def unmatched(model: ProjectModel) -> Iterator[ProjectHit]:
    if not model.knows(WORKFLOWS, PRODUCTS, LINKS):
        return
    database = model.replay.database
    for row in database.workflows.values():
        linked = any(name == row.name for _, name in database.links)
        if row.matched or linked or row["target"] == "SYSTEM":
            continue
        later = row.product_type in model.product_types
        why = "has no product yet when the workflow is added" if later else "is that of no product"
        message = f"The product type `{row.product_type}` of the workflow `{row.name}` {why}, so it is linked to none"
        yield ProjectHit(place_of(row.product_type) or row.place, message)
