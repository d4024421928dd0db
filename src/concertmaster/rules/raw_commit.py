"""A transaction is ended by the text COMMIT so that a database can be created or dropped.

psycopg 3, which comes with 5.0, sees that the server is outside of a transaction and begins another one, in
which no database can be created. An engine that commits by itself works with either driver.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff tests/conftest.py
 from contextlib import closing

 from sqlalchemy import create_engine, text


 def database(url, name):
-    engine = create_engine(url)
+    engine = create_engine(url, isolation_level="AUTOCOMMIT")
     with closing(engine.connect()) as conn:
-        conn.execute(text("COMMIT;"))
         conn.execute(text(f'DROP DATABASE IF EXISTS "{name}";'))
-        conn.execute(text("COMMIT;"))
         conn.execute(text(f'CREATE DATABASE "{name}";'))
```

Where the engine comes from elsewhere, a person must find it:

```python tests/conftest.py reported
from sqlalchemy import text


def database(conn, name):
    conn.execute(text("commit"))
    conn.execute(text(f"create database {name}"))
```

Other commits, and engines that commit by themselves already, are left alone:

```python tests/conftest.py
from sqlalchemy import create_engine, text


def database(url, name):
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text(f'DROP DATABASE "{name}"'))


def tables(conn):
    conn.execute(text("COMMIT"))
    conn.execute(text("DROP TABLE ports"))
    conn.commit()
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Edit
from concertmaster.project.bindings import enclosing_function
from concertmaster.project.python import PythonFile
from concertmaster.project.sql import statements
from concertmaster.rewrite import drop_statement
from concertmaster.rewrite.calls import add_keyword
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("T-02",),
    section="5.0#11",
    change=Change(works_from="2.0.0", removed="5.0.0"),
    triggers=(b"DATABASE", b"database"),
)

_COMMIT = re.compile(r"\s*COMMIT\s*;?\s*\Z", re.IGNORECASE)
_DATABASE = re.compile(r"\b(?:CREATE|DROP)\s+DATABASE\b", re.IGNORECASE)
_ENGINE = frozenset(f"sqlalchemy.{name}create_engine" for name in ("", "engine.", "engine.create."))
MESSAGE = 'psycopg 3 begins another transaction behind a textual COMMIT: use `isolation_level="AUTOCOMMIT"`'


@rule.file
def commits(file: PythonFile) -> Iterator[Hit]:
    found = list(statements(file))
    places = {_place(file, sql.call) for sql in found if _DATABASE.search(sql.text)}
    for place in places:
        mine = [sql.call for sql in found if _COMMIT.match(sql.text) and _place(file, sql.call) is place]
        edits = _edits(file, place, mine)
        for commit in mine:
            yield Hit(commit, MESSAGE, edits)


def _place(file: PythonFile, node: ast.AST) -> ast.AST:
    return enclosing_function(file, node) or file.tree


def _edits(file: PythonFile, place: ast.AST, commits: list[ast.Call]) -> tuple[Edit, ...]:
    """Without the commits, and with the one engine of the function committing by itself."""
    calls = [call for call in file.nodes(ast.Call) if file.qualified(call.func) in _ENGINE]
    engines = [call for call in calls if _place(file, call) is place]
    if len(engines) != 1 or not all(_is_executed(file, commit) for commit in commits):
        return ()
    level = add_keyword(file, engines[0], 'isolation_level="AUTOCOMMIT"')
    by_itself = any(word.arg in ("isolation_level", None) for word in engines[0].keywords)
    if level is None or by_itself:
        return ()
    return (level, *(drop_statement(file, file.statement(commit)) for commit in commits))


def _is_executed(file: PythonFile, commit: ast.Call) -> bool:
    """`conn.execute(text("COMMIT"))` as a statement of its own."""
    up = file.parent(commit)
    is_call = isinstance(up, ast.Call) and isinstance(up.func, ast.Attribute) and up.func.attr == "execute"
    return is_call and isinstance(file.parent(up), ast.Expr) if up is not None else False
