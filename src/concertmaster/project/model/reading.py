"""What the parts that read code ask of each other."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from concertmaster.project.model.place import Sources
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.values import Call, ClassName, Function, Value


class TooFar(Exception):
    """The budget for reading is spent."""


class Leave(Struct, frozen=True):
    """A statement that ends a block: `return`, `break`, `continue` or `raise`."""

    how: str
    value: Value = None


class Reader(Protocol):
    """The whole that reads code, as its parts see it."""

    @property
    def sources(self) -> Sources: ...

    def value(self, node: ast.expr | None, scope: Scope) -> Value:
        """The value of an expression."""
        ...

    def bind(self, target: ast.expr, value: Value, scope: Scope) -> bool:
        """Give names their values; whether every value is found."""
        ...

    def is_open(self, node: ast.Call, scope: Scope) -> bool:
        """Whether a call may do anything."""
        ...

    def lookup(self, name: str, scope: Scope) -> Value:
        """What a name stands for."""
        ...

    def member(self, value: ClassName, name: str) -> Value:
        """What a class of the project holds under a name."""
        ...

    def block(self, body: Iterable[ast.stmt], scope: Scope) -> Leave | None:
        """Read statements in their order."""
        ...

    def call_function(
        self,
        function: Function,
        args: tuple[Value, ...],
        keywords: dict[str, Value],
        node: ast.Call,
        scope: Scope,
    ) -> Value:
        """What a function of the project gives, read with these arguments."""
        ...

    def module(self, path: str) -> object:
        """Read a module."""
        ...

    def module_scope(self, path: str) -> Scope | None:
        """The names of a module, as far as it has been read."""
        ...

    def spend(self) -> None:
        """Count a step of reading.

        Raises:
            TooFar: there were too many.
        """
        ...

    def record(self, call: Call) -> None:
        """Note a call of the outside."""
        ...

    def doubt(self, node: ast.AST, scope: Scope, *, is_open: bool = False) -> None:
        """Note what could not be followed."""
        ...
