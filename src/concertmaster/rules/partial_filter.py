"""A GraphQL query may rely on filters that match a part of a value.

Since orchestrator-core 2.10.0 a value of `filterBy` must match as a whole. `FILTER_BY_MODE=partial` in the
environment brings back what was before.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/graphql/>

```python reported
QUERY = '''
query Known($name: String!) {
  subscriptions(filterBy: [{field: "description", value: "node"}]) { page { subscriptionId } }
}
'''
```

Filters by identifiers and states, which are whole anyway, and other documents are left alone:

```python
QUERY = '''
{
  subscriptions(filterBy: [{field: "status", value: "active"}, {field: "subscriptionId", value: $id}]) {
    page { subscriptionId }
  }
}
'''
TEXT = "filterBy: description"
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
    rows=("210-01",),
    change=Change(works_from="2.10.0", deprecated="2.10.0", crossing=True),
    one_change=True,
    safety=Safety.MANUAL,
    triggers=(b"filterBy",),
)

_FILTER = re.compile(r"\w+\s*\([^()]*filterBy\s*:\s*(\[[^\]]*\]|\{[^}]*\})")
_FIELD = re.compile(r"field\s*:\s*\"(\w+)\"")
#: Fields whose values are only ever given as a whole.
_WHOLE = re.compile(r"(?:\w*[iI]d|status|lastStatus|insync|isTask|target|workflowTarget|tag|productType)\Z")


@rule.on(ast.Constant)
def document(_: PythonFile, node: ast.Constant) -> Iterator[Hit]:
    if not isinstance(node.value, str) or "{" not in node.value or len(node.value) > 20_000:
        return
    found = (name for one in _FILTER.finditer(node.value) for name in _FIELD.findall(one[1]))
    partial = sorted({name for name in found if not _WHOLE.match(name)})
    if partial:
        message = f"a filter by `{partial[0]}` matches whole values since 2.10.0, unless `FILTER_BY_MODE` is `partial`"
        yield Hit(node, message)
