"""The database session is used where nothing ends its transactions.

psycopg 3, which comes with 5.0, begins a transaction with the first query. The framework ends it in requests
and in steps; in tasks and signal handlers of Celery no one does, and the connection stays "idle in
transaction" with its locks.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```python reported
from celery import shared_task
from celery.signals import worker_process_init
from orchestrator.core.db import ProductTable, db
from sqlalchemy import select


@worker_process_init.connect
def warm_up(**kwargs):
    db.session.scalars(select(ProductTable)).all()


@shared_task
def count():
    return len(db.session.scalars(select(ProductTable)).all())
```

Sessions whose transaction ends, and those of requests and steps, are left alone:

```python
from celery import shared_task
from orchestrator.core import step
from orchestrator.core.db import ProductTable, db
from orchestrator.core.db.database import transactional
from sqlalchemy import select


@shared_task
def count():
    with transactional(db, logger):
        return len(db.session.scalars(select(ProductTable)).all())


@shared_task
def scoped():
    with db.database_scope():
        return len(db.session.scalars(select(ProductTable)).all())


@shared_task
def ended():
    try:
        return len(db.session.scalars(select(ProductTable)).all())
    finally:
        db.session.rollback()


@step("Count")
def count_in_step():
    return {"count": len(db.session.scalars(select(ProductTable)).all())}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.bindings import enclosing_function
from concertmaster.project.python import PythonFile
from concertmaster.project.values import last_part
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-11d",),
    section="5.0#11",
    change=Change(works_from="5.0.0", deprecated="5.0.0", crossing=True),
    one_change=True,
    safety=Safety.MANUAL,
    triggers=(b"celery",),
    context=(b"orchestrator",),
)

_SESSION = "orchestrator.core.db.db.session"
_ENDS = frozenset(("commit", "rollback", "close", "remove"))
_SCOPES = frozenset(("transactional", "database_scope"))
MESSAGE = "Nothing ends the transaction that this query begins since 5.0: wrap it in `with transactional(db, logger):`"


@rule.file
def functions(file: PythonFile) -> Iterator[Hit]:
    told: set[ast.AST] = set()
    for node in file.nodes(ast.Attribute):
        if node.attr != "session" or file.qualified(node) != _SESSION:
            continue
        function = enclosing_function(file, node)
        if function is None or function in told or not _is_of_celery(file, function):
            continue
        if not _is_scoped(file, node) and not _ends(function):
            told.add(function)
            yield Hit(node, MESSAGE)


def _is_of_celery(file: PythonFile, function: ast.AST) -> bool:
    """`@signal.connect`, `@shared_task`, `@celery.task(…)`."""
    for decorator in getattr(function, "decorator_list", ()):
        func = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = file.qualified(func) or ""
        if name.startswith("celery.") and last_part(func) in ("connect", "shared_task"):
            return True
        if (
            isinstance(func, ast.Attribute)
            and func.attr == "task"
            and "celery" in last_part(func.value).lower()
        ):
            return True
    return False


def _is_scoped(file: PythonFile, node: ast.AST) -> bool:
    entered = (item for up in file.ancestors(node) if isinstance(up, ast.With) for item in up.items)
    calls = (item.context_expr for item in entered if isinstance(item.context_expr, ast.Call))
    return any(last_part(call.func) in _SCOPES for call in calls)


def _ends(function: ast.AST) -> bool:
    """Whether the function itself ends transactions: then it does so where it must, or not at all."""
    parts = (node for node in ast.walk(function) if isinstance(node, ast.Attribute))
    return any(
        part.attr in _ENDS and last_part(part.value) in ("session", "scoped_session") for part in parts
    )
