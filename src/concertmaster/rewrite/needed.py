"""Names that a rewrite needs: by the import that the file has already, or with a new one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from concertmaster.project.python import PythonFile
from concertmaster.project.scopes import Imported, Scope
from concertmaster.rule import Import


@dataclass(frozen=True, slots=True)
class Needed:
    """How a name is written at its place, and the import that this takes."""

    text: str
    imports: tuple[Import, ...] = ()


def needed(
    file: PythonFile, at: ast.AST, module: str, name: str, *, also: tuple[str, ...] = ()
) -> Needed | None:
    """How `module.name` is written at a place; `also` are modules that have the same.

    None where the name stands for something else there, or is imported for type checkers alone.
    """
    modules = (module, *also)
    wanted = {f"{one}.{name}" for one in modules}
    for scope in _visible(file.scope(at)):
        for local, imported in scope.imports.items():
            if local in scope.others or not all(_at_runtime(file, one) for one in imported):
                continue
            found = {file.canonical(one.dotted) for one in imported}
            if found <= wanted:
                return Needed(local)
            if found <= set(modules):
                return Needed(f"{local}.{name}")
    taken = file.scope(at).find(name) is not None
    return None if taken else Needed(name, (Import(module, name),))


def _visible(scope: Scope) -> Iterator[Scope]:
    """A scope and those around it whose names it sees."""
    yield scope
    outer = scope.parent
    while outer is not None:
        if not outer.is_class:
            yield outer
        outer = outer.parent


def _at_runtime(file: PythonFile, imported: Imported) -> bool:
    tests = (up.test for up in file.ancestors(imported.node) if isinstance(up, ast.If))
    return not any(ast.unparse(test).endswith("TYPE_CHECKING") for test in tests)
