"""Which statement gave a name the value that it has at one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.project.python import PythonFile
from concertmaster.project.scopes import FUNCTIONS

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def class_named(file: PythonFile, node: ast.AST, name: str | None = None) -> list[ast.ClassDef]:
    """The class statements that a name at this place refers to; empty when it may be anything else."""
    wanted = name or (node.id if isinstance(node, ast.Name) else "")
    scope = file.scope(node).find(wanted)
    if scope is None or wanted in scope.imports:
        return []
    bound = scope.others[wanted]
    found = [one for one in bound if isinstance(one, ast.ClassDef)]
    return found if len(found) == len(bound) else []


def enclosing_function(file: PythonFile, node: ast.AST) -> Function | None:
    """The function whose body or signature holds a node."""
    return next((up for up in file.ancestors(node) if isinstance(up, FUNCTIONS)), None)


def binding(file: PythonFile, name: ast.Name) -> ast.AST | None:
    """The node that binds a name for this use of it: the only one, or the last that surely ran before.

    None where that depends on the way that the code takes, and for imports.
    """
    scope = file.scope(name).find(name.id)
    if scope is None or name.id in scope.imports:
        return None
    bound = scope.others[name.id]
    if file.scope(name) is scope:
        return _nearest(file, name, bound)
    return bound[0] if len(bound) == 1 else None


def _nearest(file: PythonFile, name: ast.Name, bound: list[ast.AST]) -> ast.AST | None:
    use = file.span(name)[0]
    before = [one for one in bound if _takes_effect(file, one) <= use]
    if not before:
        return None
    last = max(before, key=lambda one: _takes_effect(file, one))
    certain = _surely_runs(file, last, name) and not _looped(file, bound, last, name)
    return last if certain or len(bound) == 1 else None


def _takes_effect(file: PythonFile, node: ast.AST) -> int:
    """The offset behind which a binding holds: the end of its assignment, or of what binds the name itself."""
    up = file.parent(node)
    if isinstance(up, (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign)):
        return file.span(up)[1]
    if isinstance(node, (ast.arg, ast.expr, ast.stmt)):
        return file.span(node)[1]
    return file.span(file.statement(node))[0]


def _surely_runs(file: PythonFile, bound: ast.AST, use: ast.AST) -> bool:
    """Whether the block of a binding holds the use too, so that one does not happen without the other."""
    if isinstance(bound, ast.arg):
        return True
    block = file.parent(file.statement(bound))
    while isinstance(block, (ast.With, ast.AsyncWith)):
        block = file.parent(block)
    if isinstance(block, (ast.If, ast.Try, ast.For, ast.While, ast.Match, ast.AsyncFor)):
        return _same_arm(file, block, bound, use)
    return block in tuple(file.ancestors(use))


def _same_arm(file: PythonFile, block: ast.AST, bound: ast.AST, use: ast.AST) -> bool:
    """Whether both stand in the same one of a statement's blocks."""
    arms = [value for _, value in ast.iter_fields(block) if isinstance(value, list)]
    line = {file.statement(bound), *file.ancestors(bound)}
    other = {use, *file.ancestors(use)}
    return any(line & set(arm) and other & set(arm) for arm in arms)


def _looped(file: PythonFile, bound: list[ast.AST], last: ast.AST, use: ast.AST) -> bool:
    """Whether a later round of a loop around the use may bring another value."""
    around_last = tuple(file.ancestors(last))
    loops = [up for up in file.ancestors(use) if isinstance(up, _LOOPS) and up not in around_last]
    return any(loop in tuple(file.ancestors(one)) for loop in loops for one in bound if one is not last)


def class_uses(file: PythonFile, definition: ast.ClassDef) -> Iterator[ast.Name]:
    """Where this file reads the name of a class."""
    scope = file.scope(definition).find(definition.name)
    for name in file.nodes(ast.Name):
        same = name.id == definition.name and isinstance(name.ctx, ast.Load)
        if same and file.scope(name).find(name.id) is scope:
            yield name


def in_annotation(file: PythonFile, node: ast.AST) -> bool:
    """Whether an expression stands for a type: in an annotation, or in the brackets of another type."""
    for up in file.ancestors(node):
        if isinstance(up, (ast.AnnAssign, ast.arg)):
            return up.annotation is node
        if isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return up.returns is node
        if isinstance(up, ast.Subscript) and up.slice is node:
            return True
        if not isinstance(up, (ast.Subscript, ast.BinOp, ast.Tuple, ast.List)):
            return False
        node = up
    return False
