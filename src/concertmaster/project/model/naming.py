"""Finds what names stand for, through the imports of the project's modules."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from msgspec import Struct

from concertmaster.project.model.expressions import outside
from concertmaster.project.model.functions import HELPERS
from concertmaster.project.model.reading import Reader
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.values import UNKNOWN, ClassName, Value

MAX_DEPTH = 12


class Imported(Struct, frozen=True):
    """A name of another module of the project, looked up when it is needed."""

    path: str
    name: str


@dataclass
class Naming:
    """The part of reading that knows the modules of the project."""

    reader: Reader
    _depth: int = 0

    def lookup(self, name: str, scope: Scope) -> Value:
        current: Scope | None = scope
        while current is not None:
            if name in current.names:
                return self._found(current.names[name], current)
            if current.up is None:
                return self._through_star(name, current)
            current = current.up
        return UNKNOWN

    def _found(self, value: Value, scope: Scope) -> Value:
        if not isinstance(value, Imported):
            return value
        other = self._imported_module(value.path)
        if not value.name:
            return UNKNOWN if other is None else other
        if other is not None and other is not scope:
            found = self.lookup(value.name, other)
            if found is not UNKNOWN:
                return found
        below = self.reader.sources.definitions.find(f".{value.name}", f"{value.path.removesuffix('.py')}.py")
        submodule = (
            None if below is None or not value.path.endswith("__init__.py") else self._imported_module(below)
        )
        return UNKNOWN if submodule is None else submodule

    def _through_star(self, name: str, scope: Scope) -> Value:
        for module in scope.stars:
            path = self.reader.sources.definitions.find(module, scope.file.path)
            if path is None:
                if module.endswith("migrations.helpers") and name in HELPERS:
                    return outside(f"{module}.{name}")
                continue
            other = self._imported_module(path)
            value = UNKNOWN if other is None or other is scope else self.lookup(name, other)
            if value is not UNKNOWN:
                return value
        return UNKNOWN

    def _imported_module(self, path: str) -> Scope | None:
        if self.reader.module_scope(path) is None and self._depth < MAX_DEPTH:
            self._depth += 1
            try:
                self.reader.module(path)
            finally:
                self._depth -= 1
        return self.reader.module_scope(path)

    def member(self, value: ClassName, name: str) -> Value:
        scope = self._imported_module(value.path)
        if scope is None:
            return UNKNOWN
        for statement in scope.file.tree.body:
            if isinstance(statement, ast.ClassDef) and statement.name == value.name:
                for inner in statement.body:
                    if isinstance(inner, ast.Assign) and any(
                        isinstance(target, ast.Name) and target.id == name for target in inner.targets
                    ):
                        return self.reader.value(inner.value, scope)
        return UNKNOWN
