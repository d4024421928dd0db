"""Edits of a function's parameters together with their uses in its body."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.spans import replace

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def positional(function: Function) -> list[ast.arg]:
    """The parameters that can be given by position."""
    return [*function.args.posonlyargs, *function.args.args]


def uses(file: PythonFile, function: Function, parameter: ast.arg) -> Iterator[ast.Name]:
    """Every place in a function, and in functions inside it, that means one of its parameters."""
    scope = file.scope(parameter)
    for name in _names(function):
        if name.id == parameter.arg and file.scope(name).find(name.id) is scope:
            yield name


def _names(function: Function) -> Iterator[ast.Name]:
    bodies = [function.body] if isinstance(function, ast.Lambda) else function.body
    for statement in bodies:
        yield from (node for node in ast.walk(statement) if isinstance(node, ast.Name))


def mentions(function: Function, name: str) -> bool:
    """Whether a function uses a name for anything, or has a parameter of that name."""
    arguments = [node for node in ast.walk(function.args) if isinstance(node, ast.arg)]
    return any(node.id == name for node in _names(function)) or any(node.arg == name for node in arguments)


def change_parameter(
    file: PythonFile, function: Function, parameter: ast.arg, *, declared: str, used: str
) -> tuple[Edit, ...] | None:
    """Declare a parameter in another way and write its uses so; None where it is assigned to."""
    found = list(uses(file, function, parameter))
    if any(not isinstance(name.ctx, ast.Load) for name in found):
        return None
    return (replace(file, parameter, declared), *(replace(file, name, used) for name in found))
