"""What a condition in SQL says of a row that is known: true, false, or None where that cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from concertmaster.project.model.methods import items, plain
from concertmaster.project.model.rows import is_like
from concertmaster.project.model.values import UNKNOWN, Value

if TYPE_CHECKING:
    from sqlglot import exp

Lookup = Callable[[str, str], Value]  # column, qualifier


def constant(node: exp.Expr | None, parameters: Mapping[str, Value]) -> Value:
    """The value of a literal or a bound parameter; UNKNOWN for everything else."""
    from sqlglot import exp

    if isinstance(node, exp.Paren):
        return constant(node.this, parameters)
    if isinstance(node, exp.Cast):
        return constant(node.this, parameters)
    if isinstance(node, exp.Literal):
        return str(node.this) if node.is_string else _number(str(node.this))
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Placeholder):
        return parameters.get(str(node.this), UNKNOWN)
    if isinstance(node, exp.Array):
        found = [constant(item, parameters) for item in node.expressions]
        return UNKNOWN if UNKNOWN in found else found
    return UNKNOWN


def _number(text: str) -> Value:
    return int(text) if text.isdigit() else UNKNOWN


def holds(node: exp.Expr | None, lookup: Lookup, parameters: Mapping[str, Value]) -> bool | None:
    """Whether a row fulfils a condition; no condition holds for every row."""
    from sqlglot import exp

    if node is None:
        return True
    if isinstance(node, (exp.Where, exp.Paren)):
        return holds(node.this, lookup, parameters)
    if isinstance(node, exp.Not):
        inner = holds(node.this, lookup, parameters)
        return None if inner is None else not inner
    if isinstance(node, (exp.And, exp.Or)):
        sides = (holds(node.left, lookup, parameters), holds(node.right, lookup, parameters))
        decisive = isinstance(node, exp.Or)
        if decisive in sides:
            return decisive
        return None if None in sides else not decisive
    return _compared(node, lookup, parameters)


def _compared(node: exp.Expr, lookup: Lookup, parameters: Mapping[str, Value]) -> bool | None:
    from sqlglot import exp

    if isinstance(node, (exp.Boolean, exp.Column)):
        value = _value(node, lookup, parameters)
        return value if isinstance(value, bool) else None
    left = _value(node.this, lookup, parameters)
    if not plain(left):
        return None
    if isinstance(node, exp.In):
        given = [constant(item, parameters) for item in node.expressions]
        if len(given) == 1 and items(given[0]) is not None:
            given = items(given[0]) or []
        if node.args.get("query") is not None or not given or not all(map(plain, given)):
            return None
        return left in given
    if isinstance(node, (exp.EQ, exp.NEQ, exp.Is)) and isinstance(node.expression, exp.Any):
        listed = items(constant(node.expression.this, parameters))
        return None if listed is None or not all(map(plain, listed)) else left in listed
    right = (
        _value(node.expression, lookup, parameters) if node.args.get("expression") is not None else UNKNOWN
    )
    if not plain(right):
        return None
    if isinstance(node, (exp.EQ, exp.Is)):
        return bool(left == right)
    if isinstance(node, exp.NEQ):
        return bool(left != right)
    if isinstance(node, (exp.Like, exp.ILike)) and isinstance(left, str) and isinstance(right, str):
        folded = isinstance(node, exp.ILike)
        return is_like(left.lower(), right.lower()) if folded else is_like(left, right)
    return None


def _value(node: exp.Expr, lookup: Lookup, parameters: Mapping[str, Value]) -> Value:
    from sqlglot import exp

    if isinstance(node, exp.Column):
        return lookup(node.name.lower(), node.table)
    return constant(node, parameters)
