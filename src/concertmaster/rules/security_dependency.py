"""Endpoints depend on objects of the framework's security that went.

Since orchestrator-core 2.3.0 the application holds who authenticates and who authorizes, and endpoints depend on
the functions `authenticate` and `authorize`. What a project had put in the place of the old objects must be
registered with the application.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/auth-backend-and-frontend>

```diff
 from fastapi import APIRouter, Depends, Security
-from orchestrator.security import oidc_user, opa_security_default
+from orchestrator.security import authenticate, authorize

-router = APIRouter(dependencies=[Depends(opa_security_default)])
+router = APIRouter(dependencies=[Depends(authorize)])


 @router.get("/me")
-def me(user=Security(oidc_user)): ...
+def me(user=Security(authenticate)): ...
```

Tests put something else in the same place:

```diff tests/conftest.py
 from orchestrator import OrchestratorCore
-from orchestrator.security import oidc_user
+from orchestrator.security import authenticate


 def unsecured(app: OrchestratorCore, user):
-    app.dependency_overrides[oidc_user] = user
+    app.dependency_overrides[authenticate] = user
```

Dependencies on other things are left alone:

```python
from fastapi import Depends

from network.security import oidc_user
from orchestrator.security import authorize


def me(user=Depends(oidc_user), known=Depends(authorize)): ...
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("23-01",),
    change=Change(works_from="2.3.0", removed="2.3.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"oidc_user", b"opa_security_default"),
)

MODULE = "orchestrator.core.security"
NEW = {f"{MODULE}.oidc_user": "authenticate", f"{MODULE}.opa_security_default": "authorize"}
_DEPENDS = frozenset(f"fastapi{part}.{name}" for part in ("", ".params") for name in ("Depends", "Security"))


@rule.on_imported(ast.Name, ast.Attribute)
def dependency(file: PythonFile, node: ast.Name | ast.Attribute) -> Iterator[Hit]:
    old = file.qualified(node)
    new = NEW.get(old or "")
    if new is None or not isinstance(node.ctx, ast.Load) or not _is_dependency(file, node):
        return
    wanted = needed(file, node, MODULE, new)
    message = f"`{(old or '').rpartition('.')[2]}` went in 2.3.0: depend on `{new}`, and register your own with the app"
    edits = (replace(file, node, wanted.text),) if wanted else ()
    yield Hit(node, message, edits, wanted.imports if wanted else ())


def _is_dependency(file: PythonFile, node: ast.expr) -> bool:
    """`Depends(oidc_user)`, `app.dependency_overrides[oidc_user]`."""
    up = file.parent(node)
    if isinstance(up, ast.Call):
        return node in up.args and file.qualified(up.func) in _DEPENDS
    return (
        isinstance(up, ast.Subscript)
        and isinstance(up.value, ast.Attribute)
        and up.value.attr == "dependency_overrides"
    )
