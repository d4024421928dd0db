"""What the migrations of a project put into the database: workflows, products, product blocks and their links."""

from __future__ import annotations

import fnmatch
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from concertmaster.project.model.place import Place
from concertmaster.project.model.values import UNKNOWN, Value

WORKFLOWS, PRODUCTS, BLOCKS, LINKS = "workflows", "products", "product_blocks", "products_workflows"


class Row(Struct):
    """A row of `workflows` or `products`: its columns, UNKNOWN where that is not known, and where it was made."""

    columns: dict[str, Value]
    place: Place
    product_type: Value = None  # of a workflow, as its migration names it
    matched: bool = True  # whether that names a product that is there

    def __getitem__(self, column: str) -> Value:
        return self.columns.get(column, UNKNOWN)

    @property
    def name(self) -> str:
        return str(self.columns["name"])

    def copy(self) -> Row:
        return replace(self, columns=dict(self.columns))

    def text(self, column: str) -> str | None:
        """A column's text; None where it is not known."""
        value = self[column]
        return str(value) if isinstance(value, str) else None


class Block(Struct):
    """A product block and the resource types that are linked to it."""

    name: str
    place: Place
    resources: dict[str, Place] = field(default_factory=dict)


class Database(Struct):
    """The rows after some migrations; `gone` tells where rows that were there have gone.

    Rows that were added before the framework had the column `is_task` are no tasks, whatever added them.
    """

    workflows: dict[str, Row] = field(default_factory=dict)
    products: dict[str, Row] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    links: set[tuple[str, str]] = field(default_factory=set)  # product, workflow
    gone: dict[str, Place] = field(default_factory=dict)  # workflows by name
    has_is_task: bool = True

    def copy(self) -> Database:
        """The same rows, to be changed by themselves."""
        return Database(
            {name: row.copy() for name, row in self.workflows.items()},
            {name: row.copy() for name, row in self.products.items()},
            {
                name: Block(block.name, block.place, dict(block.resources))
                for name, block in self.blocks.items()
            },
            set(self.links),
            dict(self.gone),
            self.has_is_task,
        )

    def snapshot(self) -> dict[str, Any]:
        """What can be compared before and after."""
        return {
            WORKFLOWS: {name: (row["target"], row["is_task"]) for name, row in self.workflows.items()},
            PRODUCTS: {name: (row["product_type"], row["tag"]) for name, row in self.products.items()},
            BLOCKS: {name: frozenset(block.resources) for name, block in self.blocks.items()},
        }

    # -- workflows -----------------------------------------------------------------------------

    def add_workflow(self, columns: dict[str, Value], place: Place) -> Row:
        """A workflow's row; one of this name that is there already stays as it is."""
        name = str(columns["name"])
        self.gone.pop(name, None)
        if not self.has_is_task:
            columns["is_task"] = False
        return self.workflows.setdefault(name, Row(columns, place))

    def remove_workflow(self, name: str, place: Place) -> None:
        if self.workflows.pop(name, None) is not None:
            self.gone[name] = place
        self.links = {link for link in self.links if link[1] != name}

    def rename_workflow(self, old: str, new: str, place: Place) -> None:
        row = self.workflows.pop(old, None)
        if row is not None:
            self.workflows[new] = row
            self.gone[old] = place
            self.gone.pop(new, None)
            self.links = {(product, new if name == old else name) for product, name in self.links}

    def link_type(self, row: Row, product_type: str, tag: str | None) -> bool:
        """Link a workflow to the products of a type that are there; whether there are any."""
        found = [
            name
            for name, product in self.products.items()
            if product["product_type"] == product_type and tag in (None, product["tag"])
        ]
        self.links |= {(name, row.name) for name in found}
        return bool(found)

    def link_tag(self, workflow: str, tag: str, like: str) -> None:
        self.links |= {(name, workflow) for name in self._tagged(tag, like)}

    def unlink_tag(self, workflow: str, tag: str, like: str) -> None:
        self.links -= {(name, workflow) for name in self._tagged(tag, like)}

    def _tagged(self, tag: str, like: str) -> list[str]:
        return [name for name, row in self.products.items() if row["tag"] == tag and is_like(name, like)]

    # -- products ------------------------------------------------------------------------------

    def add_product(self, columns: dict[str, Value], place: Place) -> Row:
        return self.products.setdefault(str(columns["name"]), Row(columns, place))

    def remove_product(self, name: str) -> None:
        self.products.pop(name, None)
        self.links = {link for link in self.links if link[0] != name}

    def rename_product(self, old: str, new: str) -> None:
        row = self.products.pop(old, None)
        if row is not None:
            self.products[new] = row
            self.links = {(new if product == old else product, name) for product, name in self.links}

    # -- product blocks ------------------------------------------------------------------------

    def add_block(self, name: str, place: Place) -> Block:
        return self.blocks.setdefault(name, Block(name, place))

    def rename_block(self, old: str, new: str) -> None:
        block = self.blocks.pop(old, None)
        if block is not None:
            block.name = new
            self.blocks[new] = block

    def drop_resource(self, resource: str) -> None:
        for block in self.blocks.values():
            block.resources.pop(resource, None)

    def rename_resource(self, old: str, new: str) -> None:
        for block in self.blocks.values():
            if old in block.resources:
                block.resources[new] = block.resources.pop(old)


def is_like(value: str, pattern: str) -> bool:
    """SQL's LIKE, with `%` and `_`."""
    escaped = pattern.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")
    return fnmatch.fnmatchcase(value, escaped.replace("%", "*").replace("_", "?"))
