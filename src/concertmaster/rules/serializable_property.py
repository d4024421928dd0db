"""Properties of domain models are made serializable by a decorator of the framework.

`serializable_property` went in orchestrator-core 2.0.0: pydantic 2 has `computed_field`, which stands above
an ordinary `property` and takes the type from the return annotation.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
-from orchestrator.domain.base import ProductBlockModel, serializable_property
+from orchestrator.domain.base import ProductBlockModel
 from orchestrator.types import SubscriptionLifecycle
+from pydantic import computed_field


 class PortBlock(ProductBlockModel, product_block_name="Port"):
-    @serializable_property
+    @computed_field  # type: ignore[misc]
+    @property
     def title(self) -> str:
         return f"{self.name}"
```

pydantic refuses one without a return annotation, so that this must be added first:

```python reported
from orchestrator.domain.base import ProductBlockModel, serializable_property


class PortBlock(ProductBlockModel, product_block_name="Port"):
    @serializable_property
    def title(self):
        return f"{self.name}"
```

Properties and decorators from elsewhere are left alone:

```python
from functools import cached_property

from models import serializable_property


class PortBlock:
    @property
    def name(self) -> str: ...

    @serializable_property
    def title(self) -> str: ...

    @cached_property
    def label(self) -> str: ...
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace_span
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-09",),
    section="2.0",
    change=Change(works_from="2.0.0", removed="2.0.0"),
    triggers=(b"serializable_property",),
    priority=20,
)

OLD = "orchestrator.core.domain.base.serializable_property"
MESSAGE = "`serializable_property` went in 2.0.0: use `computed_field` of pydantic above `property`"


@rule.on_imported(ast.Name, ast.Attribute)
def use(file: PythonFile, node: ast.Name | ast.Attribute) -> Iterator[Hit]:
    if file.qualified(node) != OLD or not isinstance(node.ctx, ast.Load):
        return
    function = file.parent(node)
    if (
        not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        or node not in function.decorator_list
    ):
        yield Hit(node, MESSAGE)
    elif function.returns is None:
        yield Hit(node, f"{MESSAGE}; `{function.name}` needs a return annotation for that")
    else:
        yield _decorated(file, node)


def _decorated(file: PythonFile, node: ast.expr) -> Hit:
    """Two lines for one; mypy wants to be told that decorators above a property are meant."""
    wanted = needed(file, node, "pydantic", "computed_field")
    start, end = file.span(node)
    line_start, line_end = file.line_span(node.lineno)
    lead = file.source[line_start:start].decode(file.encoding)
    behind = file.source[end:line_end].decode(file.encoding).rstrip("\r\n")
    if wanted is None or lead.strip() != "@":
        return Hit(node, MESSAGE)
    comment = behind if behind.strip() else "  # type: ignore[misc]"
    new = f"{wanted.text}{comment}\n{lead}property"
    return Hit(
        node,
        MESSAGE,
        (replace_span(file, start, end + len(behind.encode(file.encoding)), new),),
        wanted.imports,
    )
