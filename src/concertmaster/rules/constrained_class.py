"""Types with limits are subclasses of `ConstrainedInt` and its like.

pydantic 2, and so orchestrator-core since 2.0.0, has no such classes: a type with limits is an annotation.
Importing them fails.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
+from typing import Annotated
+
+from annotated_types import Ge, Le
 from orchestrator.domain.base import ProductBlockModel
-from pydantic import ConstrainedInt


-class Vlan(ConstrainedInt):
-    ge = 1
-    le = 4_094
+Vlan = Annotated[int, Ge(1), Le(4_094)]


 class PortBlock(ProductBlockModel, product_block_name="Port"):
     vlan: Vlan | None = None
```

Texts and lists have their own; a regular expression searches since, where it matched from the start before:

```diff
+from typing import Annotated
+
-from pydantic import BaseModel, ConstrainedList, ConstrainedStr
+from annotated_types import Len
+from pydantic import BaseModel, StringConstraints


-class Name(ConstrainedStr):
-    regex = r"[a-z]+|\\d"
-    max_length = 8
+Name = Annotated[str, StringConstraints(pattern=r"^(?:[a-z]+|\\d)", max_length=8)]


-class Names(ConstrainedList):
-    item_type = Name
-    min_items = 2
+Names = Annotated[list[Name], Len(min_length=2)]


 class Node(BaseModel):
     names: Names
```

Classes that are more than their limits are for a person:

```python reported
from pydantic import ConstrainedInt


class Vlan(ConstrainedInt):
    ge = 1

    def tagged(self) -> bool:
        return self > 1
```

Classes of that name from elsewhere are left alone:

```python
from limits import ConstrainedInt
from pydantic.v1 import ConstrainedStr


class Vlan(ConstrainedInt):
    ge = 1


class Name(ConstrainedStr):
    max_length = 3
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.findings import Safety
from concertmaster.project.bindings import class_uses, in_annotation
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import in_import_guard
from concertmaster.rewrite.classes import Argument, Call, Setting, class_to_call, settings_of
from concertmaster.rewrite.imports import drop_unread
from concertmaster.rewrite.needed import Needed, needed
from concertmaster.rule import Hit, Import, Rule
from concertmaster.rules._patterns import pattern_text
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-04",),
    section="2.0",
    change=Change(works_from="2.0.0", removed="2.0.0"),
    triggers=(b"Constrained",),
    priority=20,
)

OLD = tuple(f"{module}.Constrained" for module in ("pydantic", "pydantic.types"))
MESSAGE = "`{}` went in 2.0.0: a type with limits is `Annotated[…]`"
NUMBERS = {
    "ge": ("annotated_types", "Ge"),
    "gt": ("annotated_types", "Gt"),
    "le": ("annotated_types", "Le"),
    "lt": ("annotated_types", "Lt"),
    "multiple_of": ("annotated_types", "MultipleOf"),
    "strict": ("pydantic", "Strict"),
    "allow_inf_nan": ("pydantic", "AllowInfNan"),
}
TEXTS = frozenset("strip_whitespace to_lower to_upper strict min_length max_length".split())
LENGTHS = {"min_items": "min_length", "max_items": "max_length"}


@rule.on_imported(ast.Name, ast.Attribute)
def use(file: PythonFile, node: ast.Name | ast.Attribute) -> Iterator[Hit]:
    name = file.qualified(node) or ""
    kind = next((name.removeprefix(old) for old in OLD if name.startswith(old)), "")
    if not kind or not isinstance(node.ctx, ast.Load):
        return
    message = MESSAGE.format(f"Constrained{kind}")
    definition = file.parent(node)
    alone = isinstance(definition, ast.ClassDef) and definition.bases == [node] and not definition.keywords
    written = _annotation(file, definition, kind) if isinstance(definition, ast.ClassDef) and alone else None
    if written is None or not isinstance(definition, ast.ClassDef):
        yield Hit(node, message)
        return
    edit = class_to_call(file, definition, written.call, written.arguments.get)
    if not all(in_annotation(file, one) for one in class_uses(file, definition)):
        message += f", and cannot be called or subclassed as `{definition.name}` is here"
        edit = None
    yield Hit(node, message, (edit,) if edit else (), written.imports)


@rule.on(ast.ImportFrom)
def unread_import(file: PythonFile, node: ast.ImportFrom) -> Iterator[Hit]:
    """An import fails, whether or not the file makes use of it."""
    for alias in node.names:
        name = f"{node.module}.{alias.name}"
        if node.level or not name.startswith(OLD) or in_import_guard(file, node):
            continue
        edits = drop_unread(file, node, alias)
        if edits is not None:
            place = alias if len(node.names) > 1 else node
            yield Hit(place, MESSAGE.format(alias.name), edits, safety=Safety.SUGGESTED)


class _Annotation(Struct, frozen=True):
    """How a class of limits is written as an annotation, setting by setting, and what that takes."""

    call: Call
    arguments: dict[Setting, Argument | None]
    imports: tuple[Import, ...]


def _annotation(file: PythonFile, definition: ast.ClassDef, kind: str) -> _Annotation | None:
    settings = settings_of(definition)
    annotated = needed(file, definition, "typing", "Annotated", also=("typing_extensions",))
    if settings is None or annotated is None:
        return None
    opening = f"{definition.name} = {annotated.text}["
    if kind == "List":
        found = _list(file, definition, settings, opening)
    elif kind == "Str":
        found = _text(file, definition, settings, opening)
    else:
        found = _number(file, definition, settings, opening, kind)
    if found is None:
        return None
    return replace(found, imports=(*annotated.imports, *found.imports))


def _number(
    file: PythonFile, definition: ast.ClassDef, settings: list[Setting], opening: str, kind: str
) -> _Annotation | None:
    """`Annotated[int, Ge(1), Le(5)]`."""
    arguments: dict[Setting, Argument | None] = {}
    imports: list[Import] = []
    base = needed(file, definition, "decimal", "Decimal") if kind == "Decimal" else Needed(kind.lower())
    for setting in settings:
        module, name = NUMBERS.get(setting.name, ("", ""))
        limit = needed(file, definition, module, name) if module else None
        if limit is None:
            return None
        arguments[setting] = Argument(f"{limit.text}(", suffix=")")
        imports += limit.imports
    if base is None or kind not in ("Int", "Float", "Decimal") or not settings:
        return None
    return _Annotation(Call(opening, "]", (base.text,)), arguments, (*base.imports, *imports))


def _text(
    file: PythonFile, definition: ast.ClassDef, settings: list[Setting], opening: str
) -> _Annotation | None:
    """`Annotated[str, StringConstraints(max_length=5)]`."""
    constraints = needed(file, definition, "pydantic", "StringConstraints")
    arguments: dict[Setting, Argument | None] = {}
    for setting in settings:
        pattern = pattern_text(file, setting.value) if setting.name == "regex" else None
        if pattern is None and setting.name not in TEXTS:
            return None
        arguments[setting] = Argument("pattern=", pattern) if pattern else Argument(f"{setting.name}=")
    if constraints is None or not settings:
        return None
    return _Annotation(Call(f"{opening}str, {constraints.text}(", ")]"), arguments, constraints.imports)


def _list(
    file: PythonFile, definition: ast.ClassDef, settings: list[Setting], opening: str
) -> _Annotation | None:
    """`Annotated[list[T], Len(min_length=1)]`."""
    length = needed(file, definition, "annotated_types", "Len")
    items = [setting for setting in settings if setting.name == "item_type"]
    limits = [setting for setting in settings if setting.name in LENGTHS]
    if length is None or not items or not limits or len(items) + len(limits) != len(settings):
        return None
    arguments: dict[Setting, Argument | None] = {one: Argument(f"{LENGTHS[one.name]}=") for one in limits}
    call = Call(f"{opening}list[{file.text(items[0].value)}], {length.text}(", ")]")
    return _Annotation(call, {**arguments, items[0]: None}, length.imports)
