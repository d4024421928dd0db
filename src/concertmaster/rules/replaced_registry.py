"""The registry of subscription models is replaced instead of filled.

Everything that loads subscriptions holds the framework's own `SUBSCRIPTION_MODEL_REGISTRY`: a new dictionary under
that name stays unseen. The registry is a class of its own since orchestrator-core 3.1.2 and checks each model that
`update` or an item assignment brings.

Guide: <https://workfloworchestrator.org/orchestrator-core/workshops/beginner/register-workflows/>

```diff
 from orchestrator.domain import SUBSCRIPTION_MODEL_REGISTRY

 from products.node import Node

-SUBSCRIPTION_MODEL_REGISTRY = {"Node": Node}
+SUBSCRIPTION_MODEL_REGISTRY.update({"Node": Node})
```

A registry that is filled, and one of the project's own, are left alone:

```python
from orchestrator.domain import SUBSCRIPTION_MODEL_REGISTRY

from products.node import Node

SUBSCRIPTION_MODEL_REGISTRY.update({"Node": Node})
SUBSCRIPTION_MODEL_REGISTRY["Node 10G"] = Node
REGISTRY = {"Node": Node}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import insert_after, replace_span
from concertmaster.rule import Hit, Rule
from concertmaster.rules._registration import DISCOURAGED

rule = Rule(
    __name__,
    rows=("31-01",),
    change=DISCOURAGED,
    safety=Safety.SUGGESTED,
    triggers=(b"SUBSCRIPTION_MODEL_REGISTRY",),
)

NAME = "SUBSCRIPTION_MODEL_REGISTRY"
REGISTRY = f"orchestrator.core.domain.{NAME}"
MESSAGE = f"The framework never sees a new `{NAME}`: fill the one that it has with `update(...)`"


@rule.on(ast.Assign)
def assignment(file: PythonFile, node: ast.Assign) -> Iterator[Hit]:
    target = node.targets[0]
    if len(node.targets) > 1 or not _is_registry(file, target):
        return
    edits: tuple[Edit, ...] = ()
    if isinstance(node.value, (ast.Dict, ast.DictComp)):
        begin, value = file.span(target)[1], file.span(node.value)[0]
        if file.source[begin:value].strip() == b"=":
            edits = (replace_span(file, begin, value, ".update("), insert_after(file, node.value, ")"))
    yield Hit(node, MESSAGE, edits)


def _is_registry(file: PythonFile, target: ast.expr) -> bool:
    if isinstance(target, ast.Attribute):
        return file.qualified(target) == REGISTRY
    if not isinstance(target, ast.Name) or target.id != NAME:
        return False
    scope = file.scope(target).find(NAME)
    imported = scope.imports.get(NAME, []) if scope is not None else []
    return any(file.canonical(one.dotted) == REGISTRY for one in imported)
