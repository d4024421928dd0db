"""A REST endpoint is called that went.

What GraphQL answers as well went from the REST interface in orchestrator-core 2.3.0: lists of subscriptions,
products, product blocks, resource types and workflows, and what belongs to a process. Agents search by another path
since 5.1. Calls get a 404.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/graphql/>

```python reported
def test_related(test_client, subscription_id):
    reply = test_client.get(f"/api/subscriptions/in_use_by/{subscription_id}")
    assert reply.status_code == 200
    assert test_client.get("/api/processes/process-subscriptions-by-pid/1").json()
```

Endpoints that there are, and paths of others, are left alone:

```python row=23-08
def test_subscription(test_client, subscription_id):
    assert test_client.get(f"/api/subscriptions/domain-model/{subscription_id}").json()
    assert test_client.get("/api/processes/resume-all").json()
    assert test_client.get("https://inventory.example.org/api/subscriptions/everything").json()
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("23-08", "22-08", "51-08"),
    change=Change(works_from="2.3.0", removed="2.3.0"),
    safety=Safety.MANUAL,
    triggers=(b"/api/",),
    context=(
        *(b"fixed_inputs", b"processes", b"product_blocks", b"products", b"resource_types", b"subscriptions"),
        *(b"workflows", b"agent"),
    ),
)

#: Paths below `/api` in which `*` stands for an identifier, and what to ask instead.
ENDPOINTS = {
    "fixed_inputs/configuration": "ask GraphQL for `products { page { fixedInputs { name value } } }`",
    "processes/assignees": "the values are those of `config.assignee.Assignee`",
    "processes/statuses": "the values are those of `workflow.ProcessStatus`",
    "processes/process-subscriptions-by-pid/*": "ask GraphQL for `processes { page { subscriptions { … } } }`",
    "processes/process-subscriptions-by-process_id/*": "ask GraphQL for `processes { page { subscriptions { … } } }`",
    "processes/process-subscriptions-by-subscription-id/*": "ask GraphQL for `subscriptions { page { processes { … } } }`",
    "product_blocks": "ask GraphQL for `productBlocks`, and change product blocks in migrations",
    "products/statuses/all": "the values are those of `domain.lifecycle.ProductLifecycle`",
    "products/tags/all": "ask GraphQL for `products { page { tag } }`",
    "products/types/all": "ask GraphQL for `products { page { productType } }`",
    "resource_types": "ask GraphQL for `resourceTypes`, and change resource types in migrations",
    "subscriptions/all": "ask GraphQL for `subscriptions`, or `/api/subscriptions/search`",
    "subscriptions/depends_on/*": "ask GraphQL for `subscriptions { page { dependsOnSubscriptions { … } } }`",
    "subscriptions/in_use_by/*": "ask GraphQL for `subscriptions { page { inUseBySubscriptions { … } } }`",
    "subscriptions/instance/other_subscriptions/*": "ask GraphQL for `subscriptions { page { inUseBySubscriptions { … } } }`",
    "subscriptions/subscriptions_for_in_used_by_ids": "ask GraphQL for `subscriptions { page { inUseBySubscriptions { … } } }`",
    "subscriptions/*/metadata": "ask GraphQL for `subscriptions { page { metadata } }`",
    "agent/search_subscriptions": "agents search through `POST /api/agent/search`",
    "workflows/with_product_tags": "ask GraphQL for `workflows { page { products { tag } } }`",
}
#: Those that went later, in which release, by the catalogue's row.
LATER = {"agent/search_subscriptions": ("51-08", Change(works_from="5.1.0", removed="5.1.0"))}
_START = r"(?:\A|\{\}|\Ahttps?://[^/]+)/api/"
_PATTERNS = {
    re.compile(rf"{_START}{path.replace('*', '[^/?]+')}/?(?:\?.*)?\Z"): (path, instead)
    for path, instead in ENDPOINTS.items()
}


@rule.on(ast.Constant)
def text(file: PythonFile, node: ast.Constant) -> Iterator[Hit]:
    if isinstance(node.value, str) and not isinstance(file.parent(node), (ast.JoinedStr, ast.Expr)):
        yield from _called(node, node.value)


@rule.on(ast.JoinedStr)
def formatted(_: PythonFile, node: ast.JoinedStr) -> Iterator[Hit]:
    """An f-string, with `{}` for whatever is put into it."""
    parts = (str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    yield from _called(node, "".join(parts))


def _called(node: ast.AST, url: str) -> Iterator[Hit]:
    if "/api/" not in url or len(url) > 500:
        return
    for pattern, (path, instead) in _PATTERNS.items():
        if pattern.search(url):
            row, change = LATER.get(path, ("22-08" if path.endswith("pid/*") else "23-08", rule.change))
            yield Hit(node, f"`/api/{path}` went in {change.removed}: {instead}", rows=(row,), change=change)
            return
