"""Lists of product blocks are classes.

`SubscriptionInstanceList` went in orchestrator-core 2.0.0 together with the constrained classes of pydantic 1.
A list with limits is an annotation now, and what called the class takes a plain list.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
+from typing import Annotated
+
+from annotated_types import Len
-from orchestrator.domain.base import ProductBlockModel, SubscriptionInstanceList
+from orchestrator.domain.base import ProductBlockModel
 from orchestrator.types import SI, SubscriptionLifecycle

 MAX_PORTS = 16


-class Ports(SubscriptionInstanceList[SI]):
-    min_items = 1
-    max_items = MAX_PORTS
+Ports = Annotated[list[SI], Len(min_length=1, max_length=MAX_PORTS)]


 class NodeBlockInactive(ProductBlockModel, product_block_name="Node"):
-    ports: Ports["PortBlockInactive"] = Ports()
+    ports: Ports["PortBlockInactive"] = []
```

A list without limits is just a list, and so is the class where it is used directly:

```diff
 from typing import Union

-from orchestrator.domain.base import ProductBlockModel, SubscriptionInstanceList
+from orchestrator.domain.base import ProductBlockModel

 from blocks import Port, Trunk


-class Members(SubscriptionInstanceList[Union[Port, Trunk]]):
-    pass
+Members = list[Union[Port, Trunk]]


 class Bundle(ProductBlockModel, product_block_name="Bundle"):
     members: Members
-    ports: SubscriptionInstanceList[Port]
+    ports: list[Port]
```

A class of that name from elsewhere is left alone:

```python
from lists import SubscriptionInstanceList


class Ports(SubscriptionInstanceList[int]):
    min_items = 1
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.bindings import class_uses
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace
from concertmaster.rewrite.classes import Argument, Call, Setting, class_to_call, settings_of
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-07",),
    section="2.0",
    change=Change(works_from="2.0.0", removed="2.0.0"),
    triggers=(b"SubscriptionInstanceList",),
    priority=20,
)

OLD = "orchestrator.core.domain.base.SubscriptionInstanceList"
LIMITS = {"min_items": "min_length", "max_items": "max_length"}
MESSAGE = "`SubscriptionInstanceList` went in 2.0.0: lists of product blocks are `Annotated[list[…], Len(…)]`"


@rule.on(ast.ClassDef)
def list_class(file: PythonFile, node: ast.ClassDef) -> Iterator[Hit]:
    elements = [
        base.slice for base in node.bases if isinstance(base, ast.Subscript) and _is_old(file, base.value)
    ]
    others = [base for base in node.bases if not isinstance(base, ast.Subscript)]
    if not elements:
        if any(_is_old(file, base) for base in node.bases):
            yield Hit(node, MESSAGE)
        return
    settings = settings_of(node)
    simple = settings is not None and {setting.name for setting in settings} <= set(LIMITS)
    if not simple or len(elements) != 1 or others or node.keywords:
        yield Hit(node, f"{MESSAGE}; a list with more than limits must be rewritten by hand")
        return
    yield _converted(file, node, elements[0], settings or [])


def _is_old(file: PythonFile, node: ast.expr) -> bool:
    return file.qualified(node) == OLD


def _converted(file: PythonFile, node: ast.ClassDef, element: ast.expr, settings: list[Setting]) -> Hit:
    annotated = needed(file, node, "typing", "Annotated", also=("typing_extensions",))
    length = needed(file, node, "annotated_types", "Len")
    uses = list(class_uses(file, node))
    calls = [_called(file, use) for use in uses if _is_call(file, use)]
    if annotated is None or length is None or None in calls or any(_is_class_use(file, use) for use in uses):
        return Hit(node, f"{MESSAGE}; here the class itself is used")
    inner, imports = f"list[{file.text(element)}]", (*annotated.imports, *length.imports)
    opening, closing = f"{node.name} = {annotated.text}[{inner}, {length.text}(", ")]"
    if not settings:
        opening, closing, imports = f"{node.name} = {inner}", "", ()
    edit = class_to_call(file, node, Call(opening, closing), _limit)
    edits = (edit, *(call for call in calls if call is not None)) if edit else ()
    quoted = isinstance(element, ast.Constant)
    return Hit(node, MESSAGE, edits, imports, safety=Safety.SUGGESTED if quoted else None)


def _limit(setting: Setting) -> Argument:
    return Argument(f"{LIMITS[setting.name]}=")


def _is_call(file: PythonFile, name: ast.Name) -> bool:
    up = file.parent(name)
    return isinstance(up, ast.Call) and up.func is name


def _called(file: PythonFile, name: ast.Name) -> Edit | None:
    """`Ports()` to `[]`, `Ports([a, b])` to `[a, b]`, `Ports(items)` to `list(items)`."""
    call = file.parent(name)
    if not isinstance(call, ast.Call) or call.keywords or len(call.args) > 1:
        return None
    if not call.args:
        return replace(file, call, "[]")
    if isinstance(call.args[0], (ast.List, ast.ListComp)):
        return replace(file, call, file.text(call.args[0]))
    return replace(file, name, "list")


def _is_class_use(file: PythonFile, name: ast.Name) -> bool:
    """Whether the class is asked for as a class: a base, an argument of `isinstance`, an attribute of it."""
    up = file.parent(name)
    if isinstance(up, ast.Subscript):
        return isinstance(file.parent(up), (ast.ClassDef, ast.Call))
    return isinstance(up, (ast.ClassDef, ast.Attribute)) or (isinstance(up, ast.Call) and up.func is not name)


@rule.on(ast.Name, ast.Attribute)
def direct_use(file: PythonFile, node: ast.Name | ast.Attribute) -> Iterator[Hit]:
    up = file.parent(node)
    if not _is_old(file, node) or not isinstance(node.ctx, ast.Load) or isinstance(up, ast.ClassDef):
        return
    around = file.parent(up) if up is not None else None
    if (
        isinstance(up, ast.Subscript)
        and up.value is node
        and not isinstance(around, (ast.ClassDef, ast.Call))
    ):
        yield Hit(node, MESSAGE, (replace(file, node, "list"),))
    elif not (isinstance(up, ast.Subscript) and isinstance(around, ast.ClassDef)):
        yield Hit(node, MESSAGE, (replace(file, node, "list"),), safety=Safety.SUGGESTED)
