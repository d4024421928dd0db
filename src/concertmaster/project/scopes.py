"""Which binding a name refers to: Python's scoping rules over one walk of the tree."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Imported:
    """A name bound by an import: what it stands for, and the statement that binds it."""

    dotted: str
    node: ast.Import | ast.ImportFrom
    alias: ast.alias


@dataclass(slots=True, eq=False)
class Scope:
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


class Walker:
    """One walk that notes nodes by type, parents, scopes of names, and all bindings."""

    def __init__(self, tree: ast.Module) -> None:
        self.root = Scope(tree, None)
        self.by_type: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self.parents: dict[ast.AST, ast.AST] = {}
        self.scopes: dict[ast.AST, Scope] = {}
        stack: list[tuple[ast.AST, Scope]] = [(tree, self.root)]
        while stack:
            node, scope = stack.pop()
            self.by_type[type(node)].append(node)
            self._bind(node, scope)
            children = list(self._children(node, scope))
            for child, _ in children:
                self.parents.setdefault(child, node)
            stack.extend(reversed(children))

    def _children(self, node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        """Children with the scope that each is evaluated in."""
        if not isinstance(node, (*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef)):
            if isinstance(node, ast.Name):
                self.scopes[node] = scope
                return
            for child in ast.iter_child_nodes(node):
                if not isinstance(child, ast.expr_context):
                    yield child, scope
            return
        inner = Scope(node, scope)
        self.scopes[node] = inner
        if isinstance(node, FUNCTIONS):
            _redirect(node, inner)
        outside = _evaluated_outside(node)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.arguments):
                yield from self._arguments(child, node, inner=inner, outer=scope)
            elif isinstance(child, ast.comprehension) and child is node.generators[0]:  # type: ignore[union-attr]
                yield from self._first_generator(child, node, inner=inner, outer=scope)
            else:
                yield child, (scope if child in outside else inner)

    def _arguments(
        self, args: ast.arguments, node: ast.AST, *, inner: Scope, outer: Scope
    ) -> Iterator[tuple[ast.AST, Scope]]:
        self.parents[args] = node
        self.by_type[ast.arguments].append(args)
        for child in ast.iter_child_nodes(args):
            if isinstance(child, ast.arg):
                inner.bind(child.arg, child)
                self.parents[child] = args
                self.by_type[ast.arg].append(child)
                if child.annotation is not None:
                    self.parents[child.annotation] = child
                    yield child.annotation, outer
            else:
                self.parents[child] = args
                yield child, outer

    def _first_generator(
        self, generator: ast.comprehension, node: ast.AST, *, inner: Scope, outer: Scope
    ) -> Iterator[tuple[ast.AST, Scope]]:
        self.parents[generator] = node
        self.by_type[ast.comprehension].append(generator)
        for child in (generator.iter, generator.target, *generator.ifs):
            self.parents[child] = generator
        yield generator.iter, outer
        yield generator.target, inner
        for condition in generator.ifs:
            yield condition, inner

    def _bind(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                _assignment_scope(node, scope, self.parents).bind(node.id, node)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.partition(".")[0]
                dotted = alias.name if alias.asname else local
                scope.bind_import(local, Imported(dotted, node, alias))
        elif isinstance(node, ast.ImportFrom):
            _bind_from(node, scope)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            scope.bind(node.name, node)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
            if node.name:
                scope.bind(node.name, node)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            scope.bind(node.rest, node)


def _bind_from(node: ast.ImportFrom, scope: Scope) -> None:
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            scope.module.stars.append(node)
            continue
        dotted = f"{module}{alias.name}" if module.endswith(".") else f"{module}.{alias.name}"
        scope.bind_import(alias.asname or alias.name, Imported(dotted, node, alias))


def _assignment_scope(node: ast.Name, scope: Scope, parents: dict[ast.AST, ast.AST]) -> Scope:
    """A walrus inside a comprehension binds outside of it."""
    if isinstance(parents.get(node), ast.NamedExpr):
        while isinstance(scope.node, COMPREHENSIONS) and scope.parent is not None:
            scope = scope.parent
    return scope


def _evaluated_outside(node: ast.AST) -> set[ast.AST]:
    """Decorators, bases and return annotations belong to the scope around a definition."""
    outside: set[ast.AST] = set(getattr(node, "decorator_list", ()))
    if isinstance(node, ast.ClassDef):
        outside |= {*node.bases, *node.keywords}
    returns = getattr(node, "returns", None)
    return outside | {returns} if returns is not None else outside


def _redirect(function: ast.AST, scope: Scope) -> None:
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
