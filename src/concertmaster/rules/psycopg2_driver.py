"""The database is talked to through psycopg2.

5.0 comes with psycopg 3, which is imported as `psycopg`; psycopg2 is no longer installed along. Connections,
exceptions and the composition of SQL work alike; the extras, pools and adapters are different ones.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
-import psycopg2
-from psycopg2 import OperationalError, sql
-from psycopg2.errors import UniqueViolation
+import psycopg
+from psycopg import OperationalError, sql
+from psycopg.errors import UniqueViolation


 def connect():
-    connection = psycopg2.connect(database="inventory", host="localhost")
+    connection = psycopg.connect(dbname="inventory", host="localhost")
     connection.autocommit = True
     return connection
```

Where one thing works in another way, all of the file is for a person:

```python reported
import psycopg2
from psycopg2.extras import RealDictCursor

connection = psycopg2.connect("dbname=inventory", cursor_factory=RealDictCursor)
```

Other drivers are left alone:

```python
import psycopg
from asyncpg import connect

connection = psycopg.connect(dbname="inventory")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import in_import_guard
from concertmaster.project.strings import module_strings
from concertmaster.rewrite import replace_span
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-11c",),
    section="5.0#11",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"psycopg2",),
)

OLD, NEW = "psycopg2", "psycopg"
_SAME = frozenset(
    """
    connect errors sql apilevel threadsafety paramstyle Warning Error InterfaceError DatabaseError DataError
    OperationalError IntegrityError InternalError ProgrammingError NotSupportedError Binary Date Time Timestamp
    DateFromTicks TimeFromTicks TimestampFromTicks BINARY DATETIME NUMBER ROWID STRING
    """.split()
)
_GONE = frozenset("mogrify copy_expert copy_from copy_to set_isolation_level set_session".split())
MESSAGE = "5.0 comes with psycopg 3 instead of psycopg2: import it as `psycopg`"


@rule.file
def driver(file: PythonFile) -> Iterator[Hit]:
    imports = [node for node in file.nodes(ast.Import, ast.ImportFrom) if _modules(node)]
    if not imports or any(in_import_guard(file, node) for node in imports):
        return
    different = list(_different(file, imports))
    edits = () if different else tuple(_edits(file, imports))
    for node in imports:
        yield Hit(node, MESSAGE, edits)
    for other, name in different:
        yield Hit(other, f"`{name}` has another form in psycopg 3, or none: see its guide on differences")


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    relative = isinstance(node, ast.ImportFrom) and node.level
    return [name for name in names if name.partition(".")[0] == OLD and not relative]


def _different(
    file: PythonFile, imports: list[ast.Import | ast.ImportFrom]
) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """What a change of the name alone would break."""
    for node in imports:
        for module in _modules(node):
            part = module.removeprefix(OLD).strip(".")
            if part not in ("", "errors", "sql"):
                yield node, module
            elif not part and isinstance(node, ast.ImportFrom):
                yield from ((node, alias.name) for alias in node.names if alias.name not in _SAME)
    for attribute in file.nodes(ast.Attribute):
        if attribute.attr in _GONE:
            yield attribute, attribute.attr
        elif file.dotted(attribute.value) == OLD and attribute.attr not in _SAME:
            yield attribute, f"{OLD}.{attribute.attr}"
    for name in file.nodes(ast.Name):
        if file.dotted(name) == OLD and not isinstance(file.parent(name), ast.Attribute):
            yield name, OLD
    for entered in file.nodes(ast.With):
        yield from ((item.context_expr, "with connection") for item in entered.items if _reused(file, item))


def _reused(file: PythonFile, item: ast.withitem) -> bool:
    """`with connection:` ends a transaction in psycopg2, but closes the connection in psycopg 3."""
    name = item.context_expr
    scope = file.scope(name).find(name.id) if isinstance(name, ast.Name) else None
    bound = scope.others[name.id] if scope is not None and isinstance(name, ast.Name) else []
    values = (up.value for up in (file.parent(one) for one in bound) if isinstance(up, ast.Assign))
    return any(isinstance(one, ast.Call) and file.dotted(one.func) == f"{OLD}.connect" for one in values)


def _edits(file: PythonFile, imports: list[ast.Import | ast.ImportFrom]) -> Iterator[Edit]:
    for node in imports:
        start, end = file.span(node)
        text = file.source[start:end].decode(file.encoding)
        yield replace_span(file, start, end, text.replace(OLD, NEW))
    for name in file.nodes(ast.Name):
        if name.id == OLD and file.dotted(name) == OLD:
            yield replace_span(file, *file.span(name), NEW)
    for call in file.nodes(ast.Call):
        if file.dotted(call.func) == f"{OLD}.connect":
            for word in call.keywords:
                if word.arg == "database":
                    start = file.span(word)[0]
                    yield replace_span(file, start, start + len("database"), "dbname")
    for string in module_strings(file, OLD):
        edit = string.replace_head(file, OLD, NEW) if string.names_module else None
        if edit is not None:
            yield edit
