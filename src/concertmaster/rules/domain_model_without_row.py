"""A product block or resource type of a domain model is not in the database.

A subscription is stored by the names of its product blocks and resource types. What no migration has added cannot be
saved: the first subscription that uses it fails. A migration can add it; subscriptions that are there already get no value
by that.

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
from concertmaster.project.model import Place, ProjectModel
from concertmaster.project.model.blocks import BlockModel
from concertmaster.project.model.rows import BLOCKS, Block
from concertmaster.rewrite.product_migrations import Additions, NewBlock, add, is_unheard_of
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS

rule = Rule(__name__, rows=("R-06",), change=ALWAYS, safety=Safety.MANUAL)

_CURE = "write a migration, for example with `db migrate-domain-models`"


@rule.project
def rowless(model: ProjectModel) -> Iterator[ProjectHit]:
    if not model.blocks or not model.knows(BLOCKS) or not model.replay.database.blocks:
        return
    additions = Additions(
        blocks=_blocks(model),
        resources={
            name: names
            for name, row in model.replay.database.blocks.items()
            if (block := model.blocks.get(name)) is not None and (names := _new_fields(model, block, row))
        },
    )
    files = add(model, additions) if additions else {}
    added = {block.name for block in additions.blocks}
    for name, block in model.blocks.items():
        row = model.replay.database.blocks.get(name)
        if row is None:
            message = f"No migration adds the product block `{name}`"
            yield _hit(block.place, message, files if name in added else {})
            continue
        for field in _missing(block, row):
            renamed = _renamed(block, row)
            why = f"calls it `{renamed}`" if renamed else "has no such resource type"
            message = f"`{field}` of the product block `{name}` cannot be stored, the database {why}"
            cured = field in additions.resources.get(name, ())
            yield _hit(block.fields[field], message, files if cured else {})


def _hit(place: Place, message: str, files: dict[str, bytes]) -> ProjectHit:
    if not files:
        return ProjectHit(place, f"{message}: {_CURE}")
    told = f"{message}; the migration to write is `{next(iter(files))}`, and subscriptions that exist may need a value"
    return ProjectHit(place, told, files=files, safety=Safety.SUGGESTED)


def _missing(block: BlockModel, row: Block) -> list[str]:
    return [field for field in block.fields if field not in row.resources]


def _renamed(block: BlockModel, row: Block) -> str | None:
    """The resource type that a field seems to have been called before."""
    unused = [one for one in row.resources if one not in {*block.fields, *block.blocks, *block.doubtful}]
    return unused[0] if len(unused) == len(_missing(block, row)) == 1 else None


def _new_fields(model: ProjectModel, block: BlockModel, row: Block) -> tuple[str, ...]:
    """The fields that a migration can add; what an earlier one speaks of may have been taken away on purpose."""
    if _renamed(block, row):
        return ()
    return tuple(field for field in _missing(block, row) if is_unheard_of(model, field))


def _blocks(model: ProjectModel) -> list[NewBlock]:
    """The product blocks that a migration can add, those before that others hold; none where one may be renamed."""
    present = model.replay.database.blocks
    if any(name not in model.blocks for name in present):
        return []
    waiting = {
        name: block
        for name, block in model.blocks.items()
        if name not in present and block.is_certain and not block.doubtful and is_unheard_of(model, name)
    }
    made: list[NewBlock] = []
    known = set(present)
    while ready := [name for name, block in waiting.items() if known.issuperset(block.blocks.values())]:
        for name in ready:
            block = waiting.pop(name)
            holders = [one for one in present if name in model.blocks[one].blocks.values()]
            inner = tuple(dict.fromkeys(block.blocks.values()))
            made.append(NewBlock(name, tuple(block.fields), inner, tuple(holders)))
        known.update(ready)
    return made
