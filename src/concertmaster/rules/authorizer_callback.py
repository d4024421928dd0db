"""A callback that decides who may run a workflow is of an older kind.

Callbacks are awaited since 4.7, so they must be `async def`. Since 5.0 they get an `AuthContext` instead of
the user; the user is its `user`. Without that, every start, resume and retry that they guard fails.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
 from oauth2_lib.fastapi import OIDCUserModel
+from orchestrator.core.utils.auth import AuthContext
 from orchestrator.core.workflow import workflow

 User = OIDCUserModel | None


-async def engineers(user: OIDCUserModel | None) -> bool:
-    return user is not None and "engineer" in user.get("roles", [])
+async def engineers(context: AuthContext) -> bool:
+    return context.user is not None and "engineer" in context.user.get("roles", [])


 @workflow(authorize_callback=engineers)
 def sync(): ...
```

A function of before 4.7 becomes a coroutine too:

```diff
-def engineers(user):
-    return user.user_name != "guest"
+from orchestrator.core.utils.auth import AuthContext
+
+async def engineers(context: AuthContext):
+    return context.user.user_name != "guest"


 app.register_internal_authorize_callback(engineers)
```

What cannot become a coroutine in its place is for a person:

```python reported
from orchestrator.core.workflow import workflow


@workflow(authorize_callback=lambda user: user is not None)
def sync(): ...
```

Callbacks of the new kind and other functions on users are left alone:

```python row=47-02,50-10a
from oauth2_lib.fastapi import OIDCUserModel
from orchestrator.core.utils.auth import AuthContext
from orchestrator.core.workflow import workflow


async def engineers(context: AuthContext) -> bool:
    return context.user is not None


def name_of(user: OIDCUserModel | None) -> str:
    return user.user_name if user else "guest"


@workflow(authorize_callback=engineers)
def sync(): ...
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.callbacks import (
    Callback,
    Function,
    Use,
    callbacks,
    only_parameter,
    other_uses,
    takes_context,
    takes_user,
)
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import supports_both
from concertmaster.rewrite import replace_span
from concertmaster.rewrite.parameters import change_parameter, mentions
from concertmaster.rewrite.spans import make_async
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change, release

AWAITED = Change(works_from="4.7.0", removed="4.7.0")
CONTEXT = Change(works_from="5.0.0", removed="5.0.0")

rule = Rule(
    __name__,
    rows=("50-10a", "47-02"),
    section="5.0#10",
    change=CONTEXT,
    safety=Safety.SUGGESTED,
    triggers=(b"auth_callback", b"authorize_callback", b"OIDCUserModel", b"Authorizer"),
)

_NEEDED = (Import("orchestrator.core.utils.auth", "AuthContext"),)
_MANUAL = (
    "Callbacks are awaited since 4.7 and get an `AuthContext` since 5.0: write this one as an `async def`"
)


@rule.file
def kinds(file: PythonFile) -> Iterator[Hit]:
    if supports_both(file):
        return
    for callback in callbacks(file):
        if callback.function is None:
            yield Hit(callback.node, _MANUAL)
        elif file.window.reaches("5.0.0"):
            yield from _context(file, callback, callback.function)
        else:
            yield from _awaited(file, callback, callback.function)


def _awaited(file: PythonFile, callback: Callback, function: Function) -> Iterator[Hit]:
    """On the way to a release between 4.7 and 5.0."""
    if isinstance(function, ast.AsyncFunctionDef) or _is_of_its_time(file, callback):
        return
    message = f"Callbacks are awaited since 4.7: make `{function.name}` an `async def` without blocking calls"
    edits = () if other_uses(file, function) else (make_async(file, function),)
    yield Hit(function, message, edits, rows=("47-02",), change=AWAITED)


def _context(file: PythonFile, callback: Callback, function: Function) -> Iterator[Hit]:
    parameter = only_parameter(function)
    is_sync = isinstance(function, ast.FunctionDef)
    if is_sync and _is_of_its_time(file, callback):
        return
    rows = ("50-10a", "47-02") if is_sync else ("50-10a",)
    message = f"`{function.name}` gets an `AuthContext` instead of a user since 5.0: use its `user`"
    if parameter is None or other_uses(file, function):
        yield Hit(function, message, rows=rows)
        return
    if takes_context(file, parameter) or not _is_old(file, parameter):
        if is_sync:
            yield from _awaited(file, callback, function)
        return
    edits = _rewritten(file, function, parameter)
    if edits and isinstance(function, ast.FunctionDef):
        edits = (make_async(file, function), *edits)
    yield Hit(function, message, edits, _NEEDED, rows=rows)


def _is_of_its_time(file: PythonFile, callback: Callback) -> bool:
    """A plain function of 4.7 or later that only looks like a callback is none, or it would fail."""
    return callback.use is Use.LOOKS and release(file.window.installed) >= release("4.7.0")


def _is_old(file: PythonFile, parameter: ast.arg) -> bool:
    """Without an annotation, the time of writing and the name tell what the callback expects."""
    if takes_user(file, parameter):
        return True
    return release(file.window.installed) < release("5.0.0") and "context" not in parameter.arg


def _rewritten(file: PythonFile, function: Function, parameter: ast.arg) -> tuple[Edit, ...]:
    """`context: AuthContext` for the user, and `context.user` for its uses; a default goes, for none is needed."""
    name = "_" if parameter.arg == "_" else "context"
    if name != parameter.arg and mentions(function, name):
        return ()
    edits = change_parameter(file, function, parameter, declared=f"{name}: AuthContext", used=f"{name}.user")
    default = (
        function.args.defaults[-1:] if len(function.args.args) == len(function.args.defaults) == 1 else []
    )
    if edits is None or (function.args.defaults and not default):
        return ()
    return (*edits[1:], _declared(file, parameter, default, f"{name}: AuthContext"))


def _declared(file: PythonFile, parameter: ast.arg, default: list[ast.expr], text: str) -> Edit:
    end = file.span(default[0])[1] if default else file.span(parameter)[1]
    return replace_span(file, file.span(parameter)[0], end, text)
