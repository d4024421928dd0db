"""The framework's name behind an expression, also where the project's own modules pass it on."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from concertmaster.project.definitions import MAX_STEPS, Definitions
from concertmaster.project.names import is_framework
from concertmaster.project.python import PythonFile, Surroundings, Unreadable, unreadable_bytes
from concertmaster.project.scopes import Imported, Scope
from concertmaster.project.walker import Walker


def origin(file: PythonFile, node: ast.AST) -> str | None:
    """`file.qualified`, followed through the project; only where each module on the way binds the name once.

    What is not certain comes back as it is written, or as None.
    """
    if node not in file.origins:
        file.origins[node] = _origin(file, node)
    return file.origins[node]


def _origin(file: PythonFile, node: ast.AST) -> str | None:
    name, definitions = file.qualified(node), file.around.definitions
    if name is None or definitions is None or is_framework(name):
        return name
    return _followed(file, definitions, file.dotted(node) or name) or name


def _followed(file: PythonFile, definitions: Definitions, dotted: str) -> str | None:
    importer = file.path
    for _ in range(MAX_STEPS):
        found = _step(definitions, dotted, importer)
        if found is None:
            return None
        dotted, importer = found
        name = file.canonical(dotted)
        if is_framework(name):
            return name
    return None


def _step(definitions: Definitions, dotted: str, importer: str) -> tuple[str, str] | None:
    """What a module of the project passes on under a name, as that module spells it, and the module's path."""
    level = len(dotted) - len(dotted.lstrip("."))
    parts = dotted[level:].split(".")
    for end in range(len(parts) - 1, 0 if not level else -1, -1):
        module = dotted[:level] + ".".join(parts[:end])
        path = definitions.find(module, importer)
        if path is not None:
            target = _passed_on(definitions, path, parts[end])
            return None if target is None else (".".join((target, *parts[end + 1 :])), path)
    return None


def _passed_on(definitions: Definitions, path: str, name: str) -> str | None:
    module = definitions.module(path)
    if name in module.classes or (name not in module.imports and name not in module.aliases):
        return None
    return _exports(definitions.source(path)).get(name)


@lru_cache(maxsize=512)
def _exports(source: bytes) -> Mapping[str, str]:
    """The imported names of a module that nothing else binds, by what they stand for."""
    try:
        tree = ast.parse(source) if unreadable_bytes(source) is None else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    if tree is None:
        return {}
    walk = Walker(tree)
    root = walk.root
    if root.stars:
        return {}
    found = {name: one.dotted for name in root.imports if (one := _only_import(walk, root, name)) is not None}
    aliases = ((name, _alias(walk, root, name, found)) for name in root.others)
    return found | {name: target for name, target in aliases if target is not None}


def _only_import(walk: Walker, scope: Scope, name: str) -> Imported | None:
    """The import of a name that is bound once, and whatever happens."""
    bound = scope.imports.get(name, [])
    if len(bound) != 1 or name in scope.others:
        return None
    return bound[0] if isinstance(walk.parents.get(bound[0].node), ast.Module) else None


def _alias(walk: Walker, scope: Scope, name: str, imported: Mapping[str, str]) -> str | None:
    """What `name = other.thing` stands for, where that is the only binding."""
    bound = scope.others[name]
    assign = walk.parents.get(bound[0])
    if len(bound) != 1 or name in scope.imports or not isinstance(assign, ast.Assign):
        return None
    if not isinstance(walk.parents.get(assign), ast.Module) or len(assign.targets) != 1:
        return None
    first, _, rest = ast.unparse(assign.value).partition(".")
    plain = isinstance(assign.value, (ast.Name, ast.Attribute)) and first in imported
    return ".".join(filter(None, (imported[first], rest))) if plain else None


class Bound(Struct, frozen=True):
    """The value that another module of the project gives to a name, and that module's file."""

    file: PythonFile
    value: ast.expr


def bound_elsewhere(file: PythonFile, node: ast.Name) -> Bound | None:
    """What an imported name is bound to in the module of the project that it comes from, once and at its top."""
    dotted, definitions = file.dotted(node), file.around.definitions
    if dotted is None or definitions is None:
        return None
    path, colon, name = definitions.origin(dotted, file.path).rpartition(":")
    if not colon or path == file.path:
        return None
    other = _opened(path, definitions.source(path), file.around)
    bound = [] if other is None else other.module_scope.others.get(name, [])
    if other is None or len(bound) != 1:
        return None
    statement = other.parent(bound[0])
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return None
    return Bound(other, statement.value) if isinstance(other.parent(statement), ast.Module) else None


def _opened(path: str, source: bytes, around: Surroundings) -> PythonFile | None:
    try:
        other = PythonFile(path, source, around)
        return other if other.tree.body else None
    except Unreadable:
        return None
