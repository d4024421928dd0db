"""The serializable properties of a model are asked for by `get_properties`.

It went in orchestrator-core 2.0.0. What were serializable properties are the computed fields of pydantic 2:
`model_computed_fields`, a dictionary by their names. Instances have it up to 4.4, classes from 4.5 on, which comes
with pydantic 2.11.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
 from orchestrator.domain.base import ProductBlockModel


 class PortBlock(ProductBlockModel, product_block_name="Port"):
     name: str


-print(PortBlock.get_properties())
+print(list(PortBlock.model_computed_fields))


 def names(port: PortBlock) -> list[str]:
-    return port.get_properties()
+    return list(type(port).model_computed_fields)
```

Methods of that name of other objects, and fields that are asked of the class, are left alone:

```python
from devices import device
from orchestrator.domain.base import ProductBlockModel


def names(block: ProductBlockModel) -> list[str]:
    return [*device.get_properties(), *device.model_computed_fields, *type(block).model_computed_fields]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.models import Family, defines
from concertmaster.project.python import PythonFile
from concertmaster.project.receivers import model_of
from concertmaster.rewrite import replace
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-10",),
    section="2.0",
    change=Change(works_from="2.0.0", removed="2.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"get_properties", b"model_computed_fields"),
)
OF_CLASSES = Change(works_from="4.5.0", deprecated="4.5.0")


@rule.on(ast.Call)
def call(file: PythonFile, node: ast.Call) -> Iterator[Hit]:
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "get_properties" or node.args:
        return
    model = model_of(file, node.func.value)
    if (
        model is None
        or model.family is not Family.DOMAIN
        or defines(file, model.definition, "get_properties")
    ):
        return
    owner = _owner(file, node.func.value, is_class=model.is_class)
    message = "`get_properties` went in 2.0.0: the names are those of `model_computed_fields`"
    edits = (replace(file, node, f"list({owner}.model_computed_fields)"),) if owner else ()
    yield Hit(node, message, edits)


def _owner(file: PythonFile, node: ast.expr, *, is_class: bool) -> str | None:
    text = file.text(node)
    if file.window.reaches(OF_CLASSES.since):
        return text if is_class else f"type({text})"
    return None if is_class else text


@rule.on(ast.Attribute)
def of_instance(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    if node.attr != "model_computed_fields" or not isinstance(node.ctx, ast.Load):
        return
    model = model_of(file, node.value)
    if model is not None and model.family is Family.DOMAIN and not model.is_class:
        message = "`model_computed_fields` is asked of classes since 4.5: instances warn"
        edit = replace(file, node.value, f"type({file.text(node.value)})")
        yield Hit(node, message, (edit,), change=OF_CLASSES)
