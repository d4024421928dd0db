"""What the framework's migration helpers do to the database, as their wheels define them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from concertmaster.project.model.place import Place
from concertmaster.project.model.rows import BLOCKS, LINKS, PRODUCTS, WORKFLOWS, Database
from concertmaster.project.model.values import UNKNOWN, Call, Value, place_of

PREFIX = "orchestrator.core.migrations.helpers."
EVERYTHING = frozenset((WORKFLOWS, PRODUCTS, BLOCKS, LINKS))
Topics = frozenset[str]
NOTHING: Topics = frozenset()


class Lost(Exception):
    """An argument is not known, so that what these tables hold afterwards is not known either."""

    def __init__(self, *topics: str) -> None:
        super().__init__(*topics)
        self.topics = frozenset(topics)


def apply_helper(database: Database, call: Call) -> Topics:
    """Do what a helper does; the tables that are not known afterwards."""
    helper = _HELPERS.get(call.symbol.removeprefix(PREFIX))
    if helper is None:
        return NOTHING
    try:
        helper(database, call)
    except Lost as lost:
        return lost.topics
    return NOTHING


def _text(value: Value, *topics: str) -> str:
    if not isinstance(value, str):
        raise Lost(*topics)
    return value


def _mapping(value: Value, *topics: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise Lost(*topics)
    return value


def _names(value: Value, *topics: str) -> Iterator[str]:
    if not isinstance(value, (dict, list, tuple, set)):
        raise Lost(*topics)
    for item in list(value):
        yield _text(item, *topics)


def _place(value: Value, call: Call) -> Place:
    return place_of(value) or call.place


def _optional(value: Value, *topics: str) -> str | None:
    return None if value is None else _text(value, *topics)


# -- workflows ---------------------------------------------------------------------------------


def _columns(given: dict[str, Any], target: Value = UNKNOWN, is_task: Value = False) -> dict[str, Value]:
    return {
        "name": given.get("name", UNKNOWN),
        "target": given.get("target", target),
        "is_task": given.get("is_task", is_task),
        "description": given.get("description", UNKNOWN),
    }


def _create_workflow(database: Database, call: Call) -> None:
    given = _mapping(call.argument(1, "workflow"), WORKFLOWS, LINKS)
    name = _text(given.get("name", UNKNOWN), WORKFLOWS, LINKS)
    is_new = name not in database.workflows
    row = database.add_workflow(_columns(given), _place(name, call))
    row.product_type = given.get("product_type", UNKNOWN)
    product_type = _text(row.product_type, LINKS)
    if is_new:
        row.matched = database.link_type(row, product_type, _optional(given.get("product_tag"), LINKS))


def _create_task(database: Database, call: Call) -> None:
    given = _mapping(call.argument(1, "task"), WORKFLOWS)
    name = _text(given.get("name", UNKNOWN), WORKFLOWS)
    database.add_workflow({**_columns(given), "target": "SYSTEM", "is_task": True}, _place(name, call))


def _create_workflows(database: Database, call: Call) -> None:
    _workflows(database, call, call.argument(1, "new"))


def _workflows(database: Database, call: Call, new: Value) -> None:
    for name, given in _mapping(new, WORKFLOWS, LINKS).items():
        columns = _columns({**_mapping(given, WORKFLOWS, LINKS), "name": name})
        database.add_workflow(columns, _place(name, call))
        tag, like = given.get("tag", UNKNOWN), given.get("search_phrase", UNKNOWN)
        database.link_tag(name, _text(tag, LINKS), _text(like, LINKS))


def _delete_workflow(database: Database, call: Call) -> None:
    name = _text(call.argument(1, "name"), WORKFLOWS, LINKS)
    database.remove_workflow(name, _place(name, call))


def _link(method: str) -> Callable[[Database, Call], None]:
    def apply(database: Database, call: Call) -> None:
        name, tag = call.argument(1, "workflow_name"), call.argument(2, "product_tag")
        like = call.argument(3, "product_name_like")
        like = (
            "%%"
            if like is UNKNOWN and len(call.args) < 4 and "product_name_like" not in call.keywords
            else like
        )
        getattr(database, method)(_text(name, LINKS), _text(tag, LINKS), _text(like, LINKS))

    return apply


# -- products and product blocks ---------------------------------------------------------------


def _products(database: Database, call: Call, new: Value) -> None:
    for name, given in _mapping(new, PRODUCTS, LINKS).items():
        columns = _mapping(given, PRODUCTS, LINKS)
        kept = {key: columns.get(key, UNKNOWN) for key in ("product_type", "tag", "status")}
        inputs = columns.get("fixed_inputs", {})
        database.add_product({"name": name, **kept, "fixed_inputs": inputs}, _place(name, call))


def _blocks(database: Database, call: Call, new: Value) -> dict[str, Any]:
    """Make product blocks; the resource types that they bring along."""
    resources: dict[str, Any] = {}
    for name, given in _mapping(new, BLOCKS).items():
        database.add_block(name, _place(name, call))
        block = _mapping(given, BLOCKS)
        for key in ("resources", "resource_types"):
            if key in block:
                resources[name] = {**resources.get(name, {}), **_mapping(block[key], BLOCKS)}
    return resources


def _resources(database: Database, call: Call, new: Value) -> None:
    for name, given in _mapping(new, BLOCKS).items():
        block = database.blocks.get(name)
        for resource in _names(given, BLOCKS):
            if block is not None:
                block.resources[resource] = _place(resource, call)


def _create(database: Database, call: Call) -> None:
    new = _mapping(call.argument(1, "new"), *EVERYTHING)
    brought = _blocks(database, call, new.get("product_blocks", {}))
    _products(database, call, new.get("products", {}))
    _resources(database, call, {**_mapping(new.get("resources", {}), BLOCKS), **brought})
    _workflows(database, call, new.get("workflows", {}))


def _create_product_blocks(database: Database, call: Call) -> None:
    _resources(database, call, _blocks(database, call, call.argument(1, "new")))


def _delete_all(remove: Callable[[str], None], names: Iterable[str]) -> None:
    for name in names:
        remove(name)


def _delete(database: Database, call: Call) -> None:
    obsolete = _mapping(call.argument(1, "obsolete"), *EVERYTHING)
    _delete_all(database.drop_resource, _names(obsolete.get("resource_types", ()), BLOCKS))
    _delete_all(lambda name: _drop(database, name), _names(obsolete.get("product_blocks", ()), BLOCKS))
    _delete_all(database.remove_product, _names(obsolete.get("products", ()), PRODUCTS, LINKS))
    for name in _names(obsolete.get("workflows", ()), WORKFLOWS, LINKS):
        database.remove_workflow(name, _place(name, call))


def _drop(database: Database, name: str) -> None:
    database.blocks.pop(name, None)


def _unlink_resources(database: Database, call: Call) -> None:
    for name, resources in _mapping(call.argument(1, "delete"), BLOCKS).items():
        for resource in _names(resources, BLOCKS):
            if name in database.blocks:
                database.blocks[name].resources.pop(resource, None)


def _lost(*topics: str) -> Callable[[Database, Call], None]:
    def apply(_database: Database, _call: Call) -> None:
        raise Lost(*topics)

    return apply


_HELPERS: dict[str, Callable[[Database, Call], None]] = {
    "create": _create,
    "create_workflow": _create_workflow,
    "create_workflows": _create_workflows,
    "create_task": _create_task,
    "create_products": lambda database, call: _products(database, call, call.argument(1, "new")),
    "create_product_blocks": _create_product_blocks,
    "create_resource_types_for_product_blocks": lambda database, call: _resources(
        database, call, call.argument(1, "new")
    ),
    "add_products_to_workflow_by_product_tag": _link("link_tag"),
    "remove_products_from_workflow_by_product_tag": _link("unlink_tag"),
    "delete": _delete,
    "delete_workflow": _delete_workflow,
    "delete_product": lambda database, call: database.remove_product(
        _text(call.argument(1, "name"), PRODUCTS, LINKS)
    ),
    "delete_products_by_tag": lambda database, call: database.remove_product(
        _text(call.argument(1, "name"), PRODUCTS, LINKS)
    ),
    "delete_product_block": lambda database, call: _drop(database, _text(call.argument(1, "name"), BLOCKS)),
    "delete_resource_type": lambda database, call: database.drop_resource(
        _text(call.argument(1, "resource_type"), BLOCKS)
    ),
    "delete_resource_types": lambda database, call: _delete_all(
        database.drop_resource, _names(call.argument(1, "delete"), BLOCKS)
    ),
    "delete_resource_types_from_product_blocks": _unlink_resources,
    "delete_resource_type_by_id": _lost(BLOCKS),
}
