"""Where Python code sets or reads environment variables by a name that is plain to see."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from concertmaster.project.python import PythonFile
from concertmaster.project.values import last_part

_ENVIRON = "os.environ"
_SETTERS = frozenset(("setdefault",))
_READERS = frozenset(("get", "pop"))
_MONKEYPATCH = frozenset(("monkeypatch", "mp"))


class Variable(Struct, frozen=True):
    """A variable by the node that names it; `value` is what it is set to, None where it is read or removed."""

    key: ast.expr | ast.keyword
    name: str
    value: ast.expr | None


@lru_cache(maxsize=4)
def variables(file: PythonFile) -> tuple[Variable, ...]:
    """Every variable that the file sets, reads or removes by name, found once for all rules."""
    return tuple(_variables(file))


def _variables(file: PythonFile) -> Iterator[Variable]:
    """`os.environ[…]`, `os.getenv(…)`, `monkeypatch.setenv(…)`, `patch.dict(os.environ, {…})` and the like."""
    for subscript in file.nodes(ast.Subscript):
        if _is_environ(file, subscript.value):
            up = file.parent(subscript)
            is_set = isinstance(up, ast.Assign) and subscript in up.targets
            yield from _named(subscript.slice, up.value if is_set and isinstance(up, ast.Assign) else None)
    for call in file.nodes(ast.Call):
        yield from _called(file, call)


def _called(file: PythonFile, call: ast.Call) -> Iterator[Variable]:
    func, args = call.func, call.args
    if file.qualified(func) in ("os.getenv", "os.putenv", "os.unsetenv") and args:
        yield from _named(args[0], args[1] if last_part(func) == "putenv" and len(args) > 1 else None)
    elif isinstance(func, ast.Attribute) and _is_environ(file, func.value):
        if func.attr in _SETTERS | _READERS and args:
            yield from _named(args[0], args[1] if func.attr in _SETTERS and len(args) > 1 else None)
        elif func.attr == "update":
            yield from _mapping(call)
    elif isinstance(func, ast.Attribute) and last_part(func.value) in _MONKEYPATCH and args:
        if func.attr in ("setenv", "delenv"):
            yield from _named(args[0], args[1] if func.attr == "setenv" and len(args) > 1 else None)
        elif func.attr == "setitem" and len(args) == 3 and _is_environ(file, args[0]):
            yield from _named(args[1], args[2])
    elif _patches_dict(func) and args and (_is_environ(file, args[0]) or _text(args[0]) == _ENVIRON):
        yield from _mapping(call)


def _patches_dict(func: ast.expr) -> bool:
    """`patch.dict`, `mock.patch.dict`."""
    return isinstance(func, ast.Attribute) and func.attr == "dict" and last_part(func.value) == "patch"


def _mapping(call: ast.Call) -> Iterator[Variable]:
    """`{"NAME": value}` among the arguments, and `NAME=value`."""
    for mapping in (argument for argument in call.args if isinstance(argument, ast.Dict)):
        for key, value in zip(mapping.keys, mapping.values, strict=True):
            if key is not None:
                yield from _named(key, value)
    for word in call.keywords:
        if word.arg is not None and word.arg.isupper():
            yield Variable(word, word.arg, word.value)


def _named(key: ast.expr, value: ast.expr | None) -> Iterator[Variable]:
    name = _text(key)
    if name:
        yield Variable(key, name, value)


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_environ(file: PythonFile, node: ast.expr) -> bool:
    return file.qualified(node) == _ENVIRON
