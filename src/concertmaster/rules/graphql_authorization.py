"""A GraphQL authorization does not take the method.

`GraphqlAuthorization.authorize` is called with the method of the request between the path and the user since
oauth2-lib 2.5, which orchestrator-core 4.6 asks for. A class that takes two arguments fails on every query.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/auth-backend-and-frontend/>

```diff
 from oauth2_lib.fastapi import GraphqlAuthorization, OIDCUserModel
 from starlette.requests import Request


 class Access(GraphqlAuthorization):
-    async def authorize(self, request, user: OIDCUserModel) -> bool | None:
+    async def authorize(self, request, method: str, user: OIDCUserModel) -> bool | None:
         return user.user_name == "admin"
```

Other authorizations, and those that take it, are left alone:

```python row=46-01,CP-07
from oauth2_lib.fastapi import Authorization, GraphqlAuthorization


class Access(Authorization):
    async def authorize(self, request, user) -> bool | None:
        return True


class GraphqlAccess(GraphqlAuthorization):
    async def authorize(self, request, method, user) -> bool | None:
        return await self.decide(request, user)


class Logged(GraphqlAuthorization):
    async def authorize(self, *args) -> bool | None:
        return None
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.instances import Kind, subclass_of
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import insert_before
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("46-01", "CP-07"),
    change=Change(works_from="4.6.0", removed="4.6.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"oauth2_lib",),
)

AUTHORIZATION = Kind(
    frozenset(f"oauth2_lib.fastapi.{name}" for name in ("GraphqlAuthorization", "GraphQLOPAAuthorization"))
)
MESSAGE = "`authorize` gets the method between the path and the user since 4.6: take it as a parameter"


@rule.on(ast.ClassDef)
def authorization(file: PythonFile, node: ast.ClassDef) -> Iterator[Hit]:
    if not subclass_of(file, node, AUTHORIZATION):
        return
    for method in node.body:
        if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and method.name == "authorize":
            arguments = [*method.args.posonlyargs, *method.args.args]
            if len(arguments) == 3 and method.args.vararg is None:
                edits = (insert_before(file, arguments[2], "method: str, "), *_passed_on(file, method))
                yield Hit(method, MESSAGE, edits if _is_free(method) else ())


def _passed_on(file: PythonFile, method: ast.AST) -> Iterator[Edit]:
    """`super().authorize(request, user)` passes the method on."""
    for call in ast.walk(method):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "authorize"
        ):
            owner = call.func.value
            is_super = (
                isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "super"
            )
            if is_super and len(call.args) == 2 and not call.keywords:
                yield insert_before(file, call.args[1], "method, ")


def _is_free(method: ast.AST) -> bool:
    return not any(isinstance(node, ast.Name) and node.id == "method" for node in ast.walk(method))
