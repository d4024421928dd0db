"""A database URI names the driver psycopg2, or none, which means the same.

5.0 comes with psycopg 3 instead of psycopg2. A URI that begins with `postgresql://` asks SQLAlchemy for the
old driver, which is not installed any more; from 5.1 on it fails even where it is.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff tests/conftest.py
 import os

 from orchestrator.core.settings import AppSettings

-os.environ["DATABASE_URI"] = "postgresql://nwa:nwa@localhost/orchestrator-test"
-settings = AppSettings(DATABASE_URI="postgresql+psycopg2://localhost/orchestrator")
+os.environ["DATABASE_URI"] = "postgresql+psycopg://nwa:nwa@localhost/orchestrator-test"
+settings = AppSettings(DATABASE_URI="postgresql+psycopg://localhost/orchestrator")


 def db_uri():
-    return os.environ.get("DATABASE_URI_TEST", "postgresql://nwa:nwa@localhost/orchestrator-core-test")
+    return os.environ.get("DATABASE_URI_TEST", "postgresql+psycopg://nwa:nwa@localhost/orchestrator-core-test")
```

Programs and libraries that speak to the database without SQLAlchemy want the plain form, other databases
have drivers of their own, and a text that is only compared means something else:

```python
import os
import subprocess

import psycopg
from orchestrator.core import app_settings

subprocess.run(["psql", "postgresql://nwa:nwa@localhost/orchestrator"], check=True)
connection = psycopg.connect("postgresql://nwa:nwa@localhost/orchestrator")
inventory = "postgresql://netbox:netbox@localhost/netbox"
os.environ["DATABASE_URI"] = "postgresql+psycopg://nwa:nwa@localhost/orchestrator"
db_uri = os.environ["DATABASE_URI"].replace("postgresql://", "postgresql+psycopg://")
is_old = db_uri.startswith("postgresql://")
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.database_uris import Role, role_of
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import supports_both
from concertmaster.project.strings import ModuleString
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-11a",),
    section="5.0#11",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    triggers=(b"postgres",),
)

NEW = "postgresql+psycopg"
_OLD = re.compile(r"(?P<scheme>postgres(?:ql)?(?:\+psycopg2)?)://\S*\Z")
_DRIVERS = frozenset(
    (
        "pydantic.PostgresDsn.build",
        *(f"sqlalchemy.{name}URL.create" for name in ("", "engine.", "engine.url.")),
    )
)


@rule.on(ast.Constant, ast.JoinedStr)
def literal(file: PythonFile, node: ast.Constant | ast.JoinedStr) -> Iterator[Hit]:
    head = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    value = head.value if isinstance(head, ast.Constant) and isinstance(head.value, str) else ""
    match = _OLD.match(value)
    if match is None or isinstance(file.parent(node), ast.JoinedStr) or supports_both(file):
        return
    role = role_of(file, node)
    if role is None:
        return
    scheme = match["scheme"]
    edit = ModuleString(node, value, names_module=False).replace_head(file, f"{scheme}://", f"{NEW}://")
    message = f"5.0 comes with psycopg 3: begin the URI with `{NEW}://` instead of `{scheme}://`"
    safety = Safety.SAFE if role is Role.OWN else Safety.SUGGESTED
    yield Hit(node, message, (edit,) if edit else (), safety=safety)


@rule.on(ast.Call)
def driver(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    """`PostgresDsn.build(scheme="postgresql")`, `URL.create("postgresql")`."""
    if file.qualified(call.func) not in _DRIVERS or supports_both(file):
        return
    words = [word.value for word in call.keywords if word.arg in ("scheme", "drivername")]
    for value in (*call.args[:1], *words):
        text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
        if _OLD.match(f"{text}://"):
            edit = ModuleString(value, text, names_module=False).replace_head(file, text, NEW)
            message = f"5.0 comes with psycopg 3: name the driver `{NEW}`"
            yield Hit(value, message, (edit,) if edit else (), safety=Safety.SUGGESTED)
