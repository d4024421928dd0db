"""Reads modules: what they define, and what they call outside the project.

Nothing is run. Constants, literals, loops over them and functions of the project are followed; what cannot
be followed is told as a doubt, with its text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from concertmaster.project.model.calls import Calls
from concertmaster.project.model.flow import Flow
from concertmaster.project.model.functions import bound, is_generator
from concertmaster.project.model.naming import MAX_DEPTH, Naming
from concertmaster.project.model.place import Sources
from concertmaster.project.model.reading import Leave, TooFar
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.values import UNKNOWN, Call, ClassName, Doubt, Effect, Function, Value

MAX_STEPS = 60_000


@dataclass
class Interpreter:
    """Reads the modules of one project; effects are those of the module or function that was asked for."""

    sources: Sources
    effects: list[Effect] = field(default_factory=list)
    _modules: dict[str, Scope] = field(default_factory=dict)
    _depth: int = 0
    _steps: int = 0

    def __post_init__(self) -> None:
        self._expressions, self._naming, self._flow = Calls(self), Naming(self), Flow(self)

    # -- what is asked from outside ------------------------------------------------------------

    def module(self, path: str) -> tuple[Scope | None, tuple[Effect, ...]]:
        """A module's names, and what its top level calls."""
        file = self.sources.parsed(path)
        if file is None:
            return None, ()
        scope = Scope(file)
        self._modules[path] = scope
        with self.fresh() as effects:
            self._run(file.tree.body, scope)
        return scope, tuple(effects)

    def scope_of(self, path: str) -> Scope | None:
        """A module's names, as read before where that has been done."""
        return self._modules[path] if path in self._modules else self.module(path)[0]

    def let_go(self, path: str) -> None:
        """Forget a module of which nothing came, where many are held; it is read again if it is wanted after all."""
        if self.sources.let_go(path):
            self._modules.pop(path, None)

    def function(self, function: Function) -> tuple[Effect, ...]:
        """What a function without arguments calls."""
        with self.fresh() as effects:
            inner = Scope(function.file, {}, function.scope)
            body = function.node.body
            self._run(body if isinstance(body, list) else [], inner)
        return tuple(effects)

    @contextmanager
    def fresh(self) -> Iterator[list[Effect]]:
        """A budget and effects of its own, for one question."""
        kept, self.effects = self.effects, []
        steps, self._steps = self._steps, 0
        try:
            yield self.effects
        finally:
            self.effects, self._steps = kept, steps

    def _run(self, body: list[ast.stmt], scope: Scope) -> Leave | None:
        try:
            return self.block(body, scope)
        except (TooFar, RecursionError):
            for statement in body:
                self.doubt(statement, scope)
            return None

    # -- bookkeeping ---------------------------------------------------------------------------

    def spend(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooFar

    def record(self, call: Call) -> None:
        self.effects.append(call)

    def doubt(self, node: ast.AST, scope: Scope, *, is_open: bool = False) -> None:
        self.effects.append(Doubt(scope.file.place(node), scope.file.text(node), is_open))

    def call_function(
        self,
        function: Function,
        args: tuple[Value, ...],
        keywords: dict[str, Value],
        node: ast.Call,
        scope: Scope,
    ) -> Value:
        body = function.node.body
        names = bound(function, args, keywords)
        if names is None or self._depth >= MAX_DEPTH or is_generator(function.node):
            self.doubt(node, scope)
            return UNKNOWN
        inner = Scope(function.file, {}, function.scope)
        for name, value in names.items():
            inner.names[name] = self.value(value, function.scope) if isinstance(value, ast.expr) else value
        self._depth += 1
        try:
            if not isinstance(body, list):
                return self.value(body, inner)
            left = self.block(body, inner)
        finally:
            self._depth -= 1
        return left.value if left is not None and left.how == "return" else None

    # -- its parts -----------------------------------------------------------------------------

    def value(self, node: ast.expr | None, scope: Scope) -> Value:
        return self._expressions.value(node, scope)

    def truth(self, node: ast.expr, scope: Scope) -> bool | None:
        """Whether a condition holds; None where that cannot be told."""
        return self._expressions.truth(node, scope)

    def bind(self, target: ast.expr, value: Value, scope: Scope) -> bool:
        return self._expressions.bind(target, value, scope)

    def is_open(self, node: ast.Call, scope: Scope) -> bool:
        return self._expressions.is_open(node, scope)

    def lookup(self, name: str, scope: Scope) -> Value:
        return self._naming.lookup(name, scope)

    def member(self, value: ClassName, name: str) -> Value:
        return self._naming.member(value, name)

    def block(self, body: Iterable[ast.stmt], scope: Scope) -> Leave | None:
        return self._flow.block(body, scope)

    def module_scope(self, path: str) -> Scope | None:
        return self._modules.get(path)
