"""A schema or router of one's own is made with arguments that strawberry has dropped.

Strawberry always speaks the second federation since 0.285, in a version that is named, and its routers name
the user interface that they serve. 5.0 comes with such a release; the old arguments are type errors in it.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
 import strawberry
 from strawberry.fastapi import GraphQLRouter

-schema = strawberry.federation.Schema(query=Query, enable_federation_2=True)
-router = GraphQLRouter(schema, graphiql=False)
+schema = strawberry.federation.Schema(query=Query, federation_version="2.9")
+router = GraphQLRouter(schema, graphql_ide=None)
```

Arguments of the new kind, and schemas of others, are left alone:

```python
import strawberry
from graphene import Schema
from strawberry.fastapi import GraphQLRouter

schema = strawberry.federation.Schema(query=Query, federation_version="2.11")
router = GraphQLRouter(schema, graphql_ide="graphiql")
other = Schema(enable_federation_2=True)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import supports_both
from concertmaster.rewrite import drop_arguments, replace
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-07d",),
    section="5.0#7",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"enable_federation_2", b"graphiql"),
)

_OWN = ("orchestrator.core.graphql", "orchestrator.core.graphql.schema")
_SCHEMA, _ROUTER = "OrchestratorSchema", "OrchestratorGraphqlRouter"
SCHEMAS = frozenset(("strawberry.federation.Schema", *(f"{module}.{_SCHEMA}" for module in _OWN)))
ROUTERS = frozenset(("strawberry.fastapi.GraphQLRouter", *(f"{module}.{_ROUTER}" for module in _OWN)))


@rule.on_imported(ast.Call)
def arguments(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    name = file.qualified(call.func)
    if name not in SCHEMAS | ROUTERS or supports_both(file):
        return
    for word in call.keywords:
        if word.arg == "enable_federation_2" and name in SCHEMAS:
            message = "Strawberry names the version of the federation since 0.285: use `federation_version`"
            yield Hit(word, message, _federation(file, call, word))
        elif word.arg == "graphiql" and name in ROUTERS:
            text = f"graphql_ide={_interface(file, word.value)}"
            message = f"Strawberry names the user interface that a router serves: use `{text}`"
            yield Hit(word, message, (replace(file, word, text),))


def _federation(file: PythonFile, call: ast.Call, word: ast.keyword) -> tuple[Edit, ...]:
    value = word.value.value if isinstance(word.value, ast.Constant) else None
    if value is True:
        return (replace(file, word, 'federation_version="2.9"'),)
    dropped = drop_arguments(file, call, [word]) if value is False else None
    return (dropped,) if dropped else ()


def _interface(file: PythonFile, value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return '"graphiql"' if value.value else "None"
    return f'"graphiql" if {file.text(value)} else None'
