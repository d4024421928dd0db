"""Where a file reads the names that it binds: one index, for rules that ask for many names."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import lru_cache

from concertmaster.project.python import PythonFile
from concertmaster.project.scopes import Scope

#: More bindings of one name than this prove nothing; a hostile file could make the proof take long.
MANY = 64


@lru_cache(maxsize=4)
def _loads(file: PythonFile) -> dict[tuple[Scope | None, str], list[ast.Name]]:
    index: dict[tuple[Scope | None, str], list[ast.Name]] = defaultdict(list)
    for node in file.nodes(ast.Name):
        if isinstance(node.ctx, ast.Load):
            index[file.scope(node).find(node.id), node.id].append(node)
    return index


def uses(file: PythonFile, name: str, at: ast.AST) -> list[ast.Name]:
    """Every read of the name that is bound where `name` at this place is."""
    return _loads(file).get((file.scope(at).find(name), name), [])


def definitions(file: PythonFile, name: ast.Name) -> list[ast.AST]:
    """What else than imports binds a name; empty where an import may, and where there is too much of it."""
    scope = file.scope(name).find(name.id)
    if scope is None or name.id in scope.imports or len(scope.others[name.id]) > MANY:
        return []
    return scope.others[name.id]
