"""The database has a product block or resource type that no domain model has.

What the code has dropped stays in the database until a migration removes it, and shows up in the metadata and in forms of
the user interface.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/domain_models/product_types/>

```project reported
@@ products/node.py @@
from orchestrator.core.domain.base import ProductBlockModel


class NodeBlock(ProductBlockModel, product_block_name="Node"):
    vendor: str | None = None
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create, delete

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None
new = {"product_blocks": {"Node": {"status": "active", "resources": {"vendor": "maker", "site": "place"}}}}


def upgrade() -> None:
    create(op.get_bind(), new)


def downgrade() -> None:
    delete(op.get_bind(), new)
```

Where a model has bases that are not known, it may have more fields:

```project
@@ products/node.py @@
from orchestrator.core.domain.base import ProductBlockModel
from somewhere import WithSite


class NodeBlock(WithSite, ProductBlockModel, product_block_name="Node"):
    vendor: str | None = None
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create, delete

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None
new = {"product_blocks": {"Node": {"status": "active", "resources": {"vendor": "maker", "site": "place"}}}}


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
from concertmaster.project.model.rows import BLOCKS
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ADVICE

rule = Rule(__name__, rows=("R-06",), change=ADVICE, safety=Safety.MANUAL)


@rule.project
def modelless(model: ProjectModel) -> Iterator[ProjectHit]:
    if not model.blocks or not model.knows(BLOCKS):
        return
    missing = [name for name in model.blocks if name not in model.replay.database.blocks]
    for name, row in model.replay.database.blocks.items():
        block = model.blocks.get(name)
        if block is None:
            if not missing and model.has_all_blocks:
                yield ProjectHit(row.place, f"No domain model has the product block `{name}` any more")
            continue
        if not block.is_certain:
            continue
        unused = [one for one in row.resources if one not in {*block.fields, *block.blocks, *block.doubtful}]
        renamed = [field for field in block.fields if field not in row.resources]
        for resource in unused if not (len(unused) == len(renamed) == 1) else ():
            message = (
                f"The product block `{name}` has no field `{resource}` any more, but the database has it"
            )
            yield ProjectHit(block.place, message)
