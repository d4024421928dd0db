"""A name of pydantic 1 is imported from where pydantic 2 does not have it.

`BaseSettings` lives in pydantic-settings, which orchestrator-core brings along since 2.0.0; every model can be
generic, and some helpers have other names. The old imports fail or warn.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
-from pydantic import BaseSettings, Field
+from pydantic import Field
+from pydantic_settings import BaseSettings


 class Inventory(BaseSettings):
     url: str = Field("")
```

Another name is written wherever the old one is used:

```diff
 from typing import Generic, TypeVar

-from pydantic.generics import GenericModel
 from pydantic import BaseModel

 T = TypeVar("T")


 class Entry(BaseModel): ...


-class Page(GenericModel, Generic[T]):
+class Page(BaseModel, Generic[T]):
     items: list[T]
```

Names that only look alike are left alone:

```python row=20-05
from network.settings import BaseSettings
from pydantic.v1 import BaseSettings as Settings
from pydantic_settings import BaseSettings as New

try:
    from pydantic_settings import BaseSettings as Both
except ImportError:
    from pydantic import BaseSettings as Both
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import in_import_guard
from concertmaster.rewrite import replace
from concertmaster.rewrite.moves import move_names
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-05", "20-21"),
    section="2.0",
    change=Change(works_from="2.0.0", removed="2.0.0"),
    triggers=(
        b"BaseSettings",
        b"GenericModel",
        b"error_wrappers",
        b"pydantic.utils",
        b"PyObject",
        b"Undefined",
    ),
    context=(b"pydantic",),
    priority=15,
    takes=frozenset(("GenericModel", "to_camel", "to_lower_camel", "PyObject")),
)
WARNS = Change(works_from="2.0.0", deprecated="2.0.0")

#: Old name, where it is now, its row in the catalogue, and whether the old place only warns.
MOVES = {
    "pydantic.BaseSettings": (Import("pydantic_settings", "BaseSettings"), "20-05", False),
    "pydantic.env_settings.BaseSettings": (Import("pydantic_settings", "BaseSettings"), "20-05", False),
    "pydantic.generics.GenericModel": (Import("pydantic", "BaseModel"), "20-21", True),
    "pydantic.error_wrappers.ValidationError": (Import("pydantic", "ValidationError"), "20-21", True),
    "pydantic.utils.to_camel": (Import("pydantic.alias_generators", "to_pascal"), "20-21", True),
    "pydantic.utils.to_lower_camel": (Import("pydantic.alias_generators", "to_camel"), "20-21", True),
    "pydantic.PyObject": (Import("pydantic", "ImportString"), "20-21", True),
    "pydantic.types.PyObject": (Import("pydantic", "ImportString"), "20-21", True),
    "pydantic.fields.Undefined": (Import("pydantic_core", "PydanticUndefined"), "20-21", False),
}


def _hit(place: ast.AST, old: str, edits: tuple[Edit, ...] = (), imports: tuple[Import, ...] = ()) -> Hit:
    new, row, warns = MOVES[old]
    message = f"`{old}` is `{new.module}.{new.name}` since 2.0.0"
    return Hit(place, message, edits, imports, rows=(row,), change=WARNS if warns else None)


def _is_renamed(old: str) -> bool:
    return MOVES[old][0].name != old.rpartition(".")[2]


@rule.on(ast.ImportFrom)
def from_import(file: PythonFile, node: ast.ImportFrom) -> Iterator[Hit]:
    if node.level or in_import_guard(file, node):
        return
    for alias in node.names:
        old = f"{node.module}.{alias.name}"
        if old in MOVES and not _is_renamed(old):
            new = MOVES[old][0]
            edits = move_names(file, node, {alias: Import(new.module, new.name, alias.asname)})
            yield _hit(alias if len(node.names) > 1 else node, old, edits)


@rule.on_imported(ast.Name, ast.Attribute)
def use(file: PythonFile, node: ast.Name | ast.Attribute) -> Iterator[Hit]:
    old = file.qualified(node) or ""
    if old not in MOVES or not isinstance(node.ctx, ast.Load):
        return
    if isinstance(node, ast.Name) and not _is_renamed(old):
        return
    new = needed(file, node, MOVES[old][0].module, MOVES[old][0].name)
    yield _hit(node, old, (replace(file, node, new.text),), new.imports) if new else _hit(node, old)
