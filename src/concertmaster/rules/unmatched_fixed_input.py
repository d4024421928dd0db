"""A product's fixed inputs in the database are not those of its model.

The row of a product brings values for the fields of its subscription model that hold no product block. A field without
value, a value without field, and a value that the field's enumeration lacks all make subscriptions of the product fail;
`task_validate_products` fails with the latter two, and where a fixed input is no enumeration at all.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/domain_models/product_types/>

```project reported
@@ products/__init__.py @@
from orchestrator.core.domain import SUBSCRIPTION_MODEL_REGISTRY

from products.port import Port

SUBSCRIPTION_MODEL_REGISTRY.update({"Port 1": Port, "Port 10": Port})
@@ products/port.py @@
from enum import IntEnum

from orchestrator.core.domain.base import SubscriptionModel


class Speed(IntEnum):
    SLOW = 1


class Port(SubscriptionModel, is_base=True):
    speed: Speed
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_port.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create, delete

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None
new = {
    "products": {
        "Port 1": {"product_type": "Port", "tag": "PORT", "status": "active", "fixed_inputs": {"speed": "1"}},
        "Port 10": {"product_type": "Port", "tag": "PORT", "status": "active", "fixed_inputs": {"speed": "10"}},
    }
}


def upgrade() -> None:
    create(op.get_bind(), new)


def downgrade() -> None:
    delete(op.get_bind(), new)
```

Where migrations write the table of fixed inputs themselves, nothing is told:

```project
@@ products/__init__.py @@
from enum import StrEnum

from orchestrator.core.domain import SUBSCRIPTION_MODEL_REGISTRY
from orchestrator.core.domain.base import SubscriptionModel


class Family(StrEnum):
    V4 = "ipv4"


class Prefix(SubscriptionModel, is_base=True):
    family: Family


SUBSCRIPTION_MODEL_REGISTRY["Prefix"] = Prefix
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_prefix.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create_products, delete_product

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    create_products(op.get_bind(), {"Prefix": {"product_type": "Prefix", "tag": "PREFIX", "status": "active"}})
    op.execute("INSERT INTO fixed_inputs (name, value, product_id) SELECT 'family', 'ipv4', product_id FROM products")


def downgrade() -> None:
    delete_product(op.get_bind(), "Prefix")
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from concertmaster.findings import Safety
from concertmaster.project.model import Place, ProjectModel
from concertmaster.project.model.blocks import Blocks
from concertmaster.project.model.fixed_inputs import FixedInput, fixed_inputs_of
from concertmaster.project.model.products import RegisteredProduct
from concertmaster.project.model.rows import PRODUCTS, Row
from concertmaster.project.model.values import Value, place_of
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS

rule = Rule(__name__, rows=("R-06",), change=ALWAYS, safety=Safety.MANUAL)

_BY_HAND = re.compile(
    rb"create_fixed_inputs|FixedInput|(?:into|update|from|join)\s+\"?fixed_inputs", re.IGNORECASE
)


@rule.project
def unmatched(model: ProjectModel) -> Iterator[ProjectHit]:
    if not model.knows(PRODUCTS) or any(_BY_HAND.search(one.file.source) for one in model.revisions):
        return
    blocks = Blocks(model.sources, model.interpreter)
    told: set[Place] = set()
    for product in model.products.products:
        row = model.replay.database.products.get(product.name)
        fields = fixed_inputs_of(blocks, product.model) if product.model is not None else None
        rows = row["fixed_inputs"] if row is not None else None
        if row is None or fields is None or not isinstance(rows, dict):
            continue
        for hit in _compared(product, fields, row, rows):
            if hit.place not in told:
                told.add(hit.place)
                yield hit


def _compared(
    product: RegisteredProduct, fields: Mapping[str, FixedInput], row: Row, rows: Mapping[str, Value]
) -> Iterator[ProjectHit]:
    for name, given in rows.items():
        place, field = place_of(name) or row.place, fields.get(name)
        value = given[0] if isinstance(given, tuple) and given else given
        if field is None:
            message = f"The model of the product `{product.name}` has no field for the fixed input `{name}`"
            yield ProjectHit(place, message)
        elif field.is_plain:
            message = f"The fixed input `{name}` is no enumeration, so that `task_validate_products` fails"
            yield ProjectHit(field.place, message)
        elif field.values is not None and isinstance(value, (str, int)) and str(value) not in field.values:
            message = f"`{value}` of the product `{product.name}` is no value of its fixed input `{name}`"
            yield ProjectHit(place, message)
    for name, field in fields.items():
        if name not in rows and field.is_required and not field.is_plain:
            message = f"The database gives the product `{product.name}` no fixed input `{name}`, which its model demands"
            yield ProjectHit(product.place, message)
