"""A test starts a create workflow with the UUID of a product.

The first page of a create workflow is a choice of the products that are linked to it since 5.0, and the
choices are texts: a UUID object is none of them. Link the product to the workflow in the test's database too.

Reference: <https://workfloworchestrator.org/orchestrator-core/guides/testing/>

```diff tests/workflows/test_create_node.py
 from tests.workflows import run_workflow


 def test_create(node_product):
-    result, process, log = run_workflow("create_node", [{"product": node_product.product_id}, {"name": "ams"}])
+    result, process, log = run_workflow("create_node", [{"product": str(node_product.product_id)}, {"name": "ams"}])
```

Texts, other workflows, and other keys are left alone:

```python tests/workflows/test_nodes.py
from tests.workflows import run_workflow


def test_nodes(node_product, node):
    product_id = str(node_product.product_id)
    run_workflow("create_node", [{"product": product_id}, {"name": "ams"}])
    run_workflow("create_node", [{"product": "9b0a"}, {"other_product": node_product.product_id}])
    run_workflow("modify_node", [{"product": node_product.product_id}])
    run_workflow("create_node", inputs)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.bindings import binding
from concertmaster.project.python import PythonFile
from concertmaster.project.values import last_part
from concertmaster.rewrite import insert_after, insert_before
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-21",),
    section="5.0",
    change=Change(works_from="2.0.0", deprecated="5.0.0", crossing=True),
    one_change=True,
    safety=Safety.SUGGESTED,
    triggers=(b"run_workflow", b"create_process", b"start_process"),
)

STARTS = frozenset(("run_workflow", "create_process", "start_process"))
MESSAGE = "The products of a create workflow are a choice of texts since 5.0: give the product as `str(…)`"


@rule.on(ast.Call)
def started(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if last_part(call.func) not in STARTS or len(call.args) < 2 or not isinstance(call.args[1], ast.List):
        return
    key, pages = call.args[0], call.args[1].elts
    name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    if not name.startswith("create_") or not pages or not isinstance(pages[0], ast.Dict):
        return
    for field, value in zip(pages[0].keys, pages[0].values, strict=True):
        if isinstance(field, ast.Constant) and field.value == "product" and not _is_text(file, value):
            edits = (insert_before(file, value, "str("), insert_after(file, value, ")"))
            yield Hit(value, MESSAGE, edits)


def _is_text(file: PythonFile, value: ast.expr) -> bool:
    if isinstance(value, ast.Name):
        bound = binding(file, value)
        up = file.parent(bound) if bound is not None else None
        return (
            isinstance(up, (ast.Assign, ast.AnnAssign)) and up.value is not None and _is_text(file, up.value)
        )
    if isinstance(value, ast.Call):
        return last_part(value.func) in ("str", "format")
    return isinstance(value, (ast.Constant, ast.JoinedStr))
