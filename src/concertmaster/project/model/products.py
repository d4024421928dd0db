"""Products in code: the registry of subscription models."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from msgspec import Struct

from concertmaster.project.model.functions import is_builtin
from concertmaster.project.model.interpreter import Interpreter
from concertmaster.project.model.place import Place, Sources
from concertmaster.project.model.values import Call, ClassName, place_of
from concertmaster.project.names import canonical
from concertmaster.project.paths import is_test

_REGISTRY = frozenset(
    f"orchestrator.core.domain{module}.SUBSCRIPTION_MODEL_REGISTRY" for module in ("", ".base")
)


class RegisteredProduct(Struct, frozen=True):
    """A key of the registry of subscription models."""

    name: str
    place: Place
    model: ClassName | None


class ProductRegistry(Struct, frozen=True):
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
        certain = certain and _is_followed(file.tree, calls)
        if not calls:
            interpreter.let_go(path)
        for call in calls:
            keys = _keys(call)
            certain = certain and keys is not None
            found += [_product(key, model, call) for key, model in (keys or {}).items()]
        if calls:
            paths.append(path)
    return ProductRegistry(tuple(found), certain, tuple(paths))


def _is_followed(tree: ast.Module, calls: Sequence[Call]) -> bool:
    """Whether everything that a module does with the registry is among what reading came across."""
    followed = {id(call.node) for call in calls}
    direct = [node for node in ast.walk(tree) if _writes(node)]
    passed = [node for node in ast.walk(tree) if _passes(node)]
    return all(id(node) in followed for node in direct) and (not passed or len(followed) > len(direct))


def _writes(node: ast.AST) -> bool:
    """Whether it puts something into the registry; where it does so by an operator, the node is the registry."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("update", "setdefault") and _is_registry(node.func.value)
    if isinstance(node, (ast.Subscript, ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
        return _is_registry(node.value if isinstance(node, ast.Subscript) else node)
    return False


def _passes(node: ast.AST) -> bool:
    """Whether it gives the registry to a function, or another name."""
    if isinstance(node, ast.Assign):
        return _is_registry(node.value)
    if isinstance(node, ast.Call) and not is_builtin(node.func):
        return any(_is_registry(arg) for arg in (*node.args, *(word.value for word in node.keywords)))
    return False


def _is_registry(node: ast.AST) -> bool:
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
