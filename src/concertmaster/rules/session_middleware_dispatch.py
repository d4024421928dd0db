"""A middleware of one's own overrides how the framework's handles a request.

`DBSessionMiddleware` is a plain ASGI application since 5.0 and no longer derives from Starlette's
`BaseHTTPMiddleware`. Its `dispatch` is never called, so what a subclass does there does not happen.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```python reported
from orchestrator.core.db.database import DBSessionMiddleware


class ReadOnlySessionMiddleware(DBSessionMiddleware):
    async def dispatch(self, request, call_next):
        return await call_next(request)
```

Other middleware, and subclasses that override `__call__`, are left alone:

```python
from orchestrator.core.db.database import DBSessionMiddleware
from starlette.middleware.base import BaseHTTPMiddleware


class ReadOnlySessionMiddleware(DBSessionMiddleware):
    async def __call__(self, scope, receive, send):
        await super().__call__(scope, receive, send)


class TimingMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await call_next(request)
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
    rows=("50-24",),
    section="5.0",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.MANUAL,
    triggers=(b"DBSessionMiddleware",),
)

MIDDLEWARE = Kind(frozenset(("orchestrator.core.db.database.DBSessionMiddleware",)))
MESSAGE = "`DBSessionMiddleware` has no `dispatch` since 5.0: override `__call__(self, scope, receive, send)`"


@rule.on(ast.ClassDef)
def dispatch(file: PythonFile, node: ast.ClassDef) -> Iterator[Hit]:
    if subclass_of(file, node, MIDDLEWARE):
        for method in node.body:
            if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and method.name == "dispatch":
                yield Hit(method, MESSAGE)
