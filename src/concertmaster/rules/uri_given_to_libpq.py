"""A library without SQLAlchemy is given the URI of the database.

The setting begins with `postgresql+psycopg://` since 5.0. SQLAlchemy alone knows what that means: psycopg,
asyncpg and the programs of PostgreSQL refuse it, so they need it without the name of the driver.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
 import psycopg
 from orchestrator.core.settings import app_settings

-connection = psycopg.connect(str(app_settings.DATABASE_URI.get_secret_value()))
+connection = psycopg.connect(str(app_settings.DATABASE_URI.get_secret_value()).replace("+psycopg", "", 1))
```

Programs of PostgreSQL are given the variable by scripts, which a person must mend:

```sh entrypoint.sh reported
#!/bin/sh
until psql "$DATABASE_URI" -c '\\q'; do sleep 1; done
```

URIs of other databases, URIs that are made to fit already, and SQLAlchemy itself are left alone:

```python
import asyncpg
import psycopg
import sqlalchemy
from orchestrator.core.settings import app_settings

from network.settings import settings

uri = str(app_settings.DATABASE_URI.get_secret_value())
engine = sqlalchemy.create_engine(str(app_settings.DATABASE_URI.get_secret_value()))
connection = psycopg.connect(uri.replace("+psycopg", ""))
other = psycopg.connect(str(app_settings.DATABASE_URI.get_secret_value()).replace("+psycopg", "", 1))
inventory = asyncpg.connect(str(settings.DATABASE_URI))
named = psycopg.connect(dbname="inventory")
```

```sh entrypoint.sh
psql "${DATABASE_URI/+psycopg/}" -c 'SELECT 1'
psql "$(echo "$DATABASE_URI" | sed 's/+psycopg//')"
psql "$NETBOX_DATABASE_URI"; echo "$DATABASE_URI"
python main.py db upgrade heads  # psql "$DATABASE_URI"
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from concertmaster.findings import Safety
from concertmaster.project.environment import variables
from concertmaster.project.python import PythonFile
from concertmaster.project.secret_settings import is_settings
from concertmaster.project.settings.commands import find
from concertmaster.project.settings.file import SettingsFile
from concertmaster.rewrite import insert_after
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-11a",),
    section="5.0#11",
    change=Change(works_from="2.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"DATABASE_URI",),
)

_LIBPQ = frozenset(
    """
    psycopg.connect psycopg.Connection.connect psycopg.AsyncConnection.connect psycopg2.connect
    psycopg_pool.ConnectionPool psycopg_pool.AsyncConnectionPool asyncpg.connect asyncpg.create_pool
    """.split()
)
_WORDS = frozenset(("conninfo", "dsn"))
MESSAGE = (
    "`DATABASE_URI` names SQLAlchemy's driver since 5.0, which only SQLAlchemy understands: take the name out"
)
_SHELL = Change(works_from="2.0.0", deprecated="5.0.0")
_PROGRAM = re.compile(
    r"\b(?:psql|pg_dump|pg_dumpall|pg_restore|pg_isready|createdb|dropdb|pgcli)\b"
    r"(?![^\n]*psycopg)[^\n|;&#]*\$\$?[({]?DATABASE_URI(?![\w/#%:])"
)


@rule.configuration(b"DATABASE_URI")
def commanded(file: SettingsFile) -> Iterator[Hit]:
    for match in find(file, _PROGRAM):
        yield Hit(Span(*file.manifest.bytes_at(*match.span())), MESSAGE, safety=Safety.MANUAL, change=_SHELL)


@rule.on_imported(ast.Call)
def connected(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if file.qualified(call.func) not in _LIBPQ:
        return
    words = [word.value for word in call.keywords if word.arg in _WORDS]
    for uri in (*call.args[:1], *words):
        if _is_setting(file, uri):
            is_text = isinstance(uri, (ast.Call, ast.Subscript)) and not _is_secret(uri)
            edits = (insert_after(file, uri, '.replace("+psycopg", "", 1)'),) if is_text else ()
            yield Hit(uri, MESSAGE, edits)


def _is_setting(file: PythonFile, node: ast.expr) -> bool:
    """`str(app_settings.DATABASE_URI…)`, `os.environ["DATABASE_URI"]`, as they are."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str" and node.args:
        return _is_setting(file, node.args[0])
    if _is_secret(node) and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _is_setting(file, node.func.value)
    if isinstance(node, ast.Attribute):
        return node.attr == "DATABASE_URI" and is_settings(file, node.value)
    inside = (
        [node.slice] if isinstance(node, ast.Subscript) else node.args if isinstance(node, ast.Call) else []
    )
    return bool(inside) and inside[0] in _keys(file)


@lru_cache(maxsize=4)
def _keys(file: PythonFile) -> frozenset[ast.expr | ast.keyword]:
    """The nodes that name the variable where it is read."""
    read = (one for one in variables(file) if one.name == "DATABASE_URI" and one.value is None)
    return frozenset(one.key for one in read)


def _is_secret(node: ast.expr) -> bool:
    """The value of the secret is a URI object, not a text."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get_secret_value"
    )
