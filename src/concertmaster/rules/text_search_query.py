"""Subscriptions are searched by text.

The parameter `query` of the REST and GraphQL queries for subscriptions, and the view behind it, are deprecated
since 5.0 and will be removed. `POST /api/search/subscriptions` searches in the new way.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```python reported
from orchestrator.core.api.helpers import add_subscription_search_query_filter

found = client.get("/api/subscriptions/search?query=ams*")
also = client.get("/api/subscriptions/search", params={"query": "ams*"})
QUERY = 'query { subscriptions(first: 10, query: "ams*") { page { description } } }'
statement = add_subscription_search_query_filter(statement, "ams*")
```

Filters, the new search, and the searches of others are left alone:

```python
from network.search import add_subscription_search_query_filter

found = client.post("/api/search/subscriptions", json={"query": "ams"})
other = client.get("/api/nodes/search?query=ams*")
QUERY = 'query Search { subscriptions(filterBy: {field: "query", value: "ams"}) { page { description } } }'
statement = add_subscription_search_query_filter(statement, "ams*")
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
    rows=("50-08g",),
    section="5.0#8",
    change=Change(works_from="5.0.0", deprecated="5.0.0"),
    safety=Safety.MANUAL,
    triggers=(b"/subscriptions/search", b"subscriptions(", b"add_subscription_search_query_filter"),
)

_PATH = re.compile(r"(?:\S*/)?api/subscriptions/search(?:\?\S*)?\Z")
_FIELD = re.compile(r"\bsubscriptions\s*\((?:[^(){}]|\{[^{}]*\})*?(?<![\w$])query\s*:")
_FILTER = "orchestrator.core.api.helpers.add_subscription_search_query_filter"
MESSAGE = "Searching subscriptions by text is deprecated since 5.0: use `POST /api/search/subscriptions`"


@rule.on(ast.Constant)
def text(file: PythonFile, node: ast.Constant) -> Iterator[Hit]:
    value = node.value if isinstance(node.value, str) and not isinstance(file.parent(node), ast.Expr) else ""
    if _PATH.match(value) or _FIELD.search(value):
        yield Hit(node, MESSAGE)


@rule.on_imported(ast.Call)
def called(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if file.qualified(call.func) == _FILTER:
        yield Hit(call, MESSAGE)
