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

```diff docker-compose.yml
 services:
   orchestrator:
     build: .
     environment:
-      DATABASE_URI: postgresql://nwa:nwa@postgres/orchestrator-core
+      DATABASE_URI: postgresql+psycopg://nwa:nwa@postgres/orchestrator-core
   netbox:
     image: netboxcommunity/netbox:v4.2
     environment:
       DATABASE_URI: postgresql://netbox:netbox@postgres/netbox
```

```diff deploy/orchestrator.yaml
 env:
   - name: DATABASE_URI
-    value: "postgresql://$(DB_USER):$(DB_PASSWORD)@postgres/orchestrator-core"
+    value: "postgresql+psycopg://$(DB_USER):$(DB_PASSWORD)@postgres/orchestrator-core"
```

```yaml charts/orchestrator/templates/deployment.yaml reported
{{- if .Values.database }}
- name: DATABASE_URI
  value: postgresql://{{ .Values.database.user }}@{{ .Values.database.host }}/orchestrator
{{- end }}
```

```diff bin/entrypoint.sh
 #!/bin/sh
-: "${DATABASE_URI:=postgres://nwa:nwa@localhost/orchestrator-core}"
+: "${DATABASE_URI:=postgresql+psycopg://nwa:nwa@localhost/orchestrator-core}"
 python main.py db upgrade heads
```

Programs and libraries that speak to the database without SQLAlchemy want the plain form, other databases
have drivers of their own, and a text that is only compared means something else:

```sh bin/backup.sh reported
export DATABASE_URI=postgresql://nwa:nwa@localhost/orchestrator-core
python main.py db upgrade heads
pg_dump "$DATABASE_URI" > backup.sql
```

```env netbox/.env
DATABASE_URI=postgresql://netbox:netbox@postgres/netbox
```

```python row=50-11a,51-05
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

from concertmaster.findings import Edit, Safety
from concertmaster.project.bindings import binding
from concertmaster.project.database_uris import Role, role_of
from concertmaster.project.python import PythonFile
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.known import speaks_of_framework
from concertmaster.project.settings.model import Setting
from concertmaster.project.shims import supports_both
from concertmaster.project.strings import ModuleString
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-11a", "51-05"),
    section="5.0#11",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    triggers=(b"postgres",),
    pattern=re.compile(rb"postgres(?:ql)?(?:\+\w*)?(?:://|:?/?[\"'\\])|PostgresDsn|URL"),
)

NEW = "postgresql+psycopg"
_REPLACED = Change(works_from="5.0.0", removed="5.0.0", crossing=True)
_OLD = re.compile(r"(?P<scheme>postgres(?:ql)?(?:\+psycopg2)?)://\S*\Z")
_DRIVERS = frozenset(
    (
        "pydantic.PostgresDsn.build",
        *(f"sqlalchemy.{name}URL.create" for name in ("", "engine.", "engine.url.")),
    )
)


_URI = "sqlalchemy.url"
_BEGINNING = re.compile(r"(?P<scheme>postgres(?:ql)?(?:\+psycopg2)?)://")
#: Programs that want the plain form.
_LIBPQ = "psql pg_dump pg_dumpall pg_restore pg_isready createdb dropdb pgcli".split()


def _message(scheme: str) -> str:
    return f"5.0 comes with psycopg 3: begin the URI with `{NEW}://` instead of `{scheme}://`"


@rule.setting("DATABASE_URI", "DATABASE_URI_TEST", "DB_URI", _URI)
def configured(setting: Setting, file: SettingsFile) -> Iterator[Hit]:
    match = _BEGINNING.match(setting.value or "")
    if match is None:
        return
    composed = re.search(r"[$%{]", setting.value or "") is not None
    own = setting.key.startswith("DATABASE_URI") and not composed
    safety = file.trust(setting, Safety.SAFE if own else Safety.SUGGESTED)
    if safety is None and (setting.key == _URI or speaks_of_framework(setting.value or "")):
        safety = Safety.SUGGESTED
    if safety is not None:
        start = setting.value_at[0]
        known = start != setting.key_at[1] and not _is_shared_with_libpq(setting, file)
        edit = Edit(start, start + len(match["scheme"]), NEW.encode()).trimmed(file.source)
        yield Hit(Span(*setting.key_at), _message(match["scheme"]), (edit,) if known else (), safety=safety)


def _is_shared_with_libpq(setting: Setting, file: SettingsFile) -> bool:
    if not any(name.encode() in file.source for name in _LIBPQ):
        return False
    pattern = rf"\b(?:{'|'.join(_LIBPQ)})\b[^\n]*\$\{{?{re.escape(setting.key)}\b"
    return re.search(pattern.encode(), file.source) is not None


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
    safety = Safety.SAFE if role is Role.OWN else Safety.SUGGESTED
    yield Hit(node, _message(scheme), (edit,) if edit else (), safety=safety)


@rule.on_imported(ast.Call)
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


@rule.on(ast.Call)
def replaced(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    """`str(app_settings.DATABASE_URI).replace("postgresql://", "postgresql+asyncpg://")`."""
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr != "replace" or len(call.args) < 2:
        return
    old, new = call.args[:2]
    text, other = (one.value if isinstance(one, ast.Constant) else None for one in (old, new))
    if not isinstance(text, str) or not isinstance(other, str) or "psycopg" in other or supports_both(file):
        return
    if text in ("postgresql://", "postgresql") and _is_own_uri(file, func.value):
        edit = ModuleString(old, text, names_module=False).replace_head(file, "postgresql", NEW)
        message = f"The database URI begins with `{NEW}://` since 5.0: replace that"
        yield Hit(call, message, (edit,) if edit else (), safety=Safety.SUGGESTED, change=_REPLACED)


def _is_own_uri(file: PythonFile, node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
        node = node.args[0]
    bound = binding(file, node) if isinstance(node, ast.Name) else None
    up = None if bound is None else file.parent(bound)
    return "DATABASE_URI" in file.text(up.value if isinstance(up, ast.Assign) else node)
