"""A URL of the settings is used as if it were text.

The URLs of pydantic 1 were strings. Those of pydantic 2, which orchestrator-core uses since 2.0.0, are objects:
whoever takes nothing but text refuses them, and they have no methods of a string. Migrations that were set up
before 2.0.3 hold such a use.

Guide: <https://docs.pydantic.dev/latest/migration/#url-and-dsn-types-in-pydanticnetworks-no-longer-inherit-from-str>

```diff migrations/env.py
 from alembic import context
 from orchestrator.settings import app_settings

 config = context.config
-config.set_main_option("sqlalchemy.url", app_settings.DATABASE_URI)
+config.set_main_option("sqlalchemy.url", str(app_settings.DATABASE_URI))
```

The same for methods and operators of strings, and for settings of one's own:

```diff
 import requests
 from orchestrator.settings import app_settings
 from pydantic import AnyHttpUrl
 from pydantic_settings import BaseSettings


 class Inventory(BaseSettings):
     URL: AnyHttpUrl


 inventory = Inventory()
-test_uri = app_settings.DATABASE_URI.replace("orchestrator", "test")
-requests.get(inventory.URL + "/ports", timeout=3)
+test_uri = str(app_settings.DATABASE_URI).replace("orchestrator", "test")
+requests.get(str(inventory.URL) + "/ports", timeout=3)
```

Settings that are text, text made of a URL, and settings of others are left alone:

```python
import requests
from orchestrator.settings import app_settings

from network.settings import settings

requests.get(settings.URL + "/ports", timeout=3)
config = dict(url=str(app_settings.DATABASE_URI), name=app_settings.SERVICE_NAME.replace("-", "_"))
print(f"{app_settings.DATABASE_URI} {app_settings.DATABASE_URI.path}", app_settings.DATABASE_URI)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.project.models import fields_of
from concertmaster.project.python import PythonFile
from concertmaster.project.receivers import model_of
from concertmaster.rewrite import insert_after, insert_before
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-22",),
    section="2.0",
    change=Change(works_from="1.0.0", removed="2.0.0"),
    triggers=(b"_URI", b"Url", b"Dsn"),
    context=(b"orchestrator", b"pydantic"),
    priority=-10,
)

SETTINGS = frozenset(("DATABASE_URI", "CACHE_URI"))
TYPES = frozenset(
    "AnyUrl AnyHttpUrl HttpUrl FileUrl PostgresDsn RedisDsn AmqpDsn KafkaDsn MongoDsn CockroachDsn".split()
)
#: Functions whose first argument must be text.
TEXT_ONLY = frozenset(
    """
    sqlalchemy.create_engine sqlalchemy.engine.create_engine sqlalchemy.ext.asyncio.create_async_engine
    sqlalchemy.make_url sqlalchemy.engine.make_url sqlalchemy.engine.url.make_url
    urllib.parse.urlparse urllib.parse.urlsplit psycopg2.connect
    redis.from_url redis.Redis.from_url redis.asyncio.from_url redis.asyncio.Redis.from_url
    orchestrator.core.db.database.Database orchestrator.core.db.Database
    requests.get requests.post requests.put requests.patch requests.delete requests.head
    """.split()
)
METHODS = frozenset(
    """
    replace split rsplit startswith endswith partition rpartition strip lstrip rstrip encode lower upper
    removeprefix removesuffix format
    """.split()
)


@rule.on(ast.Attribute)
def read(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    value = _text_wanted(file, node) if isinstance(node.ctx, ast.Load) else None
    if value is not None and _is_url(file, node):
        yield _hit(file, node, value)


def _text_wanted(file: PythonFile, node: ast.Attribute) -> ast.expr | None:
    """The URL or the secret taken out of it, where what is around takes nothing but text."""
    up = file.parent(node)
    if not isinstance(up, ast.Attribute):
        return node if _wants_text(file, node) else None
    if up.attr in METHODS:
        return node
    secret = file.parent(up) if up.attr == "get_secret_value" else None
    return secret if isinstance(secret, ast.Call) and _wants_text(file, secret) else None


def _hit(file: PythonFile, node: ast.Attribute, value: ast.expr) -> Hit:
    message = f"`{node.attr}` is an object since 2.0.0, not text: wrap it in `str(…)`"
    return Hit(value, message, (insert_before(file, value, "str("), insert_after(file, value, ")")))


def _is_url(file: PythonFile, node: ast.Attribute) -> bool:
    """A URL of the framework's settings, or a field of such a type in a class of this file."""
    owner = model_of(file, node.value)
    if owner is None or owner.is_class:
        return False
    field = fields_of(file, owner.definition).get(node.attr)
    if field is None:
        return owner.definition is None and node.attr in SETTINGS and _is_framework(file, node.value)
    module, _, name = (file.qualified(field.annotation) or "").rpartition(".")
    return module in ("pydantic", "pydantic.networks") and name in TYPES


def _is_framework(file: PythonFile, node: ast.expr) -> bool:
    return file.qualified(node) == "orchestrator.core.settings.app_settings"


def _wants_text(file: PythonFile, node: ast.expr) -> bool:
    """Whether what is around an expression takes nothing but text."""
    up = file.parent(node)
    if isinstance(up, ast.BinOp):
        return isinstance(up.op, ast.Add)
    if not isinstance(up, ast.Call) or node not in up.args:
        return False
    if isinstance(up.func, ast.Attribute) and up.func.attr == "set_main_option":
        return True
    return up.args[0] is node and file.qualified(up.func) in TEXT_ONLY
