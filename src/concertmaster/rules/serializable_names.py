"""The serializable properties of a model are asked for by `get_properties`.

It went in orchestrator-core 2.0.0. What were serializable properties are the computed fields of pydantic 2:
`model_computed_fields`, a dictionary by their names.

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

Methods of that name of other objects are left alone:

```python
from devices import device

print(device.get_properties())
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
    triggers=(b"get_properties",),
)


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
    """Where the fields are asked for: at an instance, and since pydantic 2.11 (with 4.6.0) at the class."""
    text = file.text(node)
    if file.window.reaches("4.6.0"):
        return text if is_class else f"type({text})"
    return None if is_class else text
