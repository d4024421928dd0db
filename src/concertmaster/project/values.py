"""What an expression is for certain: a list, a scalar, text, something without side effects."""

from __future__ import annotations

import ast

_SCALAR_CALLS = frozenset(("str", "int", "bool", "float", "len", "repr"))
_LIST_CALLS = frozenset(("list", "sorted"))
_LIST_TYPES = frozenset(("list", "List"))
_LISTS = (ast.List, ast.ListComp)


def is_list(node: ast.expr) -> bool:
    """A list as it is written: a display, a comprehension, `list(…)`, `sorted(…)`."""
    return isinstance(node, _LISTS) or _called(node) in _LIST_CALLS


def is_scalar(node: ast.expr) -> bool:
    """A text, number or truth value as it is written."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not) or is_scalar(node.operand)
    if isinstance(node, ast.BinOp):
        return is_scalar(node.left) and is_scalar(node.right)
    constant = isinstance(node, ast.Constant) and isinstance(node.value, (str, int, float))
    return constant or isinstance(node, (ast.JoinedStr, ast.Compare)) or _called(node) in _SCALAR_CALLS


def is_list_type(node: ast.expr | None) -> bool:
    """`list`, `list[int]`, `List[int]`, `typing.List`."""
    inner = node.value if isinstance(node, ast.Subscript) else node
    return last_part(inner) in _LIST_TYPES


def item_types(node: ast.expr) -> set[str] | None:
    """The types of the items of a list display; None where they are not plain to see."""
    if not isinstance(node, ast.List) or not all(isinstance(item, ast.Constant) for item in node.elts):
        return None
    return {type(item.value).__name__ for item in node.elts if isinstance(item, ast.Constant)}


def has_no_effect(node: ast.expr) -> bool:
    """Whether an expression can be dropped without a trace: it calls, awaits and assigns nothing."""
    effects = (ast.Call, ast.Await, ast.NamedExpr, ast.Yield, ast.YieldFrom)
    return not any(isinstance(part, effects) for part in ast.walk(node))


def last_part(node: ast.AST | None) -> str:
    """The last name of `a.b.c`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _called(node: ast.expr) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
