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
from collections import defaultdict
from collections.abc import Iterator

from concertmaster.findings import Edit
from concertmaster.project.bindings import binding, enclosing_function
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
    context=((b"COMMIT", b"sqlalchemy"), (b"commit", b"sqlalchemy")),
)

_COMMIT = re.compile(r"\s*COMMIT\s*;?\s*\Z", re.IGNORECASE)
_DATABASE = re.compile(r"\b(?:CREATE|DROP)\s+DATABASE\b", re.IGNORECASE)
_ENGINE = frozenset(f"sqlalchemy.{name}create_engine" for name in ("", "engine.", "engine.create."))
MESSAGE = 'psycopg 3 begins another transaction behind a textual COMMIT: use `isolation_level="AUTOCOMMIT"`'


@rule.file
def textual(file: PythonFile) -> Iterator[Hit]:
    commits: dict[ast.AST, list[ast.Call]] = defaultdict(list)
    engines: dict[ast.AST, list[ast.Call]] = defaultdict(list)
    places: dict[ast.AST, None] = {}
    for sql in statements(file):
        if _COMMIT.match(sql.text):
            commits[_place(file, sql.call)].append(sql.call)
        elif _DATABASE.search(sql.text):
            places[_place(file, sql.call)] = None
    for call in file.nodes(ast.Call) if places else ():
        if file.qualified(call.func) in _ENGINE:
            engines[_place(file, call)].append(call)
    for place in places:
        edits = _edits(file, engines[place], commits[place])
        yield from (Hit(commit, MESSAGE, edits) for commit in commits[place])


def _place(file: PythonFile, node: ast.AST) -> ast.AST:
    return enclosing_function(file, node) or file.tree


def _edits(file: PythonFile, engines: list[ast.Call], commits: list[ast.Call]) -> tuple[Edit, ...]:
    """Without the commits, and with the engine of their connections committing by itself."""
    named = {_engine(file, commit) for commit in commits}
    engine = named.pop() if len(named) == 1 else None
    engine = engine or (engines[0] if len(engines) == 1 else None)
    if engine not in engines or not all(_is_executed(file, commit) for commit in commits):
        return ()
    level = add_keyword(file, engine, 'isolation_level="AUTOCOMMIT"')
    by_itself = any(word.arg in ("isolation_level", None) for word in engine.keywords)
    if level is None or by_itself:
        return ()
    return (level, *(drop_statement(file, file.statement(commit)) for commit in commits))


def _engine(file: PythonFile, commit: ast.Call) -> ast.Call | None:
    """The call that made the engine behind `with closing(engine.connect()) as conn`; None where it is not seen."""
    up = file.parent(commit)
    connection = up.func.value if isinstance(up, ast.Call) and isinstance(up.func, ast.Attribute) else None
    bound = binding(file, connection) if isinstance(connection, ast.Name) else None
    item = None if bound is None else file.parent(bound)
    opened = item.context_expr if isinstance(item, ast.withitem) else getattr(item, "value", None)
    while isinstance(opened, ast.Call) and opened.args:
        opened = opened.args[0]
    connect = opened.func if isinstance(opened, ast.Call) else None
    if not isinstance(connect, ast.Attribute) or not isinstance(connect.value, ast.Name):
        return None
    engine = binding(file, connect.value)
    made = file.parent(engine) if engine is not None else None
    return made.value if isinstance(made, ast.Assign) and isinstance(made.value, ast.Call) else None


def _is_executed(file: PythonFile, commit: ast.Call) -> bool:
    """`conn.execute(text("COMMIT"))` as a statement of its own."""
    up = file.parent(commit)
    is_call = isinstance(up, ast.Call) and isinstance(up.func, ast.Attribute) and up.func.attr == "execute"
    return is_call and isinstance(file.parent(up), ast.Expr) if up is not None else False
