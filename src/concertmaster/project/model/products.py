"""Products in code: the registry of subscription models."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from concertmaster.project.model.interpreter import Interpreter
from concertmaster.project.model.place import Place, Sources
from concertmaster.project.model.registrations import is_test
from concertmaster.project.model.values import Call, ClassName, place_of
from concertmaster.project.names import canonical

_REGISTRY = frozenset(
    f"orchestrator.core.domain{module}.SUBSCRIPTION_MODEL_REGISTRY" for module in ("", ".base")
)


@dataclass(frozen=True, slots=True)
class RegisteredProduct:
    """A key of the registry of subscription models."""

    name: str
    place: Place
    model: ClassName | None


@dataclass(frozen=True)
class ProductRegistry:
    products: tuple[RegisteredProduct, ...]
    is_certain: bool
    paths: tuple[str, ...]

    @property
    def names(self) -> dict[str, RegisteredProduct]:
        return {product.name: product for product in self.products}


def read_products(sources: Sources, interpreter: Interpreter) -> ProductRegistry:
    """Follow every module that fills the registry."""
    found: list[RegisteredProduct] = []
    certain, paths = True, []
    for path in sources.holding(b"SUBSCRIPTION_MODEL_REGISTRY"):
        file = sources.parsed(path)
        if file is None or is_test(path):
            certain = certain and file is not None
            continue
        _, effects = interpreter.module(path)
        calls = [
            one
            for one in effects
            if isinstance(one, Call) and canonical(one.symbol.rpartition(".")[0]) in _REGISTRY
        ]
        writes = [node for node in ast.walk(file.tree) if _writes(node)]
        if len(writes) > len(calls):
            certain = False
        for call in calls:
            keys = _keys(call)
            certain = certain and keys is not None
            found += [_product(key, model, call) for key, model in (keys or {}).items()]
        if calls:
            paths.append(path)
    return ProductRegistry(tuple(found), certain, tuple(paths))


def _writes(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("update", "setdefault") and _is_registry(node.func.value)
    return isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and _is_registry(node.value)


def _is_registry(node: ast.expr) -> bool:
    return "SUBSCRIPTION_MODEL_REGISTRY" in (getattr(node, "attr", ""), getattr(node, "id", ""))


def _keys(call: Call) -> dict[str, object] | None:
    last = call.symbol.rpartition(".")[2]
    if last == "update" and not (call.args and not isinstance(call.args[0], dict)):
        given = {**(call.args[0] if call.args else {}), **call.keywords}
        return given if all(isinstance(key, str) for key in given) else None
    if last in ("__setitem__", "setdefault") and call.args and isinstance(call.args[0], str):
        return {call.args[0]: call.args[1] if len(call.args) > 1 else None}
    return {} if last in ("get", "items", "keys", "values", "copy") else None


def _product(name: str, model: object, call: Call) -> RegisteredProduct:
    return RegisteredProduct(
        str(name), place_of(name) or call.place, model if isinstance(model, ClassName) else None
    )
