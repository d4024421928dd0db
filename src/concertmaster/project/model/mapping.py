"""A project's products, product blocks and workflows as plain data, to be drawn."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from concertmaster.project.model.blocks import Blocks
from concertmaster.project.model.project import ProjectModel
from concertmaster.project.model.resolution import product_type_of


class MappedProduct(Struct, frozen=True):
    """A product; empty texts stand for what is not known, `blocks` are those directly in its model."""

    name: str
    product_type: str
    tag: str
    status: str
    model: str
    blocks: tuple[str, ...]
    in_database: bool


class MappedBlock(Struct, frozen=True):
    """A product block, its resource types, and the blocks in it."""

    name: str
    resource_types: tuple[str, ...]
    blocks: tuple[str, ...]


class MappedWorkflow(Struct, frozen=True):
    """A workflow with the names of its steps in order."""

    name: str
    target: str
    product_type: str
    path: str
    registered: bool
    in_database: bool
    steps: tuple[str, ...]


class ProjectMap(Struct, frozen=True):
    """One project of a repository; `root` is the folder that it is in."""

    root: str
    products: tuple[MappedProduct, ...]
    product_blocks: tuple[MappedBlock, ...]
    workflows: tuple[MappedWorkflow, ...]


def map_of(model: ProjectModel) -> ProjectMap:
    return ProjectMap(model.root, tuple(_products(model)), tuple(_blocks(model)), tuple(_workflows(model)))


def _products(model: ProjectModel) -> Iterator[MappedProduct]:
    rows, registered = model.replay.database.products, model.products.names
    blocks = Blocks(model.sources, model.interpreter)
    for name in sorted(rows.keys() | registered.keys()):
        row = rows.get(name)
        cls = registered[name].model if name in registered else None
        known = {
            column: (row.text(column) if row else None) or "" for column in ("product_type", "tag", "status")
        }
        inner = tuple(dict.fromkeys(blocks.inside(cls).values())) if cls is not None else ()
        yield MappedProduct(
            name, **known, model=cls.name if cls else "", blocks=inner, in_database=row is not None
        )


def _blocks(model: ProjectModel) -> Iterator[MappedBlock]:
    for name, block in sorted(model.blocks.items()):
        yield MappedBlock(name, tuple(block.fields), tuple(dict.fromkeys(block.blocks.values())))


def _workflows(model: ProjectModel) -> Iterator[MappedWorkflow]:
    rows = model.replay.database.workflows
    for function in sorted(model.functions, key=lambda one: (one.path, one.name)):
        row = rows.get(function.name)
        own = str(row.product_type) if row is not None and isinstance(row.product_type, str) else ""
        yield MappedWorkflow(
            function.name,
            function.target or "",
            own or product_type_of(model, function) or "",
            function.path,
            function.name in model.registry.names,
            row is not None,
            tuple(step.name for step in model.steps_of(function) or ()),
        )
