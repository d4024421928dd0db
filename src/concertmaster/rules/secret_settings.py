"""A setting that became a secret is read as if it were text.

`DATABASE_URI`, `CACHE_URI`, `WEBSOCKET_BROADCASTER_URL` and `SESSION_SECRET` are pydantic secrets since
5.0. Nothing fails where they are read: their text is `**********`, which then is no URL and no host.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff migrations/env.py
 from alembic import context
 from orchestrator.core.settings import app_settings

 config = context.config
-config.set_main_option("sqlalchemy.url", str(app_settings.DATABASE_URI))
+config.set_main_option("sqlalchemy.url", str(app_settings.DATABASE_URI.get_secret_value()))
```

The settings may come as a parameter, and from a class of one's own:

```diff
 from orchestrator.core.settings import AppSettings
 from orchestrator.core.utils.redis_client import create_redis_client


 class Settings(AppSettings):
     TEAM: str = "Network"


 settings = Settings()
-cache = create_redis_client(settings.CACHE_URI)
+cache = create_redis_client(settings.CACHE_URI.get_secret_value())


 def scheme(given: AppSettings) -> str:
-    return given.WEBSOCKET_BROADCASTER_URL.partition(":")[0]
+    return given.WEBSOCKET_BROADCASTER_URL.get_secret_value().partition(":")[0]
```

Settings of others, values that only go back to where they came from, logs that had better stay masked, and
code that already asks what it has got are left alone:

```python row=50-03a
import os

from flask import current_app
from orchestrator.core.settings import app_settings
from structlog import get_logger

from network.settings import settings

logger = get_logger(__name__)
uris = [os.environ["DATABASE_URI"], current_app.config["DATABASE_URI"], settings.DATABASE_URI]
uri = app_settings.DATABASE_URI.get_secret_value()
logger.info("Connecting", uri=str(app_settings.DATABASE_URI))

saved = app_settings.CACHE_URI
app_settings.CACHE_URI = saved

url = app_settings.WEBSOCKET_BROADCASTER_URL
url = url.get_secret_value() if hasattr(url, "get_secret_value") else url
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.secret_flow import stays_secret
from concertmaster.project.secret_settings import GET, SecretRead, secret_reads
from concertmaster.project.shims import supports_both
from concertmaster.rewrite import insert_after
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change, release

rule = Rule(
    __name__,
    rows=("50-03a", "50-03f"),
    section="5.0#3",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    triggers=(b"DATABASE_URI", b"CACHE_URI", b"WEBSOCKET_BROADCASTER_URL", b"SESSION_SECRET"),
)

#: Code of 5.0 and later may pass the secret on as it is, so it is warned of and does not fail.
DOUBTFUL = Change(works_from="5.0.0", deprecated="5.0.0")


@rule.file
def reads(file: PythonFile) -> Iterator[Hit]:
    if supports_both(file):
        return
    for read in secret_reads(file):
        if not stays_secret(file, read) and not _is_tested(file, read):
            message = f"`{read.name}` is a secret since 5.0 whose text is `**********`: add `.{GET}()`"
            edit = insert_after(file, read.node, f".{GET}()")
            safety = _safety(file, read)
            change = rule.change if safety is Safety.SAFE else DOUBTFUL
            yield Hit(read.node, message, (edit,), safety=safety, rows=_rows(file, read), change=change)


def _is_tested(file: PythonFile, read: SecretRead) -> bool:
    """`if app_settings.CACHE_URI` and `assert …`: a secret is as true as its text."""
    up = file.parent(read.node)
    return isinstance(up, (ast.Assert, ast.If, ast.IfExp, ast.While)) and up.test is read.node


def _safety(file: PythonFile, read: SecretRead) -> Safety:
    """Code of before 5.0 knows no secrets, so each read wants the text; later code may pass the secret on."""
    if isinstance(read.node, ast.Call):
        return Safety.SUGGESTED
    if release(file.window.installed) < release("5.0.0"):
        return Safety.SAFE
    up = file.parent(read.node)
    as_text = isinstance(up, ast.Call) and isinstance(up.func, ast.Name) and up.func.id == "str"
    text = isinstance(up, (ast.FormattedValue, ast.BinOp, ast.Attribute, ast.Subscript)) or as_text
    return Safety.SAFE if text else Safety.SUGGESTED


def _rows(file: PythonFile, read: SecretRead) -> tuple[str, ...]:
    argument = isinstance(file.parent(read.node), (ast.Call, ast.keyword))
    return ("50-03f",) if argument and read.name == "CACHE_URI" else ("50-03a",)
