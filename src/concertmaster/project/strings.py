"""Strings that name a module, and how sure that is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\Z")
_OPENING = re.compile(r"[A-Za-z]{0,2}(?:\"\"\"|'''|\"|')")
_PATCHERS = frozenset(("patch", "mocker", "monkeypatch"))
_LOADERS = frozenset(
    ("strawberry.lazy", "importlib.import_module", "importlib.reload", "importlib.util.find_spec")
)
_LAZY_WORKFLOW = "orchestrator.core.workflows.LazyWorkflowInstance"


class ModuleString(Struct, frozen=True):
    """A string literal such as `"orchestrator.db"`, or the head of an f-string (`is_prefix`).

    `names_module` is true where the place says that a module or an object in one is meant: an argument of
    `patch`, `strawberry.lazy`, `import_module`, `LazyWorkflowInstance`, or Celery's `include`.
    """

    node: ast.expr
    value: str
    names_module: bool
    is_prefix: bool = False

    def insert(self, file: PythonFile, index: int, text: str) -> Edit | None:
        """Write `text` behind the first `index` characters of the value; None where these are not plainly written."""
        return self.replace_head(file, self.value[:index], self.value[:index] + text)

    def replace_head(self, file: PythonFile, head: str, text: str) -> Edit | None:
        """Put `text` in the place of the value's beginning."""
        start, _ = file.span(self.node)
        source = file.text(self.node)
        opening = _OPENING.match(source)
        if opening is None or not source.startswith(head, opening.end()):
            return None
        begin = start + opening.end()
        new = text.encode(file.encoding)
        return Edit(begin, begin + len(head.encode(file.encoding)), new).trimmed(file.source)


def module_strings(file: PythonFile, root: str) -> Iterator[ModuleString]:
    """String literals that are, from beginning to end, a dotted name below `root`."""
    key = ("strings", root)
    if key not in file.memo:
        file.memo[key] = tuple(_module_strings(file, root))
    yield from file.memo[key]


def _module_strings(file: PythonFile, root: str) -> Iterator[ModuleString]:
    for node in file.nodes(ast.Constant):
        if not isinstance(node.value, str) or not node.value.startswith(root + "."):
            continue
        if _DOTTED.match(node.value) and not isinstance(file.parent(node), ast.JoinedStr):
            yield ModuleString(node, node.value, names_module(file, node))
    for joined in file.nodes(ast.JoinedStr):
        head = joined.values[0] if joined.values else None
        if isinstance(head, ast.Constant) and str(head.value).startswith(root + "."):
            dotted = str(head.value).rstrip(".")
            if _DOTTED.match(dotted):
                yield ModuleString(joined, str(head.value), names_module(file, joined), is_prefix=True)


def names_module(file: PythonFile, node: ast.expr) -> bool:
    """Whether the place of a string says that it names a module or an object in one."""
    up = file.parent(node)
    if isinstance(up, (ast.List, ast.Tuple, ast.Set)):
        return _is_celery_include(file, up)
    if isinstance(up, ast.keyword):
        call = file.parent(up)
        return isinstance(call, ast.Call) and up.arg in ("target", "package") and is_patch(call.func)
    if not isinstance(up, ast.Call) or not up.args or up.args[0] is not node:
        return False
    name = file.qualified(up.func)
    return name in _LOADERS or name == _LAZY_WORKFLOW or is_patch(up.func)


def is_patch(func: ast.expr) -> bool:
    """`patch`, `mock.patch.dict`, `mocker.patch`, `monkeypatch.setattr`, …"""
    parts: set[str] = set()
    while isinstance(func, ast.Attribute):
        parts.add(func.attr)
        func = func.value
    if isinstance(func, ast.Name):
        parts.add(func.id)
    return bool(parts & _PATCHERS)


def _is_celery_include(file: PythonFile, node: ast.expr) -> bool:
    """`Celery(include=[…])`, `autodiscover_tasks([…])`, or an assignment to a setting called `imports` or `include`."""
    up = file.parent(node)
    if isinstance(up, ast.keyword):
        return up.arg in ("include", "imports")
    if isinstance(up, ast.Assign):
        return any(_last_name(target) in ("include", "imports") for target in up.targets)
    return isinstance(up, ast.Call) and _last_name(up.func) == "autodiscover_tasks"


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
