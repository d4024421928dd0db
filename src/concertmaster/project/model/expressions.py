"""Evaluates expressions as far as that is possible without running them."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from concertmaster.project.model.methods import MAX_TEXT, formatted, items, plain
from concertmaster.project.model.reading import Reader
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.values import (
    UNKNOWN,
    ClassName,
    Function,
    Sql,
    Symbol,
    Value,
    text_at,
)
from concertmaster.project.names import canonical

TARGET = "orchestrator.core.targets.Target."
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
    ast.Is: lambda left, right: _same(left, right),
    ast.IsNot: lambda left, right: not _same(left, right),
}


def _same(left: Any, right: Any) -> bool:
    """Targets are members of an enumeration, for which texts stand here."""
    return left is right or (isinstance(left, str) and isinstance(right, str) and left == right)


def outside(name: str) -> Value:
    """The value of a name of the outside: targets are the texts that they stand for."""
    name = canonical(name)
    if name.startswith(TARGET):
        return name.removeprefix(TARGET).removesuffix(".value")
    return Symbol(name)


class Expressions:
    """The part of reading that gives values; names and the project's functions are left to the rest."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def value(self, node: ast.expr | None, scope: Scope) -> Value:
        """The value of an expression."""
        self.reader.spend()
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        return UNKNOWN if handler is None else handler(node, scope)

    def _constant(self, node: ast.Constant, scope: Scope) -> Value:
        return text_at(node.value, scope.file.place(node)) if isinstance(node.value, str) else node.value

    def _name(self, node: ast.Name, scope: Scope) -> Value:
        return self.reader.lookup(node.id, scope)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Value:
        value = self.value(node.value, scope)
        if isinstance(value, Symbol):
            return outside(f"{value.name}.{node.attr}")
        if isinstance(value, Scope):
            return self.reader.lookup(node.attr, value)
        if isinstance(value, ClassName):
            return self.reader.member(value, node.attr)
        return value if node.attr == "value" and isinstance(value, str) else UNKNOWN

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Value:
        parts = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                given = self.value(part.value, scope)
                if part.format_spec is not None or part.conversion != -1 or not plain(given):
                    return UNKNOWN
                parts.append(str(given))
            elif isinstance(part, ast.Constant):
                parts.append(str(part.value))
        text = "".join(parts)
        return text_at(text, scope.file.place(node)) if len(text) <= MAX_TEXT else UNKNOWN

    def _list(self, node: ast.List, scope: Scope) -> Value:
        return self._elements(node.elts, scope)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Value:
        found = self._elements(node.elts, scope)
        return tuple(found) if isinstance(found, list) else UNKNOWN

    def _set(self, node: ast.Set, scope: Scope) -> Value:
        found = self._elements(node.elts, scope)
        return set(found) if isinstance(found, list) and all(map(plain, found)) else UNKNOWN

    def _elements(self, nodes: list[ast.expr], scope: Scope) -> Value:
        found: list[Value] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                more = items(self.value(node.value, scope))
                if more is None:
                    return UNKNOWN
                found += more
            else:
                found.append(self.value(node, scope))
        return found

    def _dict(self, node: ast.Dict, scope: Scope) -> Value:
        found: dict[Value, Value] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            if key is None:
                more = self.value(item, scope)
                if not isinstance(more, dict):
                    return UNKNOWN
                found.update(more)
                continue
            name = self.value(key, scope)
            if not plain(name):
                return UNKNOWN
            found[name] = self.value(item, scope)
        return found

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Value:
        value = self.value(node.value, scope)
        if isinstance(node.slice, ast.Slice):
            return self._sliced(value, node.slice, scope)
        index = self.value(node.slice, scope)
        if isinstance(value, (dict, list, tuple, str)) and plain(index):
            try:
                return value[index]
            except (KeyError, IndexError, TypeError):
                return UNKNOWN
        return UNKNOWN

    def _sliced(self, value: Value, node: ast.Slice, scope: Scope) -> Value:
        ends = [
            None if end is None else self.value(end, scope) for end in (node.lower, node.upper, node.step)
        ]
        if not isinstance(value, (list, tuple, str)) or not all(
            end is None or isinstance(end, int) for end in ends
        ):
            return UNKNOWN
        return value[slice(*ends)] if ends[2] != 0 else UNKNOWN

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Value:
        if isinstance(node.op, ast.USub):
            number = self.value(node.operand, scope)
            return -number if isinstance(number, int) else UNKNOWN
        truth = self.truth(node.operand, scope)
        return (not truth) if isinstance(node.op, ast.Not) and truth is not None else UNKNOWN

    def _binop(self, node: ast.BinOp, scope: Scope) -> Value:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        same = _kind(left) == _kind(right)
        if isinstance(node.op, ast.Add) and same and _kind(left) in (str, list, tuple):
            return left + right if len(left) + len(right) <= MAX_TEXT else UNKNOWN
        if isinstance(node.op, ast.BitOr) and same and _kind(left) in (dict, set):
            return left | right
        return formatted(left, right) if isinstance(node.op, ast.Mod) and isinstance(left, str) else UNKNOWN

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Value:
        test = self.truth(node.test, scope)
        if test is None:
            return UNKNOWN
        return self.value(node.body if test else node.orelse, scope)

    def _compare(self, node: ast.Compare, scope: Scope) -> Value:
        left, right = self.value(node.left, scope), self.value(node.comparators[0], scope)
        compare = _COMPARE.get(type(node.ops[0]))
        if len(node.ops) > 1 or compare is None or not plain(left):
            return UNKNOWN
        known = plain(right) or (isinstance(right, (list, tuple, dict, set)) and all(map(plain, right)))
        try:
            return compare(left, right) if known else UNKNOWN
        except TypeError:
            return UNKNOWN

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Value:
        stops = isinstance(node.op, ast.Or)
        value: Value = UNKNOWN
        for part in node.values:
            value = self.value(part, scope)
            known = known_truth(value)
            if known is None:
                return UNKNOWN
            if known is stops:
                return value
        return value

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Value:
        scope.names[node.target.id] = value = self.value(node.value, scope)
        return value

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Value:
        return Function(node, scope, scope.file)

    def truth(self, node: ast.expr, scope: Scope) -> bool | None:
        """Whether a condition holds; None where that cannot be told."""
        return known_truth(self.value(node, scope))


def _kind(value: Value) -> type[Any]:
    return str if isinstance(value, str) else type(value)


def known_truth(value: Value) -> bool | None:
    return None if value is UNKNOWN or isinstance(value, (Symbol, Sql, Scope)) else bool(value)
