"""Code that supports two layouts of the framework at once and must be left as it is (guard rule G-07)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.project.names import ROOT, is_framework
from concertmaster.project.python import PythonFile

_FAILURES = frozenset(("ImportError", "ModuleNotFoundError", "Exception", "BaseException", "AttributeError"))


def in_shim(file: PythonFile, node: ast.AST) -> bool:
    """Whether a node stands in a `try` or `if` whose branches name both layouts."""
    return supports_both(file) and any(
        is_shim(up) for up in file.ancestors(node) if isinstance(up, (ast.Try, ast.If))
    )


def supports_both(file: PythonFile) -> bool:
    """Whether a file imports the framework in both layouts, so that it must work with both."""
    if "supports both" not in file.memo:
        file.memo["supports both"] = _supports_both(file)
    return bool(file.memo["supports both"])


def _supports_both(file: PythonFile) -> bool:
    around = {
        up
        for node in file.nodes(ast.ImportFrom, ast.Import)
        for up in file.ancestors(node)
        if isinstance(up, (ast.Try, ast.If))
    }
    return any(map(is_shim, around))


def is_shim(node: ast.Try | ast.If) -> bool:
    """`try: from orchestrator.core… except ImportError: from orchestrator…`, or a choice by version."""
    if isinstance(node, ast.Try) and not any(_catches_import(handler) for handler in node.handlers):
        return False
    modules = set(_modules(node))
    new = any(is_framework(module) for module in modules)
    old = any(
        module == ROOT or module.startswith(ROOT + ".") for module in modules if not is_framework(module)
    )
    return new and old and (isinstance(node, ast.Try) or bool(node.orelse))


def _catches_import(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in _FAILURES for kind in kinds)


def _modules(node: ast.AST) -> Iterator[str]:
    """Modules that are imported anywhere below a node."""
    for child in ast.walk(node):
        if isinstance(child, ast.ImportFrom) and not child.level and child.module:
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)


def in_import_guard(file: PythonFile, node: ast.AST) -> bool:
    """Whether a node stands in a `try` that catches failing imports."""
    guards = _import_guards(file)
    return bool(guards) and any(up in guards for up in file.ancestors(node))


def _import_guards(file: PythonFile) -> frozenset[ast.Try]:
    """Every `try` of a file that catches failing imports."""
    if "import guards" not in file.memo:
        found = (node for node in file.nodes(ast.Try) if any(map(_catches_import, node.handlers)))
        file.memo["import guards"] = frozenset(found)
    known: frozenset[ast.Try] = file.memo["import guards"]
    return known


def is_alternative(file: PythonFile, node: ast.ImportFrom) -> bool:
    """Whether the same names are imported from elsewhere in another branch around a statement."""
    names = {alias.asname or alias.name for alias in node.names}
    for up in file.ancestors(node):
        if isinstance(up, ast.Try) or (isinstance(up, ast.If) and up.orelse):
            others = (
                child for child in ast.walk(up) if isinstance(child, ast.ImportFrom) and child is not node
            )
            if any(names & {alias.asname or alias.name for alias in other.names} for other in others):
                return True
    return False
