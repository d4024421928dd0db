"""A registered product has no row in the database.

The keys of `SUBSCRIPTION_MODEL_REGISTRY` are the names of products, not their tags or types. A key that no row has is of
no use, and the product that was meant cannot be loaded.

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
from concertmaster.project.model.pairing import pair_products
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS, replaced

rule = Rule(__name__, rows=("R-06",), change=ALWAYS, safety=Safety.SUGGESTED)


@rule.project
def rowless(model: ProjectModel) -> Iterator[ProjectHit]:
    for product, meant in pair_products(model).keys:
        if meant is None:
            yield ProjectHit(product.place, f"No migration adds a product called `{product.name}`")
            continue
        tagged = product.name == meant.text("tag")
        why = (
            f"is the tag of the product `{meant.name}`"
            if tagged
            else f"has no row, but `{meant.name}` has, and is not registered"
        )
        message = f"`{product.name}` {why}: the keys of `SUBSCRIPTION_MODEL_REGISTRY` are names of products"
        edits = replaced(product.place, model.sources.source(product.place.path) or b"", meant.name)
        yield ProjectHit(product.place, message, edits)
