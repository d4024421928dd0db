"""A subclass of the settings gives a secret a plain type.

The framework asks `DATABASE_URI`, `CACHE_URI`, `WEBSOCKET_BROADCASTER_URL` and `SESSION_SECRET` for their
secret value since 5.0. Where a subclass of `AppSettings` declares them with another type, that fails.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
-from orchestrator.core.settings import AppSettings
-from pydantic import PostgresDsn
+from orchestrator.core.settings import AppSettings, SecretPostgresDsn


 class Settings(AppSettings):
-    DATABASE_URI: PostgresDsn = "postgresql+psycopg://localhost/network"
+    DATABASE_URI: SecretPostgresDsn = "postgresql+psycopg://localhost/network"
     TEAM: str = "Network"
```

Settings that are not the framework's have the types that they like, and a secret type of any kind will do:

```python
from orchestrator.core.settings import AppSettings, SecretRedisDsn
from pydantic import PostgresDsn, Secret
from pydantic_settings import BaseSettings


class InventorySettings(BaseSettings):
    DATABASE_URI: PostgresDsn


class Settings(AppSettings):
    DATABASE_URI: Secret[PostgresDsn]
    CACHE_URI: SecretRedisDsn = "redis://localhost"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.instances import SETTINGS, subclass_of
from concertmaster.project.python import PythonFile
from concertmaster.project.secret_settings import SECRETS, names_secret
from concertmaster.project.shims import supports_both
from concertmaster.rewrite import replace
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-03c",),
    section="5.0#3",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"AppSettings",),
)


@rule.on(ast.ClassDef)
def fields(file: PythonFile, node: ast.ClassDef) -> Iterator[Hit]:
    if supports_both(file) or not subclass_of(file, node, SETTINGS):
        return
    for field in node.body:
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        module, name = SECRETS.get(field.target.id, ("", ""))
        if name and not names_secret(file, field.annotation):
            message = (
                f"The framework takes the secret value of `{field.target.id}` since 5.0: make it a `{name}`"
            )
            yield Hit(field, message, (replace(file, field.annotation, name),), (Import(module, name),))
