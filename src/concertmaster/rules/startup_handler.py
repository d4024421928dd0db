"""A handler of startup or shutdown is registered with the application.

The application has a lifespan since 5.0, and where there is one, handlers are never called; with newer
releases of Starlette `add_event_handler` is not there at all. A lifespan around the application's own does
what they did.

Guide: <https://fastapi.tiangolo.com/advanced/events/>

```diff
+from collections.abc import AsyncIterator
+from contextlib import asynccontextmanager
+from typing import Any
+
+from fastapi import FastAPI
 from orchestrator.core import OrchestratorCore, app_settings

 app = OrchestratorCore(base_settings=app_settings)


-@app.on_event("startup")
 async def announce() -> None:
     logger.info("The orchestrator starts")


-app.router.on_shutdown.append(lambda: logger.info("The orchestrator stops"))
+core_lifespan = app.router.lifespan_context
+
+
+@asynccontextmanager
+async def lifespan(application: FastAPI) -> AsyncIterator[Any]:
+    async with core_lifespan(application) as state:
+        await announce()
+        try:
+            yield state
+        finally:
+            logger.info("The orchestrator stops")
+
+
+app.router.lifespan_context = lifespan
```

Handlers that are registered from within a function are for a person:

```python reported
from orchestrator.core import OrchestratorCore


def prepare(app: OrchestratorCore) -> None:
    app.add_event_handler("startup", announce)
```

Other applications run their handlers as ever, and other handlers are registered as ever:

```python
from fastapi import FastAPI
from orchestrator.core import OrchestratorCore

proxy = FastAPI()
app = OrchestratorCore()
app.add_exception_handler(ValueError, explain)


@proxy.on_event("startup")
async def announce() -> None: ...
```
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.instances import APP, instance_of
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import supports_both
from concertmaster.rewrite.lifespan import Handler, lifespan
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-20",),
    section="5.0",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"on_event", b"add_event_handler", b"on_startup", b"on_shutdown"),
    context=(b"orchestrator",),
)

EVENTS = frozenset(("startup", "shutdown"))
MESSAGE = "The application has a lifespan since 5.0, beside which handlers are never called: put a lifespan around it"


@rule.file
def handlers(file: PythonFile) -> Iterator[Hit]:
    if supports_both(file):
        return
    found: dict[str, list[tuple[ast.AST, Handler | None]]] = defaultdict(list)
    for call in file.nodes(ast.Call):
        app, event = _registers(file, call)
        if app is not None and event:
            name = app.id if isinstance(app, ast.Name) else ""
            found[name].append((call, _handler(file, call, event)))
    for app_name, registered in found.items():
        whole = [handler for _, handler in registered if handler is not None]
        possible = bool(app_name) and len(whole) == len(registered)
        edits, imports = lifespan(file, app_name, whole) if possible else ((), ())
        for place, _ in registered:
            yield Hit(place, MESSAGE, edits, imports)


def _registers(file: PythonFile, call: ast.Call) -> tuple[ast.expr | None, str]:
    """The application and the event of `app.on_event("startup")` and the like; `?` for an event that is not plain."""
    func = call.func
    if not isinstance(func, ast.Attribute):
        return None, ""
    owner, event = func.value, _text(call)
    if (
        func.attr == "append"
        and isinstance(owner, ast.Attribute)
        and owner.attr in ("on_startup", "on_shutdown")
    ):
        event, owner = owner.attr.removeprefix("on_"), owner.value
    elif func.attr not in ("on_event", "add_event_handler"):
        return None, ""
    if isinstance(owner, ast.Attribute) and owner.attr == "router":
        owner = owner.value
    return (owner, event or "?") if instance_of(file, owner, APP) is not None else (None, "")


def _text(call: ast.Call) -> str:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and first.value in EVENTS else ""


def _handler(file: PythonFile, call: ast.Call, event: str) -> Handler | None:
    """The handler where it is registered at the top level of the file, by a statement of its own."""
    up = file.parent(call)
    if event not in EVENTS or not isinstance(up, ast.stmt) or file.parent(up) is not file.tree:
        return None
    if isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef)) and call in up.decorator_list:
        alone = file.line_span(call.lineno)[1] <= file.span(up)[0] and _has_own_line(file, call)
        return Handler(up, event, None, call) if alone else None
    if isinstance(up, ast.Expr) and isinstance(call.func, ast.Attribute) and call.func.attr != "on_event":
        return Handler(up, event, call.args[-1]) if call.args and not call.keywords else None
    return None


def _has_own_line(file: PythonFile, decorator: ast.expr) -> bool:
    start, end = file.span(decorator)
    before = file.source[file.line_span(decorator.lineno)[0] : start]
    behind = file.source[end : file.line_span(decorator.end_lineno or decorator.lineno)[1]]
    return before.strip() == b"@" and not behind.strip()
