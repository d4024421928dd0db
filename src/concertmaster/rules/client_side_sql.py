"""SQL relies on parameters that are put into its text.

psycopg2 wrote parameters into the text of a statement. psycopg 3, which comes with 5.0, sends them beside it,
and PostgreSQL takes them only where it knows a value's type and allows one. Fresh databases replay old
migrations, so theirs must change as well.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
-from sqlalchemy import text
+from sqlalchemy import bindparam, text

-old = conn.execute(text("SELECT * FROM ports WHERE id IN :ids"), {"ids": ids})
-new = conn.execute(text("SELECT * FROM ports WHERE added > now() - INTERVAL :age"), {"age": age})
-all = conn.execute(text("SELECT * FROM ports WHERE :everything IS NULL"), {"everything": None})
-conn.execute(text("SET LOCAL lock_timeout TO :limit"), {"limit": "5s"})
+old = conn.execute(text("SELECT * FROM ports WHERE id IN :ids").bindparams(bindparam("ids", expanding=True)), {"ids": ids})
+new = conn.execute(text("SELECT * FROM ports WHERE added > now() - CAST(:age AS interval)"), {"age": age})
+all = conn.execute(text("SELECT * FROM ports WHERE CAST(:everything AS text) IS NULL"), {"everything": None})
+conn.execute(text("SELECT set_config('lock_timeout', CAST(:limit AS text), true)"), {"limit": "5s"})
```

Several statements with parameters, values for JSON whose type only the author knows, and a parameter that is
compared as well are for a person:

```python reported
from sqlalchemy import text

conn.execute(text("DELETE FROM ports WHERE id = :id; DELETE FROM nodes WHERE id = :id"), {"id": id})
conn.execute(text("SELECT jsonb_build_object('name', :name)"), {"name": name})
conn.execute(text("SELECT * FROM ports WHERE :name IS NULL OR name = :name"), {"name": name})
```

What both drivers understand is left alone:

```python
from sqlalchemy import bindparam, text

conn.execute(text("DELETE FROM ports; DELETE FROM nodes"))
conn.execute(text("SELECT * FROM ports WHERE id = ANY(:ids) OR id IN (:first, :second)"), values)
conn.execute(text("SELECT * FROM ports WHERE id IN :ids").bindparams(bindparam("ids", expanding=True)), values)
conn.execute(text("UPDATE ports SET name = :name WHERE name IS NULL AND note = 'INTERVAL :age; IN :ids'"), values)
conn.execute(text("SELECT jsonb_build_object('name', CAST(:name AS text)), INTERVAL '1 day'"), values)
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.sql import PARAMETER, Sql, statements
from concertmaster.project.values import last_part
from concertmaster.rewrite import insert_after
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-11e",),
    section="5.0#11",
    change=Change(works_from="2.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"text(",),
    context=(b"sqlalchemy",),
    pattern=re.compile(rb"\btext\b"),
)

_PARAMETER = PARAMETER.pattern
_FLAGS = re.IGNORECASE
_IN = re.compile(rf"\bIN\s*{_PARAMETER}", _FLAGS)
_INTERVAL = re.compile(rf"\bINTERVAL\s*{_PARAMETER}", _FLAGS)
_NULL = re.compile(rf"{_PARAMETER}(?=\s+IS\s+(?:NOT\s+)?NULL\b)", _FLAGS)
_SET = re.compile(
    rf"\A\s*(?P<all>SET\s+(?:(?P<scope>SESSION|LOCAL)\s+)?(?P<setting>[\w.]+)\s*(?:=|\bTO\b)\s*{_PARAMETER})\s*;?\s*\Z",
    _FLAGS,
)
_JSON = re.compile(r"\bjsonb?_build_(?:object|array)\s*\(", _FLAGS)
_SECOND = re.compile(r";\s*\S")
_WHY = "psycopg 3 comes with 5.0 and sends parameters beside the text"


@rule.file
def texts(file: PythonFile) -> Iterator[Hit]:
    for sql in statements(file):
        if not sql.parameters:
            continue
        if _SECOND.search(sql.code):
            yield Hit(sql.call, f"{_WHY}, for one statement only: execute these one by one")
        yield from _lists(file, sql)
        yield from _casts(file, sql)
        if any(_bare_argument(sql.code, match.end()) for match in _JSON.finditer(sql.code)):
            yield Hit(sql.call, f"{_WHY}, where JSON does not tell their type: `CAST(… AS …)` each of them")


def _lists(file: PythonFile, sql: Sql) -> Iterator[Hit]:
    """`IN :ids` takes a list when the parameter is one that expands."""
    names = dict.fromkeys(match["name"] for match in _IN.finditer(sql.code))
    wanted = [name for name in names if name not in _expanding(file)]
    if wanted:
        func = sql.call.func
        by_module = isinstance(func, ast.Attribute) and file.qualified(func.value) == "sqlalchemy"
        name = (
            f"{file.text(func.value)}.bindparam"
            if by_module and isinstance(func, ast.Attribute)
            else "bindparam"
        )
        binds = ", ".join(f'{name}("{one}", expanding=True)' for one in wanted)
        edit = insert_after(file, sql.call, f".bindparams({binds})")
        needed = () if by_module else (Import("sqlalchemy", "bindparam"),)
        yield Hit(sql.call, f"{_WHY}, where `IN` takes no list: expand it", (edit,), needed)


@lru_cache(maxsize=4)
def _expanding(file: PythonFile) -> frozenset[object]:
    """The parameters that the file makes expanding ones already."""
    calls = (call for call in file.nodes(ast.Call) if call.args and last_part(call.func) == "bindparam")
    expanding = (call for call in calls if any(word.arg == "expanding" for word in call.keywords))
    return frozenset(getattr(call.args[0], "value", "") for call in expanding)


def _casts(file: PythonFile, sql: Sql) -> Iterator[Hit]:
    for match in _INTERVAL.finditer(sql.code):
        yield _hit(file, sql, match.span(), f"CAST(:{match['name']} AS interval)")
    for match in _NULL.finditer(sql.code):
        once = sql.parameters.count(match["name"]) == 1
        yield _hit(file, sql, match.span(), f"CAST(:{match['name']} AS text)", possible=once)
    for match in _SET.finditer(sql.code):
        local = "true" if (match["scope"] or "").upper() == "LOCAL" else "false"
        new = f"SELECT set_config('{match['setting']}', CAST(:{match['name']} AS text), {local})"
        quotes = file.text(sql.literal)[-1:] == "'"
        yield _hit(file, sql, match.span("all"), new, possible=not quotes)


def _hit(file: PythonFile, sql: Sql, span: tuple[int, int], new: str, *, possible: bool = True) -> Hit:
    edit = sql.replace(file, *span, new) if possible else None
    return Hit(
        sql.call,
        f"{_WHY}, where their type is not known or none is allowed: `{new}`",
        (edit,) if edit else (),
    )


def _bare_argument(code: str, start: int) -> bool:
    """Whether one of the arguments that begin here is a parameter and nothing else."""
    depth, argument = 1, ""
    for character in code[start:]:
        depth += (character in "([") - (character in ")]")
        if depth == 0 or (depth == 1 and character == ","):
            if PARAMETER.fullmatch(argument.strip()):
                return True
            argument = ""
        else:
            argument += character
        if depth == 0:
            return False
    return False
