"""Functions that make types of form fields are called with arguments that went.

Since orchestrator-core 2.0.0 `product_id` calls its products `product_ids`, and `unique_conlist` is unique without
being told.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
 from orchestrator.forms.validators import product_id, unique_conlist

-Ports = unique_conlist(int, min_items=1, unique_items=True)
-NodeId = product_id(products=["a"])
+Ports = unique_conlist(int, min_items=1)
+NodeId = product_id(product_ids=["a"])
```

A list that need not be unique is for a person:

```python reported
from pydantic_forms.validators import unique_conlist

Ports = unique_conlist(int, unique_items=False)
```

Other functions, and these with other arguments, are left alone:

```python row=20-14,20-18
from lists import unique_conlist
from orchestrator.forms.validators import choice_list, product_id

Ports = unique_conlist(int, unique_items=True)
NodeId = product_id(["a"])
Speeds = choice_list(int, unique_items=True)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.project.python import PythonFile
from concertmaster.rewrite import drop_arguments
from concertmaster.rewrite.calls import rename_keyword
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-18", "20-14"),
    section="2.0",
    change=Change(works_from="2.0.0", removed="2.0.0"),
    triggers=(b"product_id", b"unique_conlist"),
)

MODULES = ("orchestrator.core.forms.validators", "pydantic_forms.validators")


@rule.on_imported(ast.Call)
def call(file: PythonFile, node: ast.Call) -> Iterator[Hit]:
    module, _, name = (file.qualified(node.func) or "").rpartition(".")
    if module not in MODULES:
        return
    for word in node.keywords:
        if (name, word.arg) == ("product_id", "products"):
            message = "`products` of `product_id` is `product_ids` since 2.0.0"
            yield Hit(word, message, (rename_keyword(file, word, "product_ids"),), rows=("20-18",))
        elif (name, word.arg) == ("unique_conlist", "unique_items"):
            edit = drop_arguments(file, node, [word]) if _is_true(word.value) else None
            message = "`unique_items` of `unique_conlist` went in 2.0.0: its lists are always unique"
            yield Hit(word, message, (edit,) if edit else (), rows=("20-14",))


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
