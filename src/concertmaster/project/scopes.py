"""Which binding a name refers to: Python's scoping rules over one walk of the tree."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable
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


#: Fields without syntax nodes that anybody asks for; operators and contexts are left out.
_PLAIN = frozenset(
    """
    arg asname attr conversion ctx id is_async kind kwd_attrs level module name names op ops rest simple
    str type_comment type_ignores
    """.split()
)
#: The fields of each node type that hold nodes, last first, for a walk by stack.
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    kind: tuple(reversed([name for name in kind._fields if name not in _PLAIN]))
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
_FIELDS |= dict.fromkeys((ast.Constant, ast.Name, ast.MatchSingleton), ())
_FIELDS |= dict.fromkeys((ast.Import, ast.ImportFrom), ("names",))
_IN_ORDER = {kind: names[::-1] for kind, names in _FIELDS.items()}

Item = tuple[ast.AST, Scope, ast.AST]


class Walker:
    """One walk that notes nodes by type, parents, scopes of names, and all bindings."""

    def __init__(self, tree: ast.Module, *, redirects: bool = True) -> None:
        """`redirects` tells whether the text holds a `global` or `nonlocal` at all."""
        self.root = Scope(tree, None)
        self._redirects = redirects
        self.by_type: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self.parents: dict[ast.AST, ast.AST] = {}
        self.scopes: dict[ast.AST, Scope] = {}
        by_type, parents, scopes = self.by_type, self.parents, self.scopes
        stack: list[Item] = []
        _push_fields(tree, self.root, stack)
        by_type[ast.Module].append(tree)
        pop, push = stack.pop, stack.append
        while stack:
            node, scope, parent = pop()
            kind = node.__class__
            by_type[kind].append(node)
            parents[node] = parent
            if kind is ast.Name:
                scopes[node] = scope
                if node.ctx.__class__ is not ast.Load:  # type: ignore[attr-defined]
                    _assignment_scope(node, scope, parents).bind(node.id, node)  # type: ignore[arg-type, attr-defined]
            elif kind in _ONE_FIELD:
                push((node.value, scope, node))  # type: ignore[attr-defined]
            elif kind not in _LEAVES:
                if kind in _SPECIAL:
                    bind = _BINDERS.get(kind)
                    if bind is not None:
                        bind(node, scope)
                    if kind in _OPENERS:
                        self._open(node, scope, stack)
                        continue
                for name in _FIELDS[kind]:
                    value = getattr(node, name, None)
                    if value.__class__ is list:
                        for child in reversed(value):
                            if child is not None:
                                push((child, scope, node))
                    elif value is not None:
                        push((value, scope, node))

    def _open(self, node: ast.AST, scope: Scope, stack: list[Item]) -> None:
        """Go into a node with a scope of its own; some of its parts are evaluated outside of that."""
        inner = Scope(node, scope)
        self.scopes[node] = inner
        children: list[Item] = []
        if self._redirects and isinstance(node, FUNCTIONS):
            _redirect(node, inner)
        outside = _evaluated_outside(node)
        for child in _children(node):
            if child.__class__ is ast.arguments:
                self._arguments(child, node, inner, children)
            elif child.__class__ is ast.comprehension and child is node.generators[0]:  # type: ignore[attr-defined]
                self._first_generator(child, node, inner, children)
            else:
                children.append((child, scope if child in outside else inner, node))
        stack.extend(reversed(children))

    def _arguments(self, args: ast.arguments, node: ast.AST, inner: Scope, children: list[Item]) -> None:
        """Names belong to the function; annotations and defaults to the scope around it."""
        self.parents[args] = node
        self.by_type[ast.arguments].append(args)
        outer = inner.parent or inner
        for child in _children(args):
            if child.__class__ is ast.arg:
                inner.others[child.arg].append(child)
                self.parents[child] = args
                self.by_type[ast.arg].append(child)
                if child.annotation is not None:
                    children.append((child.annotation, outer, child))
            else:
                children.append((child, outer, args))

    def _first_generator(
        self, generator: ast.comprehension, node: ast.AST, inner: Scope, children: list[Item]
    ) -> None:
        """The first iterable is evaluated outside of the comprehension."""
        self.parents[generator] = node
        self.by_type[ast.comprehension].append(generator)
        children.append((generator.iter, inner.parent or inner, generator))
        children += [(child, inner, generator) for child in (generator.target, *generator.ifs)]


def _children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node, in the order of its fields."""
    found: list[ast.AST] = []
    for name in _IN_ORDER[node.__class__]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += [child for child in value if child is not None]
        elif value is not None:
            found.append(value)
    return found


def _push_fields(node: ast.AST, scope: Scope, stack: list[Item]) -> None:
    for name in _FIELDS[node.__class__]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            for child in reversed(value):
                if child is not None:
                    stack.append((child, scope, node))
        elif value is not None:
            stack.append((value, scope, node))


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


_BINDERS: dict[type[ast.AST], Callable[[ast.AST, Scope], None]] = {
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
_OPENERS = frozenset((*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef))
#: Most nodes are of these types, and need less than the others.
_SPECIAL = frozenset((*_BINDERS, *_OPENERS))
_LEAVES = frozenset(kind for kind, fields in _FIELDS.items() if not fields) - _SPECIAL
_ONE_FIELD = frozenset((ast.Attribute, ast.Expr, ast.keyword, ast.Starred, ast.Await))


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
