"""Tests share one uncommitted transaction with the application.

The usual fixture binds the session factory to one connection and rolls it back behind each test. Endpoints and
GraphQL are asynchronous since orchestrator-core 5.4 and use connections of their own, so they do not see what a test
has not committed.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.4/>

```python tests/conftest.py reported
import pytest
from orchestrator.core.db import db
from sqlalchemy.orm import scoped_session, sessionmaker


@pytest.fixture(autouse=True)
def db_session(connection):
    db.session_factory = sessionmaker(bind=connection)
    db.scoped_session = scoped_session(db.session_factory)
```

Set-ups that bind the asynchronous sessions too, and factories of other databases, are left alone:

```python tests/conftest.py
import pytest
from network.inventory import db
from sqlalchemy.orm import sessionmaker


@pytest.fixture(autouse=True)
def db_session(connection):
    db.session_factory = sessionmaker(bind=connection)
```

```python tests/conftest.py
import pytest
from orchestrator.core.db import db
from sqlalchemy.orm import sessionmaker


@pytest.fixture(autouse=True)
def db_session(connection, async_connection):
    db.wrapped_database.session_factory = sessionmaker(bind=connection)
    db.wrapped_database.async_session_factory = sessionmaker(bind=async_connection)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("T-08",),
    section="5.4#1",
    change=Change(works_from="5.4.0", deprecated="5.4.0", crossing=True),
    one_change=True,
    safety=Safety.MANUAL,
    triggers=(b"session_factory",),
)

_DB = "orchestrator.core.db.db"
_FACTORIES = frozenset((f"{_DB}.session_factory", f"{_DB}.wrapped_database.session_factory"))
MESSAGE = (
    "Endpoints use asynchronous sessions since 5.4, which do not see this transaction:"
    " bind `async_session_factory` too, or commit"
)


@rule.on_imported(ast.Attribute)
def rebound(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    if not isinstance(node.ctx, ast.Store) or b"async_session" in file.source:
        return
    if file.qualified(node) in _FACTORIES:
        yield Hit(node, MESSAGE)
