"""GraphQL extensions are registered without the one that opens a database session.

A list of extensions takes the place of the framework's own. Since orchestrator-core 5.4 resolvers need the session
that `DbSessionExtension` opens, so a list without it makes them fail.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.4/>

```diff
 from network.graphql import Tracing
 from orchestrator.core import OrchestratorCore
+from orchestrator.core.graphql.extensions.db_session import DbSessionExtension

 app = OrchestratorCore()
-app.register_graphql(extensions=[Tracing])
+app.register_graphql(extensions=[DbSessionExtension, Tracing])
```

A list from elsewhere takes a person:

```python reported
from network.graphql import EXTENSIONS
from orchestrator.core import OrchestratorCore

app = OrchestratorCore()
app.register_graphql(extensions=EXTENSIONS)
```

Lists that build on the framework's own, and the default, are left alone:

```python
from orchestrator.core import OrchestratorCore
from orchestrator.core.graphql.schema import get_extensions

from network.graphql import Mutation, Query, Tracing

app = OrchestratorCore()
app.register_graphql(query=Query, mutation=Mutation)
app.register_graphql(extensions=[*get_extensions(Mutation, Query), Tracing])
app.register_graphql(extensions=None)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import insert_before, replace
from concertmaster.rewrite.moves import spelled
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("54-07",),
    section="5.4#1",
    change=Change(works_from="5.4.0", removed="5.4.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"extensions",),
    context=(b"register_graphql", b"orchestrator"),
)

_DB_SESSION = "orchestrator.core.graphql.extensions.db_session"
_ROUTERS = frozenset(
    f"orchestrator.core.{module}.create_graphql_router" for module in ("graphql", "graphql.schema")
)
MESSAGE = "Resolvers need the session of `DbSessionExtension` since 5.4: it must be among the extensions"


@rule.on(ast.Call)
def extensions(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    by_method = isinstance(call.func, ast.Attribute) and call.func.attr == "register_graphql"
    given = [word.value for word in call.keywords if word.arg == "extensions"]
    if not given or not (by_method or file.qualified(call.func) in _ROUTERS) or _has_session(given[0]):
        return
    word = needed(file, call, spelled(file, _DB_SESSION), "DbSessionExtension", also=(_DB_SESSION,))
    if word is None or not isinstance(given[0], ast.List):
        yield Hit(given[0], MESSAGE)
    elif given[0].elts:
        yield Hit(given[0], MESSAGE, (insert_before(file, given[0].elts[0], f"{word.text}, "),), word.imports)
    else:
        yield Hit(given[0], MESSAGE, (replace(file, given[0], f"[{word.text}]"),), word.imports)


def _has_session(value: ast.expr) -> bool:
    """Whether the extension is there, or the framework's own are: by name, for they may come from anywhere."""
    names = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(value) if isinstance(node, ast.Attribute)}
    none = isinstance(value, ast.Constant) and value.value is None
    return none or bool(names & {"DbSessionExtension", "get_extensions"})
