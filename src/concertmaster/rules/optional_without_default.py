"""A field that may be `None` relies on being optional.

In pydantic 1 a field annotated with `Optional[…]` or `… | None` had the default `None`. In pydantic 2, which
orchestrator-core uses since 2.0.0, it must be given. Whether it should be is for the author to say.

Guide: <https://docs.pydantic.dev/latest/migration/#required-optional-and-nullable-fields>

```diff
 from typing import Optional

 from orchestrator.domain.base import ProductBlockModel
 from orchestrator.forms import FormPage


 class PortBlockInactive(ProductBlockModel, product_block_name="Port"):
-    speed: Optional[int]
+    speed: Optional[int] = None


 class PortForm(FormPage):
-    note: str | None  # for the engineer
+    note: str | None = None  # for the engineer
```

Classes of later lifecycles are filled from what is stored, and only models make a difference:

```python
from dataclasses import dataclass
from typing import ClassVar, Optional

from orchestrator.domain.base import ProductBlockModel
from orchestrator.types import SubscriptionLifecycle
from pydantic import BaseModel, Field


@dataclass
class Interface:
    speed: Optional[int]


class PortBlockInactive(ProductBlockModel, product_block_name="Port"):
    speed: int | None = None


class PortBlock(PortBlockInactive, lifecycle=[SubscriptionLifecycle.ACTIVE]):
    speed: int | None


class Port(BaseModel):
    kinds: ClassVar[Optional[int]]
    _cached: Optional[int]
    name: str
    note: Optional[str] = Field(None)

    def described(self, note: Optional[str]) -> None:
        text: Optional[str]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.models import Family, family_of, takes_none
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import insert_after
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-06",),
    section="2.0",
    change=Change(works_from="1.0.0", deprecated="2.0.0", crossing=True),
    one_change=True,
    safety=Safety.SUGGESTED,
    triggers=(b"Optional", b"None", b"Any"),
    context=(b"pydantic", b"orchestrator", b"Model", b"Form", b"Block", b"Settings"),
)


@rule.on(ast.AnnAssign)
def field(file: PythonFile, node: ast.AnnAssign) -> Iterator[Hit]:
    model, target = file.parent(node), node.target
    if not isinstance(model, ast.ClassDef) or node.value is not None or not isinstance(target, ast.Name):
        return
    if target.id.startswith("_") or not _was_optional(file, node.annotation):
        return
    family = family_of(file, model)
    later = family is Family.DOMAIN and any(word.arg == "lifecycle" for word in model.keywords)
    if family is not None and not later:
        message = (
            f"`{target.id}` must be given since 2.0.0: a field that may be `None` has no default by itself"
        )
        yield Hit(node, message, (insert_after(file, node, " = None"),))


def _was_optional(file: PythonFile, annotation: ast.expr) -> bool:
    return takes_none(file, annotation) or file.qualified(annotation) == "typing.Any"
