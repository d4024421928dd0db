"""One walk through a syntax tree that notes all that is asked of it: nodes by type, parents, scopes, bindings."""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from functools import lru_cache

from concertmaster.project.scopes import (
    BINDERS,
    COMPREHENSIONS,
    FUNCTIONS,
    Scope,
    assignment_scope,
    evaluated_outside,
    redirect,
)

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

_OPENERS = frozenset((*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef))
#: Most nodes are of these types, and need less than the others.
_SPECIAL = frozenset((*BINDERS, *_OPENERS))
_LEAVES = frozenset(kind for kind, fields in _FIELDS.items() if not fields) - _SPECIAL
_ONE_FIELD = frozenset((ast.Attribute, ast.Expr, ast.keyword, ast.Starred, ast.Await))

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
                    assignment_scope(node, scope, parents).bind(node.id, node)  # type: ignore[arg-type, attr-defined]
            elif kind in _ONE_FIELD:
                push((node.value, scope, node))  # type: ignore[attr-defined]
            elif kind not in _LEAVES:
                if kind in _SPECIAL:
                    bind = BINDERS.get(kind)
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
            redirect(node, inner)
        outside = evaluated_outside(node)
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


def parse(source: bytes) -> ast.Module:
    """The tree of a text, without warnings about what it says.

    Raises:
        SyntaxError: it is no Python; ValueError, RecursionError and MemoryError as `ast.parse` does.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


@lru_cache(maxsize=1)
def parsed(source: bytes) -> ast.Module:
    """The same. A review asks twice for a text, one after the other, to judge it for two releases."""
    return parse(source)


@lru_cache(maxsize=1)
def walked(source: bytes, tree: ast.Module) -> Walker:
    """The nodes of a text's tree, gone through once for both."""
    return Walker(tree, redirects=b"global " in source or b"nonlocal " in source)
