"""A field that may be `None` relies on being optional.

In pydantic 1 a field annotated with `Optional[…]` or `… | None` had the default `None`. In pydantic 2, which
orchestrator-core uses since 2.0.0, it must be given. Whether it should be is for the author to say.

Guide: <https://docs.pydantic.dev/latest/migration/#required-optional-and-nullable-fields>

```diff
 from typing import Optional

 from orchestrator.domain.base import ProductBlockModel
 from orchestrator.forms import FormPage
 from pydantic import Field


 class PortBlockInactive(ProductBlockModel, product_block_name="Port"):
-    speed: Optional[int]
+    speed: Optional[int] = None


 class PortForm(FormPage):
-    note: str | None  # for the engineer
-    tag: Optional[str] = Field(max_length=5)
+    note: str | None = None  # for the engineer
+    tag: Optional[str] = Field(default=None, max_length=5)
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
    text: Optional[str] = Field(..., max_length=5)
    tags: Optional[list[str]] = Field(default_factory=list)

    def described(self, note: Optional[str]) -> None:
        text: Optional[str]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.models import Family, family_of, takes_none
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import insert_after, insert_before
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
_FIELD = frozenset(("pydantic.Field", "pydantic.fields.Field"))
_ANNOTATED = frozenset(("typing.Annotated", "typing_extensions.Annotated"))


@rule.on(ast.AnnAssign)
def field(file: PythonFile, node: ast.AnnAssign) -> Iterator[Hit]:
    model, target = file.parent(node), node.target
    if not isinstance(model, ast.ClassDef) or not isinstance(target, ast.Name):
        return
    edit = _with_default(file, node)
    if edit is None or target.id.startswith("_") or not _was_optional(file, node.annotation):
        return
    family = family_of(file, model)
    later = family is Family.DOMAIN and any(word.arg == "lifecycle" for word in model.keywords)
    if family is not None and not later:
        message = (
            f"`{target.id}` must be given since 2.0.0: a field that may be `None` has no default by itself"
        )
        yield Hit(node, message, (edit,))


def _with_default(file: PythonFile, node: ast.AnnAssign) -> Edit | None:
    """The field with the default `None`; nothing where it has one."""
    value = node.value
    if value is None:
        return insert_after(file, node, " = None")
    if not isinstance(value, ast.Call) or file.qualified(value.func) not in _FIELD or value.args:
        return None
    if any(word.arg in (None, "default", "default_factory") for word in value.keywords):
        return None
    if not value.keywords:
        return None
    first = value.keywords[0]
    start = file.span(first)[0]
    lead = file.source[file.line_span(first.lineno)[0] : start].decode(file.encoding)
    return insert_before(file, first, f"default=None,{' ' if lead.strip() else chr(10) + lead}")


def _was_optional(file: PythonFile, annotation: ast.expr) -> bool:
    if isinstance(annotation, ast.Subscript) and file.qualified(annotation.value) in _ANNOTATED:
        inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else []
        return bool(inner) and _was_optional(file, inner[0])
    return takes_none(file, annotation) or file.qualified(annotation) == "typing.Any"
