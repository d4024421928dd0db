"""Evaluates comprehensions and calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.project.model.expressions import Expressions
from concertmaster.project.model.functions import is_builtin
from concertmaster.project.model.methods import BUILTINS, HARMLESS, builtin, copied, items, method, plain
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.values import UNKNOWN, Call, Function, Sql, Symbol, Value

_TEXTS = frozenset(f"sqlalchemy.{name}" for name in ("text", "sql.text", "sql.expression.text"))
_COPIES = frozenset(("copy.copy", "copy.deepcopy"))
EXECUTE = frozenset(("execute", "scalars", "scalar", "exec_driver_sql"))


class Calls(Expressions):
    """The part of reading that goes through comprehensions, and into calls."""

    # -- comprehensions ------------------------------------------------------------------------

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scope) -> Value:
        found: list[Value] = []
        for inner in self._rounds(node.generators, Scope(scope.file, {}, scope)):
            if inner is None:
                return UNKNOWN
            found.append(self.value(node.elt, inner))
        return found

    _generatorexp = _listcomp

    def _setcomp(self, node: ast.SetComp, scope: Scope) -> Value:
        found = self._listcomp(node, scope)
        return set(found) if isinstance(found, list) and all(map(plain, found)) else UNKNOWN

    def _dictcomp(self, node: ast.DictComp, scope: Scope) -> Value:
        found: dict[Value, Value] = {}
        for inner in self._rounds(node.generators, Scope(scope.file, {}, scope)):
            key = UNKNOWN if inner is None else self.value(node.key, inner)
            if inner is None or not plain(key):
                return UNKNOWN
            found[key] = self.value(node.value, inner)
        return found

    def _rounds(self, generators: list[ast.comprehension], scope: Scope) -> Iterator[Scope | None]:
        """The scope of each round of a comprehension; None where it cannot be followed."""
        if not generators:
            yield scope
            return
        first, rest = generators[0], generators[1:]
        values = items(self.value(first.iter, scope))
        if values is None:
            yield None
            return
        for item in values:
            if not self.bind(first.target, item, scope):
                yield None
                return
            tests = [self.truth(test, scope) for test in first.ifs]
            if None in tests:
                yield None
                return
            if all(tests):
                yield from self._rounds(rest, scope)

    def bind(self, target: ast.expr, value: Value, scope: Scope) -> bool:
        """Give names their values; whether every value is found."""
        if isinstance(target, ast.Name):
            scope.names[target.id] = value
            return True
        if isinstance(target, (ast.Tuple, ast.List)):
            parts = items(value) if not isinstance(value, dict) else None
            known = parts is not None and len(parts) == len(target.elts)
            for index, part in enumerate(target.elts):
                self.bind(part, parts[index] if parts is not None and known else UNKNOWN, scope)
            return known
        return False

    # -- calls ---------------------------------------------------------------------------------

    def _call(self, node: ast.Call, scope: Scope) -> Value:
        if isinstance(node.func, ast.Attribute):
            receiver = self.value(node.func.value, scope)
            if isinstance(receiver, (str, list, dict, set)):
                return method(receiver, node.func.attr, *self._arguments(node, scope))
            if isinstance(receiver, Sql):
                bound = {**dict(receiver.parameters), **self._arguments(node, scope)[1]}
                return Sql(receiver.text, tuple(bound.items()))
        function = self.value(node.func, scope)
        args, keywords = self._arguments(node, scope)
        if isinstance(function, Function):
            return self.reader.call_function(function, args, keywords, node, scope)
        if isinstance(function, Symbol):
            return self._outside_call(function, args, keywords, node, scope)
        if isinstance(node.func, ast.Name) and function is UNKNOWN and node.func.id in BUILTINS:
            return builtin(node.func.id, args, keywords)
        self.reader.doubt(node, scope, is_open=self.is_open(node, scope))
        return UNKNOWN

    def is_open(self, node: ast.Call, scope: Scope) -> bool:
        """Whether a call may do anything: of the project's own, of what is not known, or a statement not known."""
        function = self.value(node.func, scope)
        if isinstance(function, Symbol):
            given = self.value(node.args[0], scope) if node.args else UNKNOWN
            return function.last in EXECUTE and not isinstance(given, (str, Sql, Symbol))
        if isinstance(function, Function):
            return True
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        return name not in HARMLESS and not is_builtin(node.func)

    def _outside_call(
        self,
        function: Symbol,
        args: tuple[Value, ...],
        keywords: dict[str, Value],
        node: ast.Call,
        scope: Scope,
    ) -> Value:
        self.reader.record(Call(function.name, args, keywords, node, scope.file))
        if function.name in _TEXTS and args:
            return Sql(args[0]) if isinstance(args[0], str) else Symbol("sqlalchemy.text()")
        if function.name in _COPIES and args:
            return copied(args[0])
        return Symbol(f"{function.name}()")

    def _arguments(self, node: ast.Call, scope: Scope) -> tuple[tuple[Value, ...], dict[str, Value]]:
        args = self._elements(node.args, scope)
        keywords: dict[str, Value] = {}
        for word in node.keywords:
            value = self.value(word.value, scope)
            if word.arg is not None:
                keywords[word.arg] = value
            elif isinstance(value, dict):
                keywords.update({str(key): item for key, item in value.items()})
        return (tuple(args) if isinstance(args, list) else (UNKNOWN,) * len(node.args)), keywords
