"""An authentication of the project's own expects a client of httpx.

oauth2-lib 3, which orchestrator-core 5.3 and later may bring, talks through httpx2: a class that derives from
`OIDCAuth` is given one of its clients, and requests without a token are answered with 401 instead of 403. Ask for
`oauth2-lib<3` until the class is ready.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/auth-backend-and-frontend/>

```python reported
from httpx import AsyncClient
from oauth2_lib.fastapi import OIDCAuth


class Login(OIDCAuth):
    async def userinfo(self, async_request: AsyncClient, token: str):
        return await async_request.get("/userinfo")
```

Other classes with such a client are left alone:

```python row=53-03,CP-08
from httpx import AsyncClient
from oauth2_lib.fastapi import OIDCAuth


class Client:
    async def userinfo(self, async_request: AsyncClient, token: str):
        return await async_request.get("/userinfo")


class Login(OIDCAuth):
    async def userinfo(self, async_request, token: str):
        return await async_request.get("/userinfo")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.instances import Kind, subclass_of
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("53-03", "CP-08"),
    change=Change(works_from="5.3.0", deprecated="5.3.0"),
    safety=Safety.MANUAL,
    triggers=(b"httpx",),
    context=(b"oauth2_lib",),
)

AUTHENTICATION = Kind(frozenset(("oauth2_lib.fastapi.OIDCAuth",)))
MESSAGE = (
    "oauth2-lib 3, which 5.3 may bring, passes a client of httpx2: ask for `oauth2-lib<3`, or for that client"
)


@rule.on(ast.ClassDef)
def authentication(file: PythonFile, node: ast.ClassDef) -> Iterator[Hit]:
    if not subclass_of(file, node, AUTHENTICATION):
        return
    for method in node.body:
        if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and method.name == "userinfo":
            clients = (
                argument.annotation for argument in method.args.args if argument.annotation is not None
            )
            yield from (
                Hit(one, MESSAGE) for one in clients if (file.qualified(one) or "").startswith("httpx.")
            )
