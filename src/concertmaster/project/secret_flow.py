"""Where the value of a secret setting goes: whether the secret itself is wanted there, or its text."""

from __future__ import annotations

import ast
from functools import lru_cache

from concertmaster.project.python import PythonFile
from concertmaster.project.secret_settings import GET, SecretRead, names_secret, secret_writes
from concertmaster.project.uses import MANY, uses

_LOGGING = frozenset("debug info warning error exception critical log bind msg print repr".split())
_ASKS = frozenset(("hasattr", "getattr", "isinstance", "type"))


def stays_secret(file: PythonFile, read: SecretRead) -> bool:
    """Whether a read is right as it is: handled, kept out of a log, or passed on as the secret that it is."""
    return _is_handled(file, read) or _is_logged(file, read.node) or _is_passed_on(file, read)


def _is_handled(file: PythonFile, read: SecretRead) -> bool:
    """The value is taken out here, or in another branch around it that asks what it has got."""
    up = file.parent(read.node)
    if isinstance(up, ast.Attribute) and up.attr == GET:
        return True
    if isinstance(up, ast.Call) and isinstance(up.func, ast.Name) and up.func.id in _ASKS:
        return True
    inner: ast.AST = read.node
    for around in file.ancestors(read.node):
        if isinstance(around, (ast.If, ast.IfExp, ast.Try)) and _elsewhere(around, inner, read.name):
            return True
        inner = around
    return False


def _elsewhere(around: ast.AST, inner: ast.AST, name: str) -> bool:
    """Whether another branch than the one at hand takes the value out of the same setting."""
    block = next(
        (value for _, value in ast.iter_fields(around) if isinstance(value, list) and inner in value), []
    )
    mine = {inner, *block}
    for child in ast.iter_child_nodes(around):
        if child not in mine and any(_takes(part, name) for part in ast.walk(child)):
            return True
    return False


def _takes(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Constant):
        return node.value == GET
    inner = node.value if isinstance(node, ast.Attribute) and node.attr == GET else None
    return isinstance(inner, ast.Attribute) and inner.attr == name


def _is_logged(file: PythonFile, node: ast.AST) -> bool:
    for up in file.ancestors(node):
        if isinstance(up, ast.stmt):
            return False
        if isinstance(up, ast.Call):
            name = up.func.attr if isinstance(up.func, ast.Attribute) else getattr(up.func, "id", "")
            if name not in ("str", "format"):
                return name in _LOGGING
    return False


def _is_passed_on(file: PythonFile, read: SecretRead) -> bool:
    """The secret itself is wanted: to be put back, to be asked what it is, or as another setting's value."""
    up = file.parent(read.node)
    if isinstance(up, ast.keyword):
        return up.arg == read.name
    if isinstance(up, ast.AnnAssign) and names_secret(file, up.annotation):
        return True
    put_back, read_again = _put_back(file), _uses(file, up)
    if any(_asks(file, use) for use in read_again):
        return True
    return read.node in put_back or (bool(read_again) and all(use in put_back for use in read_again))


@lru_cache(maxsize=4)
def _put_back(file: PythonFile) -> frozenset[ast.expr | None]:
    """What the file assigns to secret settings."""
    return frozenset(write.value for write in secret_writes(file))


def _uses(file: PythonFile, statement: ast.AST | None) -> list[ast.Name]:
    """Where the one name that a statement assigns is read again."""
    if isinstance(statement, ast.Assign):
        target = statement.targets[0] if len(statement.targets) == 1 else None
    else:
        target = statement.target if isinstance(statement, (ast.AnnAssign, ast.NamedExpr)) else None
    return uses(file, target.id, target)[:MANY] if isinstance(target, ast.Name) else []


def _asks(file: PythonFile, use: ast.Name) -> bool:
    up = file.parent(use)
    if isinstance(up, ast.Attribute):
        return up.attr == GET
    return isinstance(up, ast.Call) and isinstance(up.func, ast.Name) and up.func.id in _ASKS
