"""The fixed inputs of subscription models: fields that hold no product block, with the values that they can take."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from msgspec import Struct

from concertmaster.project.model.blocks import MAX_DEPTH, Blocks
from concertmaster.project.model.place import Place
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.values import ClassName, Symbol
from concertmaster.project.names import canonical

_MODEL = frozenset(f"orchestrator.core.domain{module}.SubscriptionModel" for module in ("", ".base"))
_ENUMERATIONS = frozenset(("enum.Enum", "enum.IntEnum", "enum.StrEnum"))
_PLAIN = frozenset(("str", "int", "float", "bool"))
#: Fields that every subscription has; a model may annotate them anew.
_COMMON = frozenset(
    "product customer_id subscription_id description status insync start_date end_date note version".split()
)


class FixedInput(Struct, frozen=True):
    """A field of a subscription model: its values as texts; None where it is of another type, or they are not known."""

    place: Place
    values: frozenset[str] | None
    is_plain: bool = False
    is_required: bool = False


def fixed_inputs_of(blocks: Blocks, cls: ClassName) -> Mapping[str, FixedInput] | None:
    """The fixed inputs of a model by name; None where a part of it lies outside the project."""
    node, scope = _definition(blocks, cls)
    if node is None or scope is None:
        return None
    found: dict[str, FixedInput] = {}
    for base in node.bases:
        inherited = _of_base(blocks, base, scope)
        if inherited is None:
            return None
        found |= inherited
    held = blocks.inside(cls)
    for one in node.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            name = one.target.id
            if name not in held and name not in _COMMON and not name.startswith(("_", "model_config")):
                found[name] = _field(blocks, one, scope)
    return found


def _of_base(blocks: Blocks, node: ast.expr, scope: Scope, depth: int = 0) -> Mapping[str, FixedInput] | None:
    value = blocks.interpreter.value(node, scope)
    if isinstance(value, ClassName) and depth < MAX_DEPTH:
        return fixed_inputs_of(blocks, value)
    return {} if isinstance(value, Symbol) and canonical(value.name) in _MODEL else None


def _definition(blocks: Blocks, cls: ClassName) -> tuple[ast.ClassDef | None, Scope | None]:
    scope = blocks.interpreter.scope_of(cls.path)
    body = scope.file.tree.body if scope is not None else []
    named = (one for one in body if isinstance(one, ast.ClassDef) and one.name == cls.name)
    return next(named, None), scope


def _field(blocks: Blocks, node: ast.AnnAssign, scope: Scope) -> FixedInput:
    place = scope.file.place(node)
    kind = node.annotation
    required = node.value is None
    if isinstance(kind, ast.Name) and kind.id in _PLAIN and kind.id not in scope.names:
        return FixedInput(place, None, is_plain=True, is_required=required)
    value = blocks.interpreter.value(kind, scope)
    values = _values(blocks, value) if isinstance(value, ClassName) else None
    return FixedInput(place, values, is_required=required and values is not None)


def _values(blocks: Blocks, cls: ClassName) -> frozenset[str] | None:
    """The values of an enumeration; None for other classes, and where one of them is computed."""
    node, scope = _definition(blocks, cls)
    if node is None or scope is None:
        return None
    bases = [blocks.interpreter.value(base, scope) for base in node.bases]
    if not any(isinstance(base, Symbol) and base.name in _ENUMERATIONS for base in bases):
        return None
    given = [one.value for one in node.body if isinstance(one, ast.Assign)]
    if not given or not all(isinstance(one, ast.Constant) for one in given):
        return None
    return frozenset(str(one.value) for one in given if isinstance(one, ast.Constant))
