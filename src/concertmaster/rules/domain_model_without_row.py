"""A product block or resource type of a domain model is not in the database.

A subscription is stored by the names of its product blocks and resource types. What no migration has added cannot be
saved: the first subscription that uses it fails.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/domain_models/product_types/>

```project reported
@@ products/node.py @@
from orchestrator.core.domain.base import ProductBlockModel


class NodeBlock(ProductBlockModel, product_block_name="Node"):
    vendor: str | None = None
    site: str | None = None
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create, delete

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None
new = {"product_blocks": {"Node": {"tag": "NODE", "status": "active", "resources": {"vendor": "maker"}}}}


def upgrade() -> None:
    create(op.get_bind(), new)


def downgrade() -> None:
    delete(op.get_bind(), new)
```

Other product blocks in it, properties, and fields of unknown types are left alone:

```project
@@ products/node.py @@
from typing import ClassVar

from orchestrator.core.domain.base import ProductBlockModel
from somewhere import Unknown


class PortBlock(ProductBlockModel, product_block_name="Port"):
    kind: ClassVar[str] = "port"


class NodeBlock(ProductBlockModel, product_block_name="Node"):
    ports: list[PortBlock]
    other: Unknown

    @property
    def title(self) -> str:
        return "node"
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    for name in ("Port", "Node"):
        op.execute(f"INSERT INTO product_blocks (name, description, tag, status) VALUES ('{name}', '', 'X', 'active')")


def downgrade() -> None:
    op.execute("DELETE FROM product_blocks WHERE name IN ('Port', 'Node')")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.rows import BLOCKS
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS

rule = Rule(__name__, rows=("R-06",), change=ALWAYS, safety=Safety.MANUAL)

_CURE = "write a migration, for example with `db migrate-domain-models`"


@rule.project
def rowless(model: ProjectModel) -> Iterator[ProjectHit]:
    if not model.blocks or not model.knows(BLOCKS) or not model.replay.database.blocks:
        return
    for name, block in model.blocks.items():
        row = model.replay.database.blocks.get(name)
        if row is None:
            yield ProjectHit(block.place, f"No migration adds the product block `{name}`: {_CURE}")
            continue
        unused = [
            resource
            for resource in row.resources
            if resource not in {*block.fields, *block.blocks, *block.doubtful}
        ]
        missing = [field for field in block.fields if field not in row.resources]
        for field in missing:
            renamed = unused[0] if len(unused) == len(missing) == 1 else None
            why = f"calls it `{renamed}`" if renamed else "has no such resource type"
            message = f"`{field}` of the product block `{name}` cannot be stored, the database {why}: {_CURE}"
            yield ProjectHit(block.fields[field], message)
