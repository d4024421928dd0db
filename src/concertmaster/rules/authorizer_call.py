"""A callback that decides who may run a workflow is called with a user.

Since 5.0 these callbacks take an `AuthContext`, which names the user, the action, the workflow and the step.
A user in its place fails, for it has no `user`.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
 from orchestrator.core.settings import get_authorizers
 from orchestrator.core.utils.auth import AuthContext


 async def engineers(context: AuthContext) -> bool:
-    return await get_authorizers().authorize_callback(context.user)
+    return await get_authorizers().authorize_callback(context)
```

Where there is no context to pass on, a person must say what is asked for:

```python reported
async def may_start(workflow, user):
    return await workflow.authorize_callback(user)
```

Contexts, and callbacks of other things, are left alone:

```python
from orchestrator.core.utils.auth import AuthContext


async def may_start(workflow, user, client):
    context = AuthContext(user=user, action="start_workflow", workflow=workflow)
    client.on_login(authorize_callback=user)
    client.authorize_callback()
    return await workflow.authorize_callback(context) or await workflow.authorize_callback(AuthContext(user=user))
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from concertmaster.findings import Safety
from concertmaster.project.bindings import enclosing_function
from concertmaster.project.callbacks import KEYWORDS, STORED, callbacks, takes_context, takes_user
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import supports_both
from concertmaster.project.values import last_part
from concertmaster.rewrite import replace
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-10b",),
    section="5.0#10",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"auth_callback(", b"authorize_callback("),
)


@rule.on(ast.Call)
def user_given(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in KEYWORDS | STORED or supports_both(file):
        return
    if len(call.args) != 1 or call.keywords:
        return
    user = call.args[0]
    message = (
        f"`{func.attr}` takes an `AuthContext` since 5.0, not a user: pass one with the user and the action"
    )
    if isinstance(user, ast.Attribute) and user.attr == "user" and _is_context(file, user.value):
        yield Hit(call, message, (replace(file, user, file.text(user.value)),))
    elif _is_user(file, user) and not _in_callback(file, call):
        yield Hit(call, message)


def _in_callback(file: PythonFile, node: ast.AST) -> bool:
    """In a callback that gets a user yet, the user comes first: see `authorizer-callback`."""
    functions = _functions(file)
    return any(up in functions for up in file.ancestors(node))


@lru_cache(maxsize=4)
def _functions(file: PythonFile) -> frozenset[ast.AST | None]:
    return frozenset(callback.function for callback in callbacks(file))


def _is_context(file: PythonFile, node: ast.expr) -> bool:
    parameter = _parameter(file, node)
    return parameter is not None and takes_context(file, parameter)


def _is_user(file: PythonFile, node: ast.expr) -> bool:
    parameter = _parameter(file, node)
    if parameter is not None and parameter.annotation is not None:
        return takes_user(file, parameter)
    return "user" in last_part(node)


def _parameter(file: PythonFile, node: ast.expr) -> ast.arg | None:
    """The parameter that a name stands for, where nothing else gives it a value."""
    scope = file.scope(node).find(node.id) if isinstance(node, ast.Name) else None
    bound = scope.others[node.id] if scope is not None and isinstance(node, ast.Name) else []
    one = bound[0] if len(bound) == 1 else None
    return one if isinstance(one, ast.arg) and enclosing_function(file, one) is not None else None
