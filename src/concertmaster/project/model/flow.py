"""Goes through statements: what they define, in which order, and what may or may not be run."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from concertmaster.project.model.expressions import known_truth, outside
from concertmaster.project.model.functions import changed_names, is_main
from concertmaster.project.model.methods import items
from concertmaster.project.model.naming import Imported
from concertmaster.project.model.reading import Leave, Reader
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.values import UNKNOWN, Call, ClassName, Function, Symbol, Value

_NEVER = frozenset(("typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"))


class Flow:
    """The part of reading that takes statement after statement."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def block(self, body: Iterable[ast.stmt], scope: Scope) -> Leave | None:
        for statement in body:
            self.reader.spend()
            handler = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
            left = self._unfollowed([statement], scope) if handler is None else handler(statement, scope)
            if left is not None:
                return left
        return None

    def _do_expr(self, node: ast.Expr, scope: Scope) -> None:
        self.reader.value(node.value, scope)

    def _do_pass(self, node: ast.Pass, scope: Scope) -> None: ...

    _do_assert = _do_global = _do_nonlocal = _do_pass

    def _do_return(self, node: ast.Return, scope: Scope) -> Leave:
        return Leave("return", None if node.value is None else self.reader.value(node.value, scope))

    def _do_break(self, _node: ast.Break, _scope: Scope) -> Leave:
        return Leave("break")

    def _do_continue(self, _node: ast.Continue, _scope: Scope) -> Leave:
        return Leave("continue")

    def _do_raise(self, node: ast.Raise, scope: Scope) -> Leave:
        self.reader.record(Call("raise", (), {}, node, scope.file))
        return Leave("raise")

    def _do_assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.reader.value(node.value, scope)
        for target in node.targets:
            self._assign(target, value, scope)

    def _do_annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self._assign(node.target, self.reader.value(node.value, scope), scope)

    def _do_augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        owner = self.reader.value(node.target, scope) if isinstance(node.op, ast.BitOr) else UNKNOWN
        if isinstance(owner, Symbol):
            value = self.reader.value(node.value, scope)
            self.reader.record(Call(f"{owner.name}.update", (value,), {}, node.target, scope.file))
        elif isinstance(node.target, ast.Name):
            sum_ = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
            scope.names[node.target.id] = self.reader.value(sum_, scope)

    def _assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        if isinstance(target, ast.Subscript):
            owner, key = self.reader.value(target.value, scope), self.reader.value(target.slice, scope)
            if isinstance(owner, dict) and isinstance(key, (str, int)):
                owner[key] = value
            elif isinstance(owner, Symbol):
                self.reader.record(Call(f"{owner.name}.__setitem__", (key, value), {}, target, scope.file))
        else:
            self.reader.bind(target, value, scope)

    def _do_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        scope.names[node.name] = Function(node, scope, scope.file)

    _do_asyncfunctiondef = _do_functiondef

    def _do_classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        scope.names[node.name] = ClassName(scope.file.path, node.name)

    def _do_delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                owner, key = self.reader.value(target.value, scope), self.reader.value(target.slice, scope)
                if isinstance(owner, dict):
                    owner.pop(key, None)

    def _do_import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            path = self.reader.sources.definitions.find(name, scope.file.path)
            scope.names[alias.asname or name] = Symbol(name) if path is None else Imported(path, "")

    def _do_importfrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        module = "." * node.level + (node.module or "")
        path = self.reader.sources.definitions.find(module, scope.file.path)
        for alias in node.names:
            if alias.name == "*":
                scope.stars.append(module)
            elif path is not None:
                scope.names[alias.asname or alias.name] = Imported(path, alias.name)
            elif node.level:
                below = self.reader.sources.definitions.find(f"{module}{alias.name}", scope.file.path)
                scope.names[alias.asname or alias.name] = UNKNOWN if below is None else Imported(below, "")
            else:
                inner = self.reader.sources.definitions.find(f"{module}.{alias.name}", scope.file.path)
                known = outside(f"{module}.{alias.name}") if inner is None else Imported(inner, "")
                scope.names[alias.asname or alias.name] = known

    def _do_if(self, node: ast.If, scope: Scope) -> Leave | None:
        test = self.reader.value(node.test, scope)
        known = False if isinstance(test, Symbol) and test.name in _NEVER else known_truth(test)
        if isinstance(node.test, ast.Compare) and is_main(node.test):
            known = False
        if known is None:
            return self._unfollowed([*node.body, *node.orelse], scope)
        return self.block(node.body if known else node.orelse, scope)

    def _do_for(self, node: ast.For, scope: Scope) -> Leave | None:
        values = items(self.reader.value(node.iter, scope))
        if values is None:
            return self._unfollowed([*node.body, *node.orelse], scope, node.target)
        for value in values:
            self.reader.bind(node.target, value, scope)
            left = self.block(node.body, scope)
            if left is not None and left.how != "continue":
                return None if left.how == "break" else left
        return self.block(node.orelse, scope)

    def _do_with(self, node: ast.With, scope: Scope) -> Leave | None:
        for item in node.items:
            value = self.reader.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self._assign(item.optional_vars, value, scope)
        return self.block(node.body, scope)

    def _do_try(self, node: ast.Try, scope: Scope) -> Leave | None:
        left = self.block(node.body, scope)
        for handler in node.handlers:
            self._unfollowed([one for one in handler.body if not isinstance(one, _IMPORTS)], scope)
        return left or self.block([*node.orelse, *node.finalbody], scope)

    def _unfollowed(self, body: list[ast.stmt], scope: Scope, *targets: ast.expr) -> Leave | None:
        """A block that may or may not be run: told as a doubt, and what it changes is unknown afterwards."""
        for statement in body:
            if not isinstance(statement, (ast.Pass, ast.Raise, *_IMPORTS)):
                calls = (node for node in ast.walk(statement) if isinstance(node, ast.Call))
                self.reader.doubt(
                    statement, scope, is_open=any(self.reader.is_open(call, scope) for call in calls)
                )
            for name in changed_names(statement, scope):
                scope.names[name] = UNKNOWN
        for target in targets:
            self.reader.bind(target, UNKNOWN, scope)
        return None


_IMPORTS = (ast.Import, ast.ImportFrom)
