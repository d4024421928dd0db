"""A subscription has a field `version` of its own.

Since orchestrator-core 2.9.2 every subscription has a `version`, a number that the framework stores. A fixed input
of that name hides it, or is stored as it.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/domain_models/product_types/>

```python reported
from orchestrator.domain.base import SubscriptionModel


class FirewallInactive(SubscriptionModel, is_base=True):
    version: str
```

Product blocks and other models may have one:

```python
from orchestrator.domain.base import ProductBlockModel, SubscriptionModel
from pydantic import BaseModel


class Software(BaseModel):
    version: str


class FirewallBlockInactive(ProductBlockModel, product_block_name="Firewall"):
    version: str | None = None


class FirewallInactive(SubscriptionModel, is_base=True):
    software: Software

    def upgraded(self, version: str) -> str:
        version: str = version
        return version
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.models import lineage
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("29-01",),
    change=Change(works_from="2.9.2", deprecated="2.9.2", crossing=True),
    one_change=True,
    safety=Safety.MANUAL,
    triggers=(b"version",),
    context=(b"orchestrator", b"Subscription", b"Model"),
)

SUBSCRIPTION = frozenset(
    f"orchestrator.core.domain.{name}" for name in ("SubscriptionModel", "base.SubscriptionModel")
)


@rule.on(ast.AnnAssign)
def field(file: PythonFile, node: ast.AnnAssign) -> Iterator[Hit]:
    model = file.parent(node)
    if (
        not isinstance(model, ast.ClassDef)
        or not isinstance(node.target, ast.Name)
        or node.target.id != "version"
    ):
        return
    bases = (base for one in lineage(file, model) for base in one.bases)
    if any(file.qualified(base) in SUBSCRIPTION for base in bases):
        yield Hit(node, "`version` is a field of every subscription since 2.9.2: give this one another name")
