"""A type hint spells out the callback that decides who may run a workflow.

Callbacks are coroutines since 4.7 and take an `AuthContext` since 5.0, so a spelled-out type is wrong.
`Authorizer` always names the right one.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
 from collections.abc import Callable

 from oauth2_lib.fastapi import OIDCUserModel
+from orchestrator.core.utils.auth import Authorizer

 User = OIDCUserModel | None


-def guarded(check: Callable[[OIDCUserModel | None], bool], otherwise: Callable[[], bool]): ...
+def guarded(check: Authorizer, otherwise: Callable[[], bool]): ...
```

Functions of users that are no callbacks have other results or more arguments:

```python row=41-01,50-10a
from collections.abc import Callable

from oauth2_lib.fastapi import OIDCUserModel

name_of: Callable[[OIDCUserModel | None], str]
allowed: Callable[[OIDCUserModel, str], bool]
any_of: Callable[..., bool]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.callbacks import USER
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import supports_both
from concertmaster.rewrite import replace
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("41-01", "50-10a"),
    section="5.0#10",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"OIDCUserModel",),
)

_CALLABLE = frozenset(("typing.Callable", "collections.abc.Callable"))
_AWAITABLE = frozenset(
    ("typing.Awaitable", "collections.abc.Awaitable", "typing.Coroutine", "collections.abc.Coroutine")
)
_NEEDED = (Import("orchestrator.core.utils.auth", "Authorizer"),)


@rule.on(ast.Subscript)
def hint(file: PythonFile, node: ast.Subscript) -> Iterator[Hit]:
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
    if len(parts) != 2 or file.qualified(node.value) not in _CALLABLE or supports_both(file):
        return
    given = parts[0].elts if isinstance(parts[0], ast.List) else []
    if len(given) == 1 and _is_user(file, given[0]) and _gives_bool(file, parts[1]):
        message = "Callbacks are coroutines that take an `AuthContext` since 5.0: their type is `Authorizer`"
        yield Hit(node, message, (replace(file, node, "Authorizer"),), _NEEDED)


def _is_user(file: PythonFile, node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_user(file, node.left) or _is_user(file, node.right)
    inner = node.slice if isinstance(node, ast.Subscript) else node
    return file.qualified(inner) in USER


def _gives_bool(file: PythonFile, node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript) and file.qualified(node.value) in _AWAITABLE:
        last = node.slice.elts[-1] if isinstance(node.slice, ast.Tuple) else node.slice
        return _gives_bool(file, last)
    return isinstance(node, ast.Name) and node.id == "bool"
