"""A name is imported that the framework no longer has, with nothing in its place.

Helpers, REST endpoints and caches were taken out over the releases; an import of one fails when the file is
loaded, a patch of one when the test runs. What to do instead differs from name to name, so it takes a person.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```python reported
from orchestrator.utils.speed import format_bandwidth
```

Names that stay, and names of the project's own that only sound alike, are left alone:

```python
from orchestrator.api.models import delete
from orchestrator.forms.validators import Divider, Label

from network.speed import format_bandwidth


def save(speed: int) -> str:
    return format_bandwidth(speed)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.names import ROOT
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import in_import_guard
from concertmaster.project.strings import module_strings
from concertmaster.rewrite.moves import spelled
from concertmaster.rule import Hit, Rule
from concertmaster.rules._moved_names import named_rows
from concertmaster.rules._removed_names import LAST_PARTS, ROWS, Removal, gone
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=ROWS,
    section="2.0#1",
    change=Change(works_from="2.0.0", removed="2.0.0"),
    safety=Safety.MANUAL,
    triggers=(b"orchestrator", b"oauth2_lib"),
)


def _hit(file: PythonFile, place: ast.AST, removal: Removal, written: str) -> Hit:
    since = (removal.change.removed or "").removesuffix(".0")
    module = spelled(file, removal.module, written)
    subject = f"`{module}` is gone" if removal.name == "*" else f"`{removal.name}` is gone from `{module}`"
    message = f"{subject} since {since}: {removal.advice}"
    return Hit(place, message, rows=named_rows(removal.row), change=removal.change)


@rule.on(ast.ImportFrom)
def from_import(file: PythonFile, node: ast.ImportFrom) -> Iterator[Hit]:
    module = file.imported_module(node)
    if module is None or in_import_guard(file, node):
        return
    for alias in node.names:
        removal = gone(f"{module}.{alias.name}", file.window)
        if removal is not None:
            yield _hit(file, alias if len(node.names) > 1 else node, removal, node.module or "")
            if removal.name == "*":
                return


@rule.on(ast.Import)
def plain_import(file: PythonFile, node: ast.Import) -> Iterator[Hit]:
    for alias in node.names:
        removal = gone(file.canonical(alias.name, module=True), file.window)
        if removal is not None and not in_import_guard(file, node):
            yield _hit(file, alias, removal, alias.name)


@rule.on_imported(ast.Attribute)
def attribute(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    """A name that is reached through its module or class."""
    if node.attr not in LAST_PARTS:
        return
    removal = gone(file.qualified(node) or "", file.window)
    if removal is not None and removal.name == node.attr and not in_import_guard(file, node):
        yield _hit(file, node, removal, file.dotted(node) or "")


@rule.file
def strings(file: PythonFile) -> Iterator[Hit]:
    """What a test patches: the name, or something behind it."""
    for string in module_strings(file, ROOT):
        name = string.value.rstrip(".")
        removal = None
        while removal is None and name and string.names_module:
            removal = gone(file.canonical(name), file.window)
            name = name.rpartition(".")[0]
        if removal is not None:
            yield _hit(file, string.node, removal, string.value)
