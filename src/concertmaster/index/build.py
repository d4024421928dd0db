"""From a wheel to the names and signatures in it, read with griffe; nothing of the wheel is run."""

from __future__ import annotations

import ast
from functools import lru_cache
from importlib.util import decode_source, resolve_name
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from concertmaster.index.bindings import scope
from concertmaster.index.members import Reader
from concertmaster.index.model import Entry, Flag, Kind, flags
from concertmaster.index.names import PACKAGES, from_root, inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from concertmaster.index.bindings import Scope
    from concertmaster.index.model import Facts, Modules
    from concertmaster.index.wheel import Wheel

#: What stands for a module whose content cannot be read: it is there, its names are unknown.
OPAQUE = Entry(Kind.MODULE, flags(Flag.DYNAMIC))
NAMESPACE = Entry(Kind.MODULE, flags(Flag.NAMESPACE, Flag.PACKAGE))


def modules(wheel: Wheel) -> Modules:
    """Every module that can be imported from a wheel, by canonical name, with what it holds."""
    found: dict[str, Facts] = {}
    for folder in wheel.folders:
        if name := _module_name(PurePosixPath(folder)):
            found[name] = {"": NAMESPACE}
    for path in wheel.binaries:
        if name := _module_name(_stem(PurePosixPath(path))):
            found[name] = {"": OPAQUE}
    # A package wins over a module of the same name, as it does for Python.
    for path in sorted(wheel.sources, key=lambda path: path.endswith("/__init__.py")):
        if name := _module_name(_stem(PurePosixPath(path))):
            found[name] = module_facts(
                name, wheel.sources[path], path.endswith("/__init__.py"), wheel.renamed
            )
    spelled = ((from_root(name) if wheel.renamed else name, facts) for name, facts in found.items())
    return {name: facts for name, facts in spelled if inside(name, PACKAGES[wheel.distribution])}


def _stem(path: PurePosixPath) -> PurePosixPath:
    return path.parent if path.name == "__init__.py" else path.with_name(path.name.partition(".")[0])


def _module_name(path: PurePosixPath) -> str | None:
    """The dotted name of a path; None when no `import` statement can spell it."""
    return ".".join(path.parts) if all(part.isidentifier() for part in path.parts) else None


@lru_cache(maxsize=16_384)
def module_facts(name: str, source: bytes, package: bool, renamed: bool) -> Facts:
    """What one module holds; a pure function of its source, and most sources do not change in a release."""
    try:
        tree = ast.parse(source)
        reader = Reader(name, decode_source(source), package=package, renamed=renamed)
        return dict(_facts(reader, scope(tree.body), package))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {"": OPAQUE}


def _facts(reader: Reader, found: Scope, package: bool) -> Iterator[tuple[str, Entry]]:
    exported = reader.exported
    module = flags(
        Flag.PACKAGE if package else None,
        Flag.DYNAMIC if found.dynamic else None,
        Flag.HAS_ALL if exported is not None else None,
    )
    stars = (reader.absolute(_source(node, reader.path, package)) for node in found.stars)
    yield "", Entry(Kind.MODULE, module, paths=tuple(dict.fromkeys(stars)))
    yield from reader.members(found, exported or frozenset())


def _source(node: ast.ImportFrom, module: str, package: bool) -> str:
    around = module if package else module.rpartition(".")[0]
    return resolve_name("." * node.level + (node.module or ""), around) if node.level else node.module or ""
