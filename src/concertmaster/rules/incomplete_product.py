"""A product lacks one of its workflows.

`task_validate_products` expects workflows to create, modify, terminate and validate every active product, and lists the
products that have not all of them.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/domain_models/product_types/>

```project reported
@@ products/__init__.py @@
from orchestrator.core.domain import SUBSCRIPTION_MODEL_REGISTRY

SUBSCRIPTION_MODEL_REGISTRY.update({"Node": object})
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create, create_workflow, delete, delete_workflow

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None
new = {"products": {"Node": {"product_type": "Node", "tag": "NODE", "status": "active"}}}


def upgrade() -> None:
    conn = op.get_bind()
    create(conn, new)
    for target in ("CREATE", "MODIFY", "TERMINATE"):
        name = f"{target.lower()}_node"
        create_workflow(conn, {"name": name, "target": target, "description": name, "product_type": "Node"})


def downgrade() -> None:
    conn = op.get_bind()
    for target in ("CREATE", "MODIFY", "TERMINATE"):
        delete_workflow(conn, f"{target.lower()}_node")
    delete(conn, new)
```

Products that are no longer active are left alone:

```project
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create, delete

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None
new = {"products": {"Node": {"product_type": "Node", "tag": "NODE", "status": "end of life"}}}


def upgrade() -> None:
    create(op.get_bind(), new)


def downgrade() -> None:
    delete(op.get_bind(), new)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import Place, ProjectModel
from concertmaster.project.model.resolution import without_row
from concertmaster.project.model.rows import LINKS, PRODUCTS, WORKFLOWS, Row
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ADVICE, is_active

rule = Rule(__name__, rows=("R-04",), change=ADVICE, safety=Safety.MANUAL)


@rule.project
def incomplete(model: ProjectModel) -> Iterator[ProjectHit]:
    if not model.knows(WORKFLOWS, PRODUCTS, LINKS):
        return
    told_elsewhere = _told_elsewhere(model)
    for kind, rows in model.product_types.items():
        products = [row for row in rows if is_active(row)]
        missing = [_missing(model, row) - told_elsewhere for row in products]
        lacking = set.intersection(*missing) if missing else set()
        if lacking:
            words = " and ".join(
                sorted({"SYSTEM": "validate"}.get(target, target.lower()) for target in lacking)
            )
            message = (
                f"Products of type `{kind}` have no workflow to {words}, which `task_validate_products` lists"
            )
            yield ProjectHit(_place(model, products[0]), message)


def _missing(model: ProjectModel, product: Row) -> set[str]:
    wanted = {"CREATE", "MODIFY", "TERMINATE", "VALIDATE" if model.judges("4.0.0") else "SYSTEM"}
    database = model.replay.database
    linked = [
        database.workflows[name]
        for owner, name in database.links
        if owner == product.name and name in database.workflows
    ]
    return wanted - {model.target_of(row) for row in linked} - {row.text("target") for row in linked}


def _told_elsewhere(model: ProjectModel) -> set[str | None]:
    """The targets of workflows that other rules tell: without row, or with a product type that no product has."""
    missing = {one.function.target for one in without_row(model) if one.function is not None}
    unlinked = {model.target_of(row) for row in model.replay.database.workflows.values() if not row.matched}
    unregistered = {one.target for one in model.functions if one.name not in model.replay.database.workflows}
    return missing | unlinked | unregistered


def _place(model: ProjectModel, product: Row) -> Place:
    registered = model.products.names.get(product.name)
    return registered.place if registered is not None else product.place
