"""Which names a module or class body binds when it runs: for certain, perhaps, or for type checkers only."""

from __future__ import annotations

import ast
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from concertmaster.index.syntax import (
    attributes_set,
    expressions,
    is_module_table,
    runs,
    sets_any_attribute,
    suppresses,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

DYNAMIC_CALLS = frozenset({"globals", "vars", "locals", "exec", "eval"})


class Bound(StrEnum):
    """How sure it is that a name exists once the body has run."""

    YES = ""
    MAYBE = "?"
    TYPING = "!"


class Scope(Struct):
    """What a body leaves behind.

    `declared` has annotations without a value, which bind nothing; `on_self` has what the methods of
    a class set on their first parameter. `dynamic` is set when the body
    can leave names that its source does not show.
    """

    names: dict[str, Bound] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)
    on_self: dict[str, None] = field(default_factory=dict)
    classes: dict[str, Scope] = field(default_factory=dict)
    stars: list[ast.ImportFrom] = field(default_factory=list)
    dynamic: bool = False
    ended: bool = False

    def bind(self, name: str) -> None:
        self.names[name] = Bound.YES

    def branch(self) -> Scope:
        return replace(self, names=dict(self.names), ended=False)

    def join(self, *branches: Scope) -> None:
        """Go on after alternatives: certain is what every one of them that goes on has bound."""
        self.dynamic |= any(branch.dynamic for branch in branches)
        going = [branch for branch in branches if not branch.ended]
        self.ended = not going
        self.names = _common([branch.names for branch in going or branches])


def scope(body: Iterable[ast.stmt]) -> Scope:
    """Read a body without running it."""
    found = Scope()
    _run(found, body)
    found.dynamic |= "__getattr__" in found.names
    return found


def _class(node: ast.ClassDef) -> Scope:
    found = scope(node.body)
    found.on_self = dict.fromkeys(attributes_set(node))
    found.dynamic |= sets_any_attribute(node)
    return found


def _common(tables: list[dict[str, Bound]]) -> dict[str, Bound]:
    names = dict.fromkeys(name for table in tables for name in table)
    return {name: _weakest([table.get(name) for table in tables]) for name in names}


def _weakest(bounds: list[Bound | None]) -> Bound:
    if all(bound is Bound.YES for bound in bounds):
        return Bound.YES
    real = [bound for bound in bounds if bound in (Bound.YES, Bound.MAYBE)]
    return Bound.MAYBE if real else Bound.TYPING


def _run(here: Scope, body: Iterable[ast.stmt]) -> None:
    for statement in body:
        _step(here, statement)


def _step(here: Scope, node: ast.stmt) -> None:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            here.bind(node.name)
            _globals(here, node)
        case ast.ClassDef():
            here.bind(node.name)
            here.classes[node.name] = _class(node)
        case ast.If():
            _if(here, node)
        case ast.Try() | ast.TryStar():
            _try(here, node)
        case ast.For() | ast.AsyncFor() | ast.While():
            _loop(here, node)
        case ast.With() | ast.AsyncWith():
            _with(here, node)
        case ast.Match():
            _match(here, node)
        case _:
            _simple(here, node)


def _simple(here: Scope, node: ast.stmt) -> None:
    _walruses(here, node)
    match node:
        case ast.Import():
            for alias in node.names:
                here.bind(alias.asname or alias.name.partition(".")[0])
        case ast.ImportFrom():
            _from(here, node)
        case ast.Assign():
            for target in node.targets:
                _target(here, target)
        case ast.AnnAssign(value=None):
            here.declared |= {node.target.id} if isinstance(node.target, ast.Name) else set()
        case ast.AnnAssign() | ast.AugAssign():
            _target(here, node.target)
        case ast.Delete():
            for target in node.targets:
                if isinstance(target, ast.Name):
                    here.names.pop(target.id, None)
        case ast.Raise() | ast.Return() | ast.Continue() | ast.Break():
            here.ended = True
        case _:
            _alias_statement(here, node)


def _alias_statement(here: Scope, node: ast.stmt) -> None:
    """`type X = …` of Python 3.12, which older interpreters have no class for."""
    if type(node).__name__ == "TypeAlias":
        _target(here, getattr(node, "name"))  # noqa: B009


def _from(here: Scope, node: ast.ImportFrom) -> None:
    for alias in node.names:
        if alias.name == "*":
            here.stars.append(node)
        else:
            here.bind(alias.asname or alias.name)


def _target(here: Scope, target: ast.expr | None) -> None:
    for node in ast.walk(target) if target else ():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            here.bind(node.id)
    if isinstance(target, ast.Subscript) and is_module_table(target.value):
        here.dynamic = True


def _walruses(here: Scope, node: ast.AST) -> None:
    for inner, sure in expressions(node):
        if isinstance(inner, ast.NamedExpr) and isinstance(inner.target, ast.Name):
            here.names.setdefault(inner.target.id, Bound.MAYBE)
            if sure:
                here.bind(inner.target.id)
        elif isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
            here.dynamic |= inner.func.id in DYNAMIC_CALLS


def _globals(here: Scope, node: ast.AST) -> None:
    """Names that a function declares `global` exist once it has run, if it ever does."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Global):
            for name in inner.names:
                here.names.setdefault(name, Bound.MAYBE)


def _if(here: Scope, node: ast.If) -> None:
    _walruses(here, node.test)
    yes, no = here.branch(), here.branch()
    _run(yes, node.body)
    _run(no, node.orelse)
    known = truth(node.test)
    if known is None:
        here.join(yes, no)
        return
    taken, skipped = (yes, no) if known else (no, yes)
    here.join(taken)
    for name in skipped.names:
        here.names.setdefault(name, Bound.TYPING)


def _try(here: Scope, node: ast.Try | ast.TryStar) -> None:
    whole, begun = here.branch(), here.branch()
    _run(whole, [*node.body, *node.orelse])
    _run(begun, node.body)
    failed = []
    for handler in node.handlers:
        after = here.branch()
        after.names |= {name: Bound.MAYBE for name in begun.names if name not in here.names}
        _run(after, handler.body)
        after.names.pop(handler.name or "", None)
        failed.append(after)
    here.join(whole, *failed)
    _run(here, node.finalbody)


def _loop(here: Scope, node: ast.For | ast.AsyncFor | ast.While) -> None:
    inside = here.branch()
    if not isinstance(node, ast.While):
        _target(inside, node.target)
    _run(inside, node.body)
    inside.ended = False
    here.join(inside, *(() if runs(node) else (here.branch(),)))
    _run(here, node.orelse)


def _with(here: Scope, node: ast.With | ast.AsyncWith) -> None:
    inside = here.branch()
    for item in node.items:
        _walruses(here, item.context_expr)
        _target(here, item.optional_vars)
        _target(inside, item.optional_vars)
    _run(inside, node.body)
    here.join(inside, *((here.branch(),) if any(map(suppresses, node.items)) else ()))


def _match(here: Scope, node: ast.Match) -> None:
    branches = [here.branch()]
    for case in node.cases:
        inside = here.branch()
        for inner in ast.walk(case.pattern):
            for name in (getattr(inner, "name", None), getattr(inner, "rest", None)):
                if name:
                    inside.bind(name)
        _run(inside, case.body)
        branches.append(inside)
    here.join(*branches)
