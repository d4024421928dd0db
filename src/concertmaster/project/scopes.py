"""Which binding a name refers to, by Python's scoping rules, and what binds one."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable

from msgspec import Struct, field

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Imported(Struct, frozen=True):
    """A name bound by an import: what it stands for, and the statement that binds it."""

    dotted: str
    node: ast.Import | ast.ImportFrom
    alias: ast.alias


class Scope(Struct, eq=False):
    """A module, class, function, lambda or comprehension with the names that it binds."""

    node: ast.AST
    parent: Scope | None
    imports: dict[str, list[Imported]] = field(default_factory=lambda: defaultdict(list))
    others: dict[str, list[ast.AST]] = field(default_factory=lambda: defaultdict(list))
    redirected: dict[str, str] = field(default_factory=dict)  # name -> "global" or "nonlocal"
    stars: list[ast.ImportFrom] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @property
    def module(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def binds(self, name: str) -> bool:
        return name in self.imports or name in self.others

    def find(self, name: str) -> Scope | None:
        """The scope whose binding a read of `name` here refers to; None for builtins and unknown names."""
        if self.redirected.get(name) == "global":
            return self.module if self.module.binds(name) else None
        if name not in self.redirected and self.binds(name):
            return self
        outer = self.parent
        while outer is not None and (outer.is_class or not outer.binds(name)):
            outer = outer.parent
        return outer

    def bind(self, name: str, node: ast.AST) -> None:
        """Record an assignment-like binding, where Python makes it."""
        kind = self.redirected.get(name)
        target = self.module if kind == "global" else self
        if kind == "nonlocal":
            target = self.find(name) or self
        target.others[name].append(node)

    def bind_import(self, name: str, imported: Imported) -> None:
        target = self.module if self.redirected.get(name) == "global" else self
        target.imports[name].append(imported)


def _bind_import(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.Import)  # noqa: S101
    for alias in node.names:
        local = alias.asname or alias.name.partition(".")[0]
        dotted = alias.name if alias.asname else local
        scope.bind_import(local, Imported(dotted, node, alias))


def _bind_from(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.ImportFrom)  # noqa: S101
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            scope.module.stars.append(node)
            continue
        dotted = f"{module}{alias.name}" if module.endswith(".") else f"{module}.{alias.name}"
        scope.bind_import(alias.asname or alias.name, Imported(dotted, node, alias))


def _bind_name(node: ast.AST, scope: Scope) -> None:
    """Definitions, `except … as name`, and captures of `match`; their name may be missing."""
    name: str | None = getattr(node, "name", None)
    if name:
        scope.bind(name, node)


def _bind_rest(node: ast.AST, scope: Scope) -> None:
    assert isinstance(node, ast.MatchMapping)  # noqa: S101
    if node.rest:
        scope.bind(node.rest, node)


BINDERS: dict[type[ast.AST], Callable[[ast.AST, Scope], None]] = {
    ast.Import: _bind_import,
    ast.ImportFrom: _bind_from,
    ast.FunctionDef: _bind_name,
    ast.AsyncFunctionDef: _bind_name,
    ast.ClassDef: _bind_name,
    ast.ExceptHandler: _bind_name,
    ast.MatchAs: _bind_name,
    ast.MatchStar: _bind_name,
    ast.MatchMapping: _bind_rest,
}


def assignment_scope(node: ast.Name, scope: Scope, parents: dict[ast.AST, ast.AST]) -> Scope:
    """A walrus inside a comprehension binds outside of it."""
    if isinstance(parents.get(node), ast.NamedExpr):
        while isinstance(scope.node, COMPREHENSIONS) and scope.parent is not None:
            scope = scope.parent
    return scope


def evaluated_outside(node: ast.AST) -> set[ast.AST]:
    """Decorators, bases and return annotations belong to the scope around a definition."""
    outside: set[ast.AST] = set(getattr(node, "decorator_list", ()))
    if isinstance(node, ast.ClassDef):
        outside |= {*node.bases, *node.keywords}
    returns = getattr(node, "returns", None)
    return outside | {returns} if returns is not None else outside


def redirect(function: ast.AST, scope: Scope) -> None:
    """Note `global` and `nonlocal` before any binding of the body is seen."""
    pending: list[ast.AST] = (
        list(getattr(function, "body", ())) if not isinstance(function, ast.Lambda) else []
    )
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            kind = "global" if isinstance(node, ast.Global) else "nonlocal"
            scope.redirected.update(dict.fromkeys(node.names, kind))
        elif (isinstance(node, ast.stmt) and not isinstance(node, (*FUNCTIONS, ast.ClassDef))) or isinstance(
            node, (ast.ExceptHandler, ast.match_case)
        ):
            pending.extend(ast.iter_child_nodes(node))
