"""The framework is imported by its name of before 5.0.

All of orchestrator-core moved from `orchestrator` to `orchestrator.core` in 5.0.0, and nothing stays at
the old place: imports fail, and strings that name modules no longer find them.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
-from orchestrator import OrchestratorCore, app_settings
-from orchestrator.workflow import StepList, begin as start
+from orchestrator.core import OrchestratorCore, app_settings
+from orchestrator.core.workflow import StepList, begin as start
```

A plain import binds the name `orchestrator`, so each use of it changes along:

```diff
-import orchestrator.db
+import orchestrator.core.db

 def count() -> int:
-    return len(orchestrator.db.db.session.new)
+    return len(orchestrator.core.db.db.session.new)
```

Strings that name modules change where it is sure that a module is meant:

```diff
 from unittest import mock

 import strawberry
 from celery import Celery

-celery = Celery("network", include=["orchestrator.services.tasks"])
-subscription = strawberry.lazy("orchestrator.graphql.schemas.subscription")
+celery = Celery("network", include=["orchestrator.core.services.tasks"])
+subscription = strawberry.lazy("orchestrator.core.graphql.schemas.subscription")


-@mock.patch("orchestrator.services.subscriptions.get_subscription")
+@mock.patch("orchestrator.core.services.subscriptions.get_subscription")
 def test_lookup(get_subscription): ...
```

Names that only look alike are left alone: siblings in the namespace, other distributions, the project's
own modules, and a library's support for both layouts:

```python row=50-01a
import orchestrator_agent
from orchestrator.optical import lightpath
from orchestratorlib import client

from . import orchestrator
from .orchestrator import helpers

try:
    from orchestrator.core.types import State
except ImportError:
    from orchestrator.types import State

HOST = "orchestrator.example.org"
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.names import CORE_MODULES, ROOT, is_core_segment
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import in_import_guard, in_shim, is_alternative
from concertmaster.project.strings import ModuleString, module_strings
from concertmaster.rewrite import drop_aliases, insert_after, replace_span
from concertmaster.rule import Hit, Rule
from concertmaster.rules._moved_names import leaves_framework
from concertmaster.rules._removed_names import gone
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-01a", "50-01b", "50-01c", "50-01e"),
    section="5.0#1",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    priority=50,
    covers=False,
)

DOUBTFUL = Change(works_from="5.0.0", deprecated="5.0.0")
_FROM = re.compile(rb"from(?:[ \t\f]|\\\r?\n)+orchestrator")
_RESOURCES = frozenset(
    ("importlib.resources.files", "pkg_resources.resource_filename", "importlib.util.find_spec")
)


def _hit(file: PythonFile, node: ast.AST, old: str, edits: tuple[Edit, ...], row: str) -> Hit:
    new = f"{ROOT}.core{old.removeprefix(ROOT)}"
    message = f"`{old}` is `{new}` since 5.0; nothing stays at the old place"
    safety = Safety.MANUAL if file.around.regular else None
    return Hit(node, message, () if file.around.regular else edits, safety=safety, rows=(row,))


def _is_core(file: PythonFile, segment: str) -> bool:
    return is_core_segment(segment) and segment not in (file.around.shadow or ())


@rule.on(ast.ImportFrom)
def from_import(file: PythonFile, node: ast.ImportFrom) -> Iterator[Hit]:
    if node.level or not node.module or node.module.partition(".")[0] != ROOT:
        return
    first = node.module.split(".")[1] if "." in node.module else ""
    if first:
        moved = first in CORE_MODULES and _is_core(file, first)
    else:
        moved = any(alias.name == "*" or _is_core(file, alias.name) for alias in node.names)
    if not moved or in_shim(file, node) or _leaves(file, node):
        return
    yield _hit(file, node, node.module, _edit_from(file, node), "50-01a")


def _leaves(file: PythonFile, node: ast.ImportFrom) -> bool:
    """Whether all names of a statement are in another package by now, or nowhere: other rules speak of it."""
    if is_alternative(file, node) or in_import_guard(file, node):
        return False
    names = (f"{file.imported_module(node)}.{alias.name}" for alias in node.names)
    return all(leaves_framework(name, file.window) or gone(name, file.window) for name in names)


def _edit_from(file: PythonFile, node: ast.ImportFrom) -> tuple[Edit, ...]:
    """`.core` behind the root; a statement that also names siblings is divided."""
    start, _ = file.span(node)
    match = _FROM.match(file.source, start)
    siblings = [alias for alias in node.names if alias.name != "*" and not _is_core(file, alias.name)]
    if match is None or (node.module == ROOT and any(alias.name == "*" for alias in node.names)):
        return ()
    if node.module != ROOT or not siblings:
        return (replace_span(file, match.end(), match.end(), ".core"),)
    moved = [alias for alias in node.names if alias not in siblings]
    names = ", ".join(file.text(alias) for alias in moved)
    indent = file.source[file.line_span(node.lineno)[0] : start].decode(file.encoding)
    new = f"from orchestrator.core import {names}\n{indent}"
    return (replace_span(file, start, start, new), *drop_aliases(file, node, moved))


@rule.file
def plain_imports(file: PythonFile) -> Iterator[Hit]:
    """`import orchestrator.x` and every attribute chain on it: one group, for half of it is worse than none."""
    found: list[tuple[ast.AST, str, str]] = []
    edits: list[Edit] = []
    certain = True
    for node in file.nodes(ast.Import):
        for alias in node.names:
            if not _moves(file, alias.name) or in_shim(file, node):
                continue
            start, _ = file.span(alias)
            edit = replace_span(file, start + len(ROOT), start + len(ROOT), ".core")
            plain = file.source.startswith(alias.name.encode(), start)
            if alias.asname:  # a name of its own, which no chain has to follow
                yield _hit(file, alias, alias.name, (edit,) if plain else (), "50-01b")
                continue
            found.append((alias, alias.name, "50-01b"))
            edits.append(edit)
            certain &= plain
    if not found:
        return
    for name in file.nodes(ast.Name):
        if name.id != ROOT or not isinstance(name.ctx, ast.Load):
            continue
        up = file.parent(name)
        segment = up.attr if isinstance(up, ast.Attribute) else ""
        if not file.bindings(name):
            certain &= file.scope(name).find(ROOT) is not file.module_scope
        elif _is_core(file, segment):
            found.append((name, f"{ROOT}.{segment}", "50-01e" if segment.startswith("__") else "50-01b"))
            edits.append(insert_after(file, name, ".core"))
        elif not segment:
            certain = False
    group = tuple(edits) if certain else ()
    for place, old, row in found:
        yield _hit(file, place, old, group, row)


def _moves(file: PythonFile, module: str) -> bool:
    root, _, rest = module.partition(".")
    return root == ROOT and (not rest or _is_core(file, rest.partition(".")[0]))


@rule.file
def strings(file: PythonFile) -> Iterator[Hit]:
    for string in module_strings(file, ROOT):
        first = string.value.split(".")[1]
        if not _is_core(file, first) or in_shim(file, string.node):
            continue
        if leaves_framework(file.canonical(string.value), file.window):
            continue
        edit = string.insert(file, len(ROOT), ".core")
        hit = _hit(file, string.node, string.value.rstrip("."), (edit,) if edit else (), "50-01c")
        yield hit if _sure(string) or hit.safety else _doubtful(hit)


def _sure(string: ModuleString) -> bool:
    return string.names_module and not string.is_prefix


def _doubtful(hit: Hit) -> Hit:
    """It may be a text that only looks like a module's name, so it warns and does not fail."""
    return Hit(hit.where, hit.message, hit.edits, safety=Safety.SUGGESTED, rows=hit.rows, change=DOUBTFUL)


@rule.on_imported(ast.Call)
def resources(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    """`files("orchestrator")`: the namespace itself holds no files any more."""
    first = call.args[0] if call.args else None
    if (
        not isinstance(first, ast.Constant)
        or first.value != ROOT
        or file.qualified(call.func) not in _RESOURCES
    ):
        return
    start, end = file.span(first)
    edit = replace_span(file, start, end, file.text(first).replace(ROOT, f"{ROOT}.core"))
    yield _doubtful(_hit(file, first, ROOT, (edit,), "50-01e"))
