"""A field of the API is asked for by a name that it no longer has.

The GraphQL field `allPbNames` is `allProductBlockNames` since orchestrator-core 4.2. Why a workflow cannot start is
told in `unterminated_in_use_by_subscriptions`, which `unterminated_parents` repeated until 5.1.

Release: <https://github.com/workfloworchestrator/orchestrator-core/releases/tag/5.1.0>

```diff
-query = "query { products { page { name allPbNames } } }"
+query = "query { products { page { name allProductBlockNames } } }"
-blocking = reasons["unterminated_parents"]
+blocking = reasons["unterminated_in_use_by_subscriptions"]
```

Words that only hold such a name, and names of the project's own, are left alone:

```python row=42-06,51-07
unterminated_parents = []
names = {"allPbNamesSorted": 1}
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import rename_attribute, replace
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("42-06", "51-07"),
    change=Change(works_from="2.0.0", removed="5.1.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"allPbNames", b"all_pb_names", b"unterminated_parents"),
)


class Field(Struct, frozen=True):
    """A field's old and new name."""

    old: str
    new: str
    row: str
    change: Change

    @property
    def word(self) -> re.Pattern[str]:
        return re.compile(rf"\b{self.old}\b")


_AT_4_2 = Change(works_from="4.2.0", removed="4.2.0")
FIELDS = (
    Field("allPbNames", "allProductBlockNames", "42-06", _AT_4_2),
    Field("all_pb_names", "all_product_block_names", "42-06", _AT_4_2),
    Field("unterminated_parents", "unterminated_in_use_by_subscriptions", "51-07", rule.change),
)


def _message(field: Field) -> str:
    return f"`{field.old}` is `{field.new}` since {(field.change.removed or '').removesuffix('.0')}"


@rule.on(ast.Constant)
def string(file: PythonFile, node: ast.Constant) -> Iterator[Hit]:
    if not isinstance(node.value, str) or isinstance(file.parent(node), ast.JoinedStr):
        return
    for field in FIELDS:
        if field.word.search(node.value):
            edit = replace(file, node, field.word.sub(field.new, file.text(node)))
            yield Hit(node, _message(field), (edit,), rows=(field.row,), change=field.change)


@rule.on(ast.Attribute)
def attribute(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    for field in FIELDS:
        if node.attr == field.old and "_" in field.old:
            edits = (rename_attribute(file, node, field.new),)
            yield Hit(node, _message(field), edits, rows=(field.row,), change=field.change)
