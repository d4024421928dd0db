"""Writes migrations that add products, product blocks and resource types which only code has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

from concertmaster.project.model.project import ProjectModel
from concertmaster.rewrite.migrations import core_package, migration_file, quoted

_LINK = (
    "INSERT INTO products_workflows (product_id, workflow_id)"
    " SELECT p.product_id, w.workflow_id FROM products p CROSS JOIN workflows w"
    " WHERE p.name = :product AND w.name = :workflow ON CONFLICT DO NOTHING"
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
Lines = Iterator[str]


class NewProduct(Struct, frozen=True):
    """A row of `products`, with the workflows that are linked to it."""

    name: str
    product_type: str
    tag: str
    blocks: tuple[str, ...]
    workflows: tuple[str, ...] = ()


class NewBlock(Struct, frozen=True):
    """A product block, its resource types, the blocks in it, and those that are there already and hold it."""

    name: str
    resources: tuple[str, ...]
    blocks: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()


class Additions(Struct, frozen=True):
    """What one migration adds; `resources` by the product blocks that are there."""

    products: Sequence[NewProduct] = ()
    blocks: Sequence[NewBlock] = ()
    resources: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.products or self.blocks or self.resources)

    @property
    def resource_types(self) -> list[str]:
        """Every resource type, once."""
        brought = [name for block in self.blocks for name in block.resources]
        return list(dict.fromkeys([*brought, *(name for names in self.resources.values() for name in names)]))

    @property
    def links(self) -> list[tuple[str, str]]:
        return [(product.name, workflow) for product in self.products for workflow in product.workflows]


def is_unheard_of(model: ProjectModel, name: str) -> bool:
    """Whether no migration has a name as a text: what one has added and another deleted is not added again."""
    wanted = re.compile(rb"[\"']" + re.escape(name.encode()) + rb"[\"']")
    return not any(wanted.search(one.file.source) for one in model.revisions)


def tag_of(name: str) -> str:
    """A tag for a name: its words in capitals."""
    return "_".join(word.upper() for word in _WORDS.findall(name)) or name.upper()


def add(model: ProjectModel, additions: Additions) -> dict[str, bytes]:
    """A migration by its path; none where it is not certain what it should follow."""
    helpers = ["create", "delete"]
    if additions.resources:
        helpers.append("delete_resource_types_from_product_blocks")
    imports = [
        *(["from uuid import uuid4\n"] if additions.products or additions.blocks else []),
        *(["import sqlalchemy as sa"] if additions.links else []),
        "from alembic import op",
        f"from {core_package(model)}.migrations.helpers import {', '.join(helpers)}",
    ]
    fresh = [name for name in additions.resource_types if is_unheard_of(model, name)]
    parts = (*_data(additions), "", "", *_upgrade(additions), "", "", *_downgrade(additions, fresh), "")
    body = "\n".join(parts)
    return migration_file(model, _title(additions), "\n".join(imports), body)


def _title(additions: Additions) -> str:
    added = (
        *(f"product {one.name}" for one in additions.products),
        *(f"product block {one.name}" for one in additions.blocks),
        *(f"{', '.join(names)} to {block}" for block, names in additions.resources.items()),
    )
    return f"Add {added[0]}" if len(added) == 1 else f"Add {len(added)} parts of products"


def _data(additions: Additions) -> Lines:
    yield "new = {"
    if additions.products:
        yield '    "products": {'
        for product in additions.products:
            yield from _product(product)
        yield "    },"
    if additions.blocks:
        yield '    "product_blocks": {'
        for block in additions.blocks:
            yield from _block(block)
        yield "    },"
    if additions.resources:
        yield '    "resources": {'
        for name, resources in additions.resources.items():
            yield from _resources(name, resources, indent=" " * 8)
        yield "    },"
    yield "}"
    if additions.links:
        yield "new_links = ["
        for product_name, workflow in additions.links:
            yield f'    {{"product": {quoted(product_name)}, "workflow": {quoted(workflow)}}},'
        yield "]"


def _product(product: NewProduct) -> Lines:
    yield f"        {quoted(product.name)}: {{"
    yield '            "product_id": uuid4(),'
    yield f'            "product_type": {quoted(product.product_type)},'
    yield f'            "description": {quoted(product.name)},'
    yield f'            "tag": {quoted(product.tag)},'
    yield '            "status": "active",'
    yield f'            "product_blocks": [{", ".join(map(quoted, product.blocks))}],'
    yield '            "fixed_inputs": {},'
    yield "        },"


def _block(block: NewBlock) -> Lines:
    yield f"        {quoted(block.name)}: {{"
    yield '            "product_block_id": uuid4(),'
    yield f'            "description": {quoted(block.name)},'
    yield f'            "tag": {quoted(tag_of(block.name))},'
    yield '            "status": "active",'
    yield from _resources("resources", block.resources, indent=" " * 12)
    for key, names in (("depends_on", block.blocks), ("in_use_by", block.holders)):
        if names:
            yield f'            "{key}_block_relations": [{", ".join(map(quoted, names))}],'
    yield "        },"


def _resources(name: str, resources: Sequence[str], *, indent: str) -> Lines:
    yield f"{indent}{quoted(name)}: {{"
    for resource in resources:
        yield f"{indent}    {quoted(resource)}: {quoted(resource.replace('_', ' '))},"
    yield f"{indent}}},"


def _upgrade(additions: Additions) -> Lines:
    yield "def upgrade() -> None:"
    yield "    conn = op.get_bind()"
    yield "    create(conn, new)"
    if additions.links:
        yield "    for link in new_links:"
        yield "        conn.execute("
        yield f'            sa.text("{_LINK}"),'
        yield "            link,"
        yield "        )"


def _downgrade(additions: Additions, fresh: Sequence[str]) -> Lines:
    """Take away what was added; resource types that are others' too stay."""
    yield "def downgrade() -> None:"
    yield "    conn = op.get_bind()"
    if additions.resources:
        yield '    delete_resource_types_from_product_blocks(conn, new["resources"])'
    obsolete = {
        "resource_types": fresh,
        "product_blocks": [one.name for one in additions.blocks],
        "products": [one.name for one in additions.products],
    }
    shown = (f"{quoted(key)}: [{', '.join(map(quoted, names))}]" for key, names in obsolete.items() if names)
    yield f"    delete(conn, {{{', '.join(shown)}}})"
