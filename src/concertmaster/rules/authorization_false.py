"""An authorization of one's own denies by returning False.

Until 5.0 the framework paid no attention to what an authorization returned, only to what it raised. Since
then False is a denial with status 403; None lets a request pass. What returned False for want of an opinion
now locks everyone out.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```python reported
from oauth2_lib.fastapi import Authorization, OPAAuthorization


class NetworkAuthorization(Authorization):
    async def authorize(self, request, user):
        return "noc" in user.get("teams", [])


policy = OPAAuthorization(opa_url="http://opa", auto_error=False)
```

Authorizations that raise, let pass, or allow, and those of GraphQL, where False always counted, are left alone:

```python
from oauth2_lib.fastapi import Authorization, GraphqlAuthorization, OPAAuthorization


class Open(Authorization):
    async def authorize(self, request, user):
        if user is None:
            raise_status(403)
        return True


class Bypass(Authorization):
    async def authorize(self, request, user):
        return None


class ForGraphql(GraphqlAuthorization):
    async def authorize(self, request, method, user):
        return False


class Logged(OPAAuthorization):
    async def authorize(self, request, user):
        return await super().authorize(request, user)


policy = OPAAuthorization(opa_url="http://opa")
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
    rows=("50-09",),
    section="5.0#9",
    change=Change(works_from="5.0.0", deprecated="5.0.0", crossing=True),
    one_change=True,
    safety=Safety.MANUAL,
    triggers=(b"Authorization",),
    context=(b"oauth2_lib",),
)

OPA = "oauth2_lib.fastapi.OPAAuthorization"
AUTHORIZATION = Kind(frozenset(("oauth2_lib.fastapi.Authorization", OPA)))
MESSAGE = "False from an authorization means status 403 since 5.0, it meant nothing before: see that this is intended"


@rule.on(ast.ClassDef)
def methods(file: PythonFile, node: ast.ClassDef) -> Iterator[Hit]:
    if not subclass_of(file, node, AUTHORIZATION):
        return
    for method in node.body:
        if isinstance(method, ast.AsyncFunctionDef) and method.name == "authorize":
            returned = [one for one in ast.walk(method) if isinstance(one, ast.Return)]
            yield from (
                Hit(one, MESSAGE) for one in returned if one.value is not None and _may_be_false(one.value)
            )


def _may_be_false(value: ast.expr) -> bool:
    """Everything but True, None, and what the class above makes of it."""
    if isinstance(value, ast.IfExp):
        return _may_be_false(value.body) or _may_be_false(value.orelse)
    if any(isinstance(part, ast.Name) and part.id == "super" for part in ast.walk(value)):
        return False
    return not (isinstance(value, ast.Constant) and value.value in (True, None))


@rule.on_imported(ast.Call)
def policy(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if file.qualified(call.func) != OPA:
        return
    for word in call.keywords:
        if word.arg == "auto_error" and isinstance(word.value, ast.Constant) and word.value.value is False:
            yield Hit(call, MESSAGE)
