"""What an expression is an instance of, as far as the file itself proves it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct, field

from concertmaster.project.bindings import enclosing_function
from concertmaster.project.python import PythonFile
from concertmaster.project.reexports import bound_elsewhere, origin
from concertmaster.project.uses import MANY, definitions

_WRAPPERS = frozenset(("Optional", "Annotated", "ClassVar", "Final"))
_METHODS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Kind(Struct, frozen=True):
    """A class by its canonical names, its ready-made objects, and attributes of other kinds that hold one."""

    classes: frozenset[str]
    objects: frozenset[str] = frozenset()
    held_by: tuple[tuple[str, Kind], ...] = ()


APP = Kind(
    frozenset(("orchestrator.core.app.OrchestratorCore", "orchestrator.core.agentic_app.LLMOrchestratorCore"))
)
SETTINGS = Kind(
    frozenset(("orchestrator.core.settings.AppSettings",)),
    frozenset(("orchestrator.core.settings.app_settings", "orchestrator.core.app.app_settings")),
    (("base_settings", APP),),
)
LLM_SETTINGS = Kind(
    frozenset(f"orchestrator.core.{module}.LLMSettings" for module in ("settings", "llm_settings")),
    frozenset(f"orchestrator.core.{module}.llm_settings" for module in ("settings", "llm_settings")),
)


class Proof(Struct):
    """The project's own classes that a proof went through; empty where the framework's class itself was met."""

    own: list[ast.ClassDef] = field(default_factory=list)


def instance_of(file: PythonFile, node: ast.expr, kind: Kind) -> Proof | None:
    """The proof that an expression is an instance of a kind; None where the file does not give one."""
    proof = Proof()
    return proof if _Search(file, kind, proof).instance(node) else None


def subclass_of(file: PythonFile, node: ast.ClassDef, kind: Kind) -> bool:
    """Whether a class of this file derives from a kind."""
    return _Search(file, kind, Proof()).derives(node)


class _Search(Struct):
    file: PythonFile
    kind: Kind
    proof: Proof
    known: dict[ast.AST, bool] = field(default_factory=dict)  # False as well while it is being found out

    def instance(self, node: ast.expr) -> bool:
        if origin(self.file, node) in self.kind.objects:
            return True
        if node not in self.known:
            self.known[node] = False
            self.known[node] = self._instance(node)
        return self.known[node]

    def _instance(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Call):
            return self.names_class(node.func)
        if isinstance(node, ast.Name):
            return self._all(definitions(self.file, node)) or self._of_another_file(node)
        return isinstance(node, ast.Attribute) and self._attribute(node)

    def _of_another_file(self, node: ast.Name) -> bool:
        """A name that a module of the project binds once, to such an object as the framework makes it."""
        found = bound_elsewhere(self.file, node) if self.file.bindings(node) else None
        if found is None:
            return False
        return _Search(found.file, self.kind, self.proof).instance(found.value)

    def names_class(self, node: ast.expr) -> bool:
        """Whether an expression is the class itself or a subclass in this file."""
        if origin(self.file, node) in self.kind.classes:
            return True
        if not isinstance(node, ast.Name):
            return False
        bound = definitions(self.file, node)
        return bool(bound) and all(isinstance(one, ast.ClassDef) and self.derives(one) for one in bound)

    def derives(self, node: ast.ClassDef) -> bool:
        if node not in self.known:
            self.known[node] = False
            self.known[node] = any(self.names_class(base) for base in node.bases)
            if self.known[node]:
                self.proof.own.append(node)
        return self.known[node]

    def annotated(self, node: ast.expr | None) -> bool:
        """Whether an annotation names the class: `X`, `X | None`, `Annotated[X, …]`, `"X"`."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self.annotated(node.left) or self.annotated(node.right)
        if isinstance(node, ast.Subscript):
            inner = (
                node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
            )
            return _last_part(node.value) in _WRAPPERS and self.annotated(inner)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self._quoted(node, node.value)
        return node is not None and self.names_class(node)

    def _quoted(self, node: ast.AST, text: str) -> bool:
        """A name in quotes, looked up where the annotation stands."""
        first, _, rest = text.removesuffix(" | None").partition(".")
        scope = self.file.scope(node).find(first)
        if scope is None:
            return False
        if first not in scope.others:
            dotted = {f"{one.dotted}.{rest}" if rest else one.dotted for one in scope.imports[first]}
            return {self.file.canonical(name) for name in dotted} <= self.kind.classes
        bound = scope.others[first] if first not in scope.imports and not rest else []
        return bool(bound) and all(isinstance(one, ast.ClassDef) and self.derives(one) for one in bound)

    def _all(self, bindings: Sequence[ast.AST]) -> bool:
        return 0 < len(bindings) <= MANY and all(self._binding(node) for node in bindings)

    def _binding(self, node: ast.AST) -> bool:
        if isinstance(node, ast.arg):
            return self.annotated(node.annotation) or self._is_self(node)
        up = self.file.parent(node)
        if isinstance(up, ast.AnnAssign):
            return self.annotated(up.annotation)
        if isinstance(up, ast.Assign):
            return node in up.targets and self.instance(up.value)
        return isinstance(up, ast.NamedExpr) and self.instance(up.value)

    def _is_self(self, node: ast.arg) -> bool:
        """`self` in a method of a subclass."""
        function = enclosing_function(self.file, node)
        around = None if function is None else self.file.parent(function)
        if not isinstance(around, ast.ClassDef) or not isinstance(function, _METHODS):
            return False
        static = {_last_part(one) for one in function.decorator_list} & {"staticmethod", "classmethod"}
        first = [*function.args.posonlyargs, *function.args.args][:1]
        return node.arg == "self" and first == [node] and not static and self.derives(around)

    def _attribute(self, node: ast.Attribute) -> bool:
        for name, owner in self.kind.held_by:
            if node.attr == name and instance_of(self.file, node.value, owner) is not None:
                return True
        if not isinstance(node.value, ast.Name) or node.value.id not in ("self", "cls"):
            return False
        around = next((up for up in self.file.ancestors(node) if isinstance(up, ast.ClassDef)), None)
        return around is not None and self._all(_members(around).get(node.attr, []))


@lru_cache(maxsize=256)
def _members(node: ast.ClassDef) -> dict[str, list[ast.AST]]:
    """Where a class binds its attributes: in its body, and on `self` in its methods."""
    members: dict[str, list[ast.AST]] = defaultdict(list)
    for statement in node.body:
        for target in getattr(statement, "targets", None) or [getattr(statement, "target", None)]:
            if isinstance(target, ast.Name):
                members[target.id].append(target)
        for child in ast.walk(statement) if isinstance(statement, _METHODS) else ():
            if isinstance(child, ast.Attribute) and _is_own_store(child):
                members[child.attr].append(child)
    return members


def _is_own_store(node: ast.Attribute) -> bool:
    return (
        isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("self", "cls")
    )


def _last_part(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
