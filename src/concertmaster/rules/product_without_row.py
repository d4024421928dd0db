"""A registered product has no row in the database.

The keys of `SUBSCRIPTION_MODEL_REGISTRY` are the names of products, not their tags or types. A key that no row has is of
no use, and the product that was meant cannot be loaded. Where nothing is left to choose, a migration can add the row: its
description and tag ask to be checked.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/domain_models/product_types/>

```project diff
@@ products/__init__.py @@
 from orchestrator.core.domain import SUBSCRIPTION_MODEL_REGISTRY

 from products.node import Node

-SUBSCRIPTION_MODEL_REGISTRY.update({"NODE": Node})
+SUBSCRIPTION_MODEL_REGISTRY.update({"Node Cisco": Node})
@@ products/node.py @@
 class Node: ...
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
 from alembic import op
 from orchestrator.core.migrations.helpers import create, delete

 revision = "93ac3e3b65f5"
 down_revision = None
 branch_labels = ("data",)
 depends_on = None
 new = {"products": {"Node Cisco": {"product_type": "Node", "tag": "NODE", "status": "active"}}}


 def upgrade() -> None:
     create(op.get_bind(), new)


 def downgrade() -> None:
     delete(op.get_bind(), new)
```

```project reported
@@ products/__init__.py @@
from orchestrator.core.domain import SUBSCRIPTION_MODEL_REGISTRY

SUBSCRIPTION_MODEL_REGISTRY["Port"] = object
SUBSCRIPTION_MODEL_REGISTRY["Node"] = object
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    op.execute("INSERT INTO products (name, product_type, tag, status) VALUES ('Port', 'Port', 'PORT', 'active')")


def downgrade() -> None:
    op.execute("DELETE FROM products WHERE name = 'Port'")
```

Where a migration cannot be followed, nothing is told:

```project
@@ products/__init__.py @@
from orchestrator.core.domain import SUBSCRIPTION_MODEL_REGISTRY

SUBSCRIPTION_MODEL_REGISTRY["Node"] = object
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    create(op.get_bind(), load("products.json"))


def downgrade() -> None: ...
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.blocks import Blocks
from concertmaster.project.model.fixed_inputs import fixed_inputs_of
from concertmaster.project.model.pairing import pair_products
from concertmaster.project.model.products import RegisteredProduct
from concertmaster.project.model.rows import BLOCKS, LINKS, PRODUCTS, WORKFLOWS, Row
from concertmaster.project.model.values import ClassName
from concertmaster.rewrite.product_migrations import Additions, NewProduct, add, is_unheard_of, tag_of
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS, replaced

rule = Rule(__name__, rows=("R-06",), change=ALWAYS, safety=Safety.SUGGESTED)


@rule.project
def rowless(model: ProjectModel) -> Iterator[ProjectHit]:
    pairs = pair_products(model).keys
    new = [row for product, meant in pairs if meant is None and (row := _row(model, product))]
    files = add(model, Additions(products=new)) if new else {}
    for product, meant in pairs:
        if meant is not None:
            yield _misnamed(model, product, meant)
        elif files and any(row.name == product.name for row in new):
            told = f"No migration adds a product called `{product.name}`; the one to write is `{next(iter(files))}`"
            yield ProjectHit(product.place, told, files=files)
        else:
            yield ProjectHit(product.place, f"No migration adds a product called `{product.name}`")


def _misnamed(model: ProjectModel, product: RegisteredProduct, meant: Row) -> ProjectHit:
    tagged = product.name == meant.text("tag")
    why = (
        f"is the tag of the product `{meant.name}`"
        if tagged
        else f"has no row, but `{meant.name}` has, and is not registered"
    )
    message = f"`{product.name}` {why}: the keys of `SUBSCRIPTION_MODEL_REGISTRY` are names of products"
    edits = replaced(product.place, model.sources.source(product.place.path) or b"", meant.name)
    return ProjectHit(product.place, message, edits)


def _row(model: ProjectModel, product: RegisteredProduct) -> NewProduct | None:
    """The row to add; None where its fixed inputs are a matter of choice, or a migration speaks of it already."""
    if product.model is None or not is_unheard_of(model, product.name):
        return None
    if not model.knows(PRODUCTS, WORKFLOWS, BLOCKS, LINKS):
        return None
    reader = Blocks(model.sources, model.interpreter)
    inner = tuple(dict.fromkeys(reader.inside(product.model).values()))
    fields = fixed_inputs_of(reader, product.model)
    if fields is None or fields or not inner or not model.replay.database.blocks.keys() >= set(inner):
        return None
    kind, tag, workflows = _kind(model, product.model)
    return NewProduct(product.name, kind, tag, inner, workflows) if kind and tag else None


def _kind(model: ProjectModel, cls: ClassName) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Product type, tag and workflows: those of a product with the same model, else as the generator names them."""
    database = model.replay.database
    for other in model.products.products:
        row = database.products.get(other.name)
        if other.model == cls and row is not None:
            linked = sorted(workflow for name, workflow in database.links if name == other.name)
            return row.text("product_type"), row.text("tag"), tuple(linked)
    waiting = sorted(row.name for row in database.workflows.values() if row.product_type == cls.name)
    return cls.name, tag_of(cls.name), tuple(waiting)
