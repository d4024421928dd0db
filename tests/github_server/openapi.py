"""From OpenAPI 3.0 to JSON Schema 2020-12: cutting, `nullable`, closing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PREFIX = "#/components/"
DROPPED = {"example", "examples", "x-github", "tags", "summary", "callbacks", "x-github-breaking-changes"}
IN_PLACE = ("allOf", "anyOf", "oneOf")


def trim(
    whole: dict[str, Any], operations: Iterable[tuple[str, str]], events: Iterable[str]
) -> dict[str, Any]:
    """Only these operations and events, with every component that they need."""
    paths: dict[str, Any] = {}
    for method, template in operations:
        operation = _resolved_top(whole, whole["paths"][template][method.lower()])
        paths.setdefault(template, {})[method.lower()] = operation
    webhooks = {name: whole["x-webhooks"][name] for name in events if name in whole["x-webhooks"]}
    kept: dict[str, Any] = {"schemas": {}}
    waiting = set(_references([paths, webhooks]))
    while waiting:
        _, kind, name = waiting.pop().removeprefix("#").split("/")[1:4]
        component = whole["components"][kind][name]
        kept.setdefault(kind, {})[name] = component
        waiting |= {r for r in _references(component) if r.split("/")[3] not in kept.get(r.split("/")[2], {})}
    return {"paths": paths, "x-webhooks": webhooks, "components": kept}


def _resolved_top(whole: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """Parameters and responses written out, so that a check needs no look-ups."""
    return {
        **operation,
        "parameters": [_follow(whole, item) for item in operation.get("parameters", [])],
        "responses": {status: _follow(whole, item) for status, item in operation["responses"].items()},
    }


def _follow(whole: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in item:
        _, kind, name = item["$ref"].removeprefix("#").split("/")[1:4]
        item = whole["components"][kind][name]
    return item


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for key, value in node.items():
            if key not in ("example", "examples"):
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def convert(node: Any) -> Any:
    """A copy in which `nullable` is a type, references are absolute and prose is gone."""
    if isinstance(node, list):
        return [convert(item) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        return {"$ref": "urn:github" + node["$ref"]}
    copy = {key: convert(value) for key, value in node.items() if not _is_prose(key, value)}
    if copy.pop("nullable", False) is True:
        return or_null(copy)
    return copy


def _is_prose(key: str, value: Any) -> bool:
    return key in DROPPED and not (isinstance(value, dict) and ("type" in value or "$ref" in value))


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, or null."""
    if isinstance(schema.get("type"), str) and not any(word in schema for word in IN_PLACE):
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
        return schema
    return {"anyOf": [{"type": "null"}, schema]}


def close(schema: dict[str, Any], *, inside: bool = False) -> dict[str, Any]:
    """No property that the schema does not name, at any depth, whatever is composed."""
    copy = dict(schema)
    for word in IN_PLACE:
        if word in copy:
            copy[word] = [close(part, inside="properties" in copy or inside) for part in copy[word]]
    if "properties" in copy:
        copy["properties"] = {name: close(part) for name, part in copy["properties"].items()}
        if not inside and not copy.get("additionalProperties"):
            copy["unevaluatedProperties"] = False
    if isinstance(copy.get("items"), dict):
        copy["items"] = close(copy["items"])
    return copy
