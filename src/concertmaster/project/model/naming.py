"""Finds what names stand for, through the imports of the project's modules."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from concertmaster.project.model.calls import Calls
from concertmaster.project.model.expressions import outside
from concertmaster.project.model.functions import HELPERS
from concertmaster.project.model.place import Sources
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.values import UNKNOWN, ClassName, Effect, Value

MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Imported:
    """A name of another module of the project, looked up when it is needed."""

    path: str
    name: str


@dataclass
class Naming(Calls):
    """The part of the interpreter that knows the modules of the project."""

    sources: Sources
    effects: list[Effect] = field(default_factory=list)
    _modules: dict[str, Scope] = field(default_factory=dict)
    _depth: int = 0

    def module(self, path: str) -> tuple[Scope | None, tuple[Effect, ...]]:
        raise NotImplementedError

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
        below = self.sources.definitions.find(f".{value.name}", f"{value.path.removesuffix('.py')}.py")
        submodule = (
            None if below is None or not value.path.endswith("__init__.py") else self._imported_module(below)
        )
        return UNKNOWN if submodule is None else submodule

    def _through_star(self, name: str, scope: Scope) -> Value:
        for module in scope.stars:
            path = self.sources.definitions.find(module, scope.file.path)
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
        if path not in self._modules and self._depth < MAX_DEPTH:
            self._depth += 1
            self.module(path)
            self._depth -= 1
        return self._modules.get(path)

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
                        return self.value(inner.value, scope)
        return UNKNOWN
