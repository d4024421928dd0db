"""A setting that became a secret is given plain text.

`DATABASE_URI`, `CACHE_URI`, `WEBSOCKET_BROADCASTER_URL` and `SESSION_SECRET` hold pydantic secrets since
5.0. Assignments are not validated: text put in their place fails later, when the framework asks it for
its secret value.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff tests/conftest.py
-from orchestrator.core.settings import app_settings
+from orchestrator.core.settings import SecretPostgresDsn, app_settings


 def database(db_uri: str):
-    app_settings.DATABASE_URI = db_uri
+    app_settings.DATABASE_URI = SecretPostgresDsn(db_uri)
```

The same for patched settings:

```diff tests/test_cache.py
-from orchestrator.core.settings import app_settings
+from orchestrator.core.settings import SecretRedisDsn, app_settings


 def test_cache(monkeypatch):
-    monkeypatch.setattr(app_settings, "CACHE_URI", "redis://localhost:6379/9")
+    monkeypatch.setattr(app_settings, "CACHE_URI", SecretRedisDsn("redis://localhost:6379/9"))
```

Values that are secrets already, arguments that the settings validate by themselves, and other settings are
left alone:

```python row=50-03b
from orchestrator.core.settings import AppSettings, SecretPostgresDsn, app_settings
from pydantic import SecretStr

from network.settings import settings

before = app_settings.DATABASE_URI
app_settings.DATABASE_URI = SecretPostgresDsn("postgresql+psycopg://localhost/test")
app_settings.DATABASE_URI = before
app_settings.SESSION_SECRET = SecretStr("test")
app_settings.ENVIRONMENT = "test"
settings.DATABASE_URI = "postgresql+psycopg://localhost/test"
other = AppSettings(CACHE_URI="redis://localhost:6379/9")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.secret_settings import SECRETS, is_secret, secret_writes
from concertmaster.project.shims import supports_both
from concertmaster.rewrite import insert_after, insert_before
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change, release

rule = Rule(
    __name__,
    rows=("50-03b", "T-03"),
    section="5.0#3",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    triggers=(b"DATABASE_URI", b"CACHE_URI", b"WEBSOCKET_BROADCASTER_URL", b"SESSION_SECRET"),
)

_TEXT = (ast.Constant, ast.JoinedStr, ast.BinOp)


@rule.file
def writes(file: PythonFile) -> Iterator[Hit]:
    if supports_both(file):
        return
    rows = ("50-03b", "T-03") if file.path.endswith("conftest.py") else ("50-03b",)
    for write in secret_writes(file):
        if write.value is not None and is_secret(file, write.value):
            continue
        module, name = SECRETS[write.name]
        message = (
            f"`{write.name}` must hold a secret since 5.0, text fails when it is read: wrap it in `{name}`"
        )
        value = write.value
        if value is None or isinstance(value, (ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Starred)):
            yield Hit(write.node, message, rows=rows)
            continue
        edits = (insert_before(file, value, f"{name}("), insert_after(file, value, ")"))
        yield Hit(
            write.node,
            message,
            edits,
            imports=(Import(module, name),),
            safety=_safety(file, value),
            rows=rows,
        )


def _safety(file: PythonFile, value: ast.expr) -> Safety:
    """Before 5.0 there were no secrets to assign; since then a name may hold one."""
    text = isinstance(value, _TEXT) or (isinstance(value, ast.Call) and file.text(value.func) == "str")
    old = release(file.window.installed) < release("5.0.0")
    return Safety.SAFE if text or old else Safety.SUGGESTED
