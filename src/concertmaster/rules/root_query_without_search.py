"""The root of one's own GraphQL schema lacks the search queries.

Search is part of the default root query since 5.0. A root that is merged by hand from the other parts of the
framework has no search until `SearchQuery` is among them, and the user interface then finds nothing.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
-from orchestrator.core.graphql import CustomerQuery, OrchestratorQuery
+from orchestrator.core.graphql import CustomerQuery, OrchestratorQuery, SearchQuery
 from strawberry.tools import merge_types

-Query = merge_types("Query", (OrchestratorQuery, CustomerQuery, NetworkQuery))
+Query = merge_types("Query", (OrchestratorQuery, CustomerQuery, NetworkQuery, SearchQuery))
```

Roots that have it, by itself or with the default root, and other merged types are left alone:

```python
from orchestrator.core.graphql import OrchestratorQuery, Query, SearchQuery
from strawberry.tools import merge_types

First = merge_types("Query", (OrchestratorQuery, SearchQuery))
Second = merge_types("Query", (Query, NetworkQuery))
Other = merge_types("Ports", (Fibre, Copper))
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import supports_both
from concertmaster.rewrite import insert_after
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-07e",),
    section="5.0#7",
    change=Change(works_from="5.0.0", deprecated="5.0.0", crossing=True),
    one_change=True,
    safety=Safety.SUGGESTED,
    triggers=(b"merge_types",),
)

_MERGE = frozenset(("strawberry.tools.merge_types", "strawberry.tools.merge_types.merge_types"))
_MODULES = ("orchestrator.core.graphql", "orchestrator.core.graphql.schema")
ROOT = frozenset(f"{module}.OrchestratorQuery" for module in _MODULES)
SEARCH = frozenset(f"{module}.{name}" for module in _MODULES for name in ("SearchQuery", "Query"))
MESSAGE = "Search is a part of the root query since 5.0: merge `SearchQuery` into your own"


@rule.on_imported(ast.Call)
def root(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    types = call.args[1] if len(call.args) > 1 else None
    if not isinstance(types, (ast.Tuple, ast.List)) or file.qualified(call.func) not in _MERGE:
        return
    names = {file.qualified(one) for one in types.elts}
    if names & ROOT and not names & SEARCH and not supports_both(file):
        edit = insert_after(file, types.elts[-1], ", SearchQuery")
        yield Hit(types, MESSAGE, (edit,), (Import("orchestrator.core.graphql", "SearchQuery"),))
