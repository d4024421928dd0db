"""A product has no subscription model.

A product that a migration adds is loaded through the model that `SUBSCRIPTION_MODEL_REGISTRY` has for its name, one key
for each product. Without it every subscription of the product fails with a KeyError.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/domain_models/product_types/>

```project reported
@@ products/__init__.py @@
from orchestrator.core.domain import SUBSCRIPTION_MODEL_REGISTRY

SUBSCRIPTION_MODEL_REGISTRY.update({"Node": object})
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create, delete

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None
kinds = {"Node": "NODE", "Circuit": "CIRCUIT"}
new = {"products": {name: {"product_type": name, "tag": tag, "status": "active"} for name, tag in kinds.items()}}


def upgrade() -> None:
    create(op.get_bind(), new)


def downgrade() -> None:
    delete(op.get_bind(), new)
```

A registry that is filled in ways that cannot be followed may hold every product:

```project
@@ products/__init__.py @@
from orchestrator.core.domain import SUBSCRIPTION_MODEL_REGISTRY

from plugins import discovered

SUBSCRIPTION_MODEL_REGISTRY.update({"Node": object})
SUBSCRIPTION_MODEL_REGISTRY.update(discovered())
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create, delete

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None
new = {"products": {"Circuit": {"product_type": "Circuit", "tag": "C", "status": "active"}}}


def upgrade() -> None:
    create(op.get_bind(), new)


def downgrade() -> None:
    delete(op.get_bind(), new)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.pairing import pair_products
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS

rule = Rule(__name__, rows=("R-06",), change=ALWAYS, safety=Safety.MANUAL)


@rule.project
def modelless(model: ProjectModel) -> Iterator[ProjectHit]:
    for row in pair_products(model).rows:
        message = (
            f"The product `{row.name}` has no model in `SUBSCRIPTION_MODEL_REGISTRY`, so its subscriptions cannot be "
            "loaded: register the model under this name"
        )
        yield ProjectHit(row.place, message, rows=("R-06",))
