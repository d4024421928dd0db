"""What a text that looks like a database URI is used for."""

from __future__ import annotations

import ast
import re
from enum import StrEnum

from concertmaster.project.instances import SETTINGS, instance_of, subclass_of
from concertmaster.project.python import PythonFile
from concertmaster.project.secret_settings import is_settings
from concertmaster.project.values import last_part


class Role(StrEnum):
    """How near a URI is to the framework."""

    OWN = "the framework's own setting"
    LIKELY = "something that is called the URI of a database"


_OWN = frozenset(("DATABASE_URI", "DATABASE_URI_TEST"))
_LIKELY = re.compile(
    r"(?:test_?)?(?:database|db)_?(?:ur[il]|dsn)(?:_?test)?\Z|sqlalchemy\.url\Z", re.IGNORECASE
)
_ENGINES = frozenset(
    f"sqlalchemy.{name}"
    for name in (
        "create_engine",
        "engine.create_engine",
        "make_url",
        "engine.make_url",
        "engine.url.make_url",
    )
)
_TRANSPARENT = (ast.BoolOp, ast.IfExp, ast.JoinedStr, ast.BinOp, ast.keyword)


def role_of(file: PythonFile, node: ast.expr) -> Role | None:
    """What a text is used for; None for everything that is not surely a URI of SQLAlchemy's."""
    inner: ast.AST = node
    for up in file.ancestors(node):
        if isinstance(up, ast.Call) and up.func is not inner:
            return _argument(file, up, inner)
        if isinstance(up, ast.Assign):
            return max((_named(file, target) for target in up.targets), key=_rank, default=None)
        if isinstance(up, ast.AnnAssign):
            return _field(file, up)
        if isinstance(up, ast.Dict):
            keys = [key for key, value in zip(up.keys, up.values, strict=True) if value is inner]
            return _text_named(keys[0]) if keys else None
        if isinstance(up, ast.Return):
            return _returned(file, up)
        is_format = isinstance(up, ast.Call) or (isinstance(up, ast.Attribute) and up.attr == "format")
        if not is_format and not isinstance(up, _TRANSPARENT):
            return None
        inner = up
    return None


def _rank(role: Role | None) -> int:
    return (None, Role.LIKELY, Role.OWN).index(role)


def _argument(file: PythonFile, call: ast.Call, inner: ast.AST) -> Role | None:
    if isinstance(inner, ast.keyword):
        own = inner.arg in _OWN and instance_of(file, call, SETTINGS) is not None
        return Role.OWN if own else Role.LIKELY if _LIKELY.match(inner.arg or "") else None
    name = file.qualified(call.func) or ""
    if name in _ENGINES or name.endswith(".SecretPostgresDsn"):
        return Role.LIKELY if name in _ENGINES else Role.OWN
    named = [one for one in call.args if one is not inner and _text_named(one)]
    return max((_text_named(one) for one in named), key=_rank, default=None)


def _text_named(node: ast.expr | None) -> Role | None:
    """What a key or an argument beside the URI calls it."""
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return Role.OWN if text in _OWN else Role.LIKELY if _LIKELY.match(text) else None


def _named(file: PythonFile, target: ast.expr) -> Role | None:
    if isinstance(target, ast.Subscript):
        return _text_named(target.slice)
    name = last_part(target)
    if name in _OWN and isinstance(target, ast.Attribute) and is_settings(file, target.value):
        return Role.OWN
    return Role.LIKELY if _LIKELY.match(name) else None


def _field(file: PythonFile, field: ast.AnnAssign) -> Role | None:
    around = file.parent(field)
    own = isinstance(around, ast.ClassDef) and subclass_of(file, around, SETTINGS)
    return Role.OWN if own and last_part(field.target) in _OWN else _named(file, field.target)


def _returned(file: PythonFile, node: ast.Return) -> Role | None:
    """A function called `db_uri` gives one: a fixture, say."""
    functions = (up for up in file.ancestors(node) if isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef)))
    name = next((function.name for function in functions), "")
    return Role.LIKELY if _LIKELY.match(name) else None
