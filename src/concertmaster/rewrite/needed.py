"""Names that a rewrite needs: by the import that the file has already, or with a new one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.project.python import PythonFile
from concertmaster.project.scopes import Imported, Scope
from concertmaster.rewrite.moves import spelled
from concertmaster.rule import Import


class Needed(Struct, frozen=True):
    """How a name is written at its place, and the import that this takes."""

    text: str
    imports: tuple[Import, ...] = ()


def needed(
    file: PythonFile, at: ast.AST, module: str, name: str, *, also: tuple[str, ...] = ()
) -> Needed | None:
    """How `module.name` is written at a place; `also` are modules that have the same.

    None where the name stands for something else there, or is imported for type checkers alone.
    """
    modules = {module, *also}
    bound = list(_bound(file, file.scope(at)))
    for local, origin in bound:
        if origin in {f"{one}.{name}" for one in modules}:
            return Needed(local)
    if not any(origin.rpartition(".")[0] == module for _, origin in bound):
        for local, origin in bound:
            if origin in modules:
                return Needed(f"{local}.{name}")
    taken = file.scope(at).find(name) is not None
    return None if taken else Needed(name, (Import(spelled(file, module), name),))


def _bound(file: PythonFile, scope: Scope) -> Iterator[tuple[str, str]]:
    """The imported names that a scope sees at runtime, with what each surely stands for."""
    for one in _visible(scope):
        for local, imported in one.imports.items():
            origins = {file.canonical(each.dotted) for each in imported}
            if (
                local not in one.others
                and len(origins) == 1
                and all(_at_runtime(file, each) for each in imported)
            ):
                yield local, origins.pop()


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
