"""The database runs from an image without pgvector.

The migrations of orchestrator-core 5.0 create the extension `vector` for searching. The official images of
PostgreSQL do not have it, so `db upgrade heads` fails on them; `pgvector/pgvector` is the same image with it. The
framework is tested with PostgreSQL 15 to 17; older ones failed since 4.0.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff docker-compose.yml
 services:
   db:
-    image: postgres:16-alpine
+    image: pgvector/pgvector:pg16
     environment:
       POSTGRES_DB: orchestrator-core
   netbox-db:
     image: postgres:16-alpine
   orchestrator:
     build: .
     command: python main.py scheduler run
     depends_on: [db]
```

```diff .github/workflows/test.yml
 jobs:
   test:
     services:
       postgres:
-        image: "postgres:15"
+        image: "pgvector/pgvector:pg15"
     env:
       DATABASE_URI: postgresql+psycopg://nwa:nwa@localhost/orchestrator-core-test
       CACHE_URI: redis://localhost:6379/0
     steps:
       - run: pytest
```

```diff deploy/values.yaml
 orchestrator:
   env:
     DATABASE_URI: postgresql+psycopg://nwa:nwa@postgres/orchestrator-core
 postgres:
   image:
-    repository: docker.io/library/postgres
-    tag: "17.2"
+    repository: pgvector/pgvector
+    tag: "pg17"
```

Tests bring up their own:

```diff tests/conftest.py
 from testcontainers.postgres import PostgresContainer

-database = PostgresContainer("postgres:16", driver="psycopg")
+database = PostgresContainer("pgvector/pgvector:pg16", driver="psycopg")
```

Old versions, other distributions and images that are pinned otherwise are for a person:

```yaml docker-compose.yml reported
services:
  postgres:
    image: postgres:13
  orchestrator:
    image: orchestrator
    environment:
      DATABASE_URI: postgresql+psycopg://nwa:nwa@postgres/orchestrator-core
```

```yaml docker-compose.yml reported
services:
  orchestrator-db:
    image: bitnami/postgresql:16
  orchestrator:
    image: orchestrator
    depends_on:
      orchestrator-db:
        condition: service_healthy
```

Databases of others, and those that have it already, are left alone:

```yaml docker-compose.yml row=50-08e
services:
  netbox-db:
    image: postgres:16
  postgres:
    image: pgvector/pgvector:pg16
  orchestrator:
    image: orchestrator
    depends_on: [postgres]
    environment:
      DATABASE_URI: postgresql+psycopg://nwa:nwa@postgres/orchestrator-core
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.settings.databases import databases
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.images import Image, split
from concertmaster.rewrite import replace
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-08e", "T-07", "210-03"),
    section="5.0#8",
    change=Change(works_from="1.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"PostgresContainer",),
)

_OLDEST = 15
TOO_OLD = Change(works_from="1.0.0", deprecated="4.0.0", removed="5.0.0")
_MAJOR = re.compile(r"(?P<major>\d+)(?:[.-][\w.-]*)?\Z")
_OFFICIAL = re.compile(r"(?:docker\.io/)?(?:library/)?postgres\Z")
_CONTAINER = frozenset(
    f"testcontainers.{module}" for module in ("postgres.PostgresContainer", "core.PostgresContainer")
)


@rule.configuration(b"postgres")
def images(file: SettingsFile) -> Iterator[Hit]:
    for image in databases(file):
        major = _major(image.tag)
        if major is not None and major < _OLDEST:
            yield Hit(Span(*image.at), _old(major), rows=("50-08e", "210-03"), change=TOO_OLD)
        else:
            rows = ("50-08e", "T-07") if file.path.startswith(".github/") else ("50-08e",)
            yield Hit(Span(*image.at), _message(image, major), _edits(file, image, major), rows=rows)


def _major(tag: str) -> int | None:
    match = _MAJOR.match(tag)
    return int(match["major"]) if match else None


def _old(major: int) -> str:
    return (
        f"PostgreSQL {major} is too old for the framework since 4.0: dump the database and load it into "
        "15 or later, from `pgvector/pgvector`"
    )


def _message(image: Image, major: int | None) -> str:
    better = f"pgvector/pgvector:pg{major or 17}"
    if not _OFFICIAL.match(image.name):
        return f"The migrations of 5.0 need the extension `vector`: see that this image has it, or use `{better}`"
    text = (
        f"The migrations of 5.0 need the extension `vector`, which this image does not have: use `{better}`"
    )
    if "alpine" in image.tag:
        text += ", and reindex, for Alpine sorts text differently"
    return text


def _edits(file: SettingsFile, image: Image, major: int | None) -> tuple[Edit, ...]:
    """The same major version keeps its data; only the official image has the same layout."""
    if major is None or image.digest or not _OFFICIAL.match(image.name):
        return ()
    name, tag = "pgvector/pgvector", f"pg{major}"
    if image.tag_at is None:
        return (Edit(*image.at, f"{name}:{tag}".encode()).trimmed(file.source),)
    return (Edit(*image.at, name.encode()), Edit(*image.tag_at, tag.encode()))


@rule.on_imported(ast.Call)
def container(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if file.qualified(call.func) not in _CONTAINER:
        return
    words = [word.value for word in call.keywords if word.arg == "image"]
    for value in (*call.args[:1], *words):
        text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
        name, tag, digest = split(text)
        major = _major(tag)
        if _OFFICIAL.match(name) and major is not None and major >= _OLDEST and not digest:
            image = Image(name, tag, (0, 0))
            quote = file.text(value)[0]
            edit = replace(file, value, f"{quote}pgvector/pgvector:pg{major}{quote}")
            yield Hit(value, _message(image, major), (edit,), rows=("50-08e", "T-07"))
