"""Exposed settings keep a secret in a plain type.

Until 5.0 the overview of settings masked every value whose name contains `secret` or `password`, and every
URL. Since then it masks by type alone, so these values are shown to whoever may see the overview.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```python reported
from orchestrator.core.services.settings_env_variables import expose_settings
from pydantic import PostgresDsn
from pydantic_settings import BaseSettings


class InventorySettings(BaseSettings):
    INVENTORY_PASSWORD: str = ""
    INVENTORY_DATABASE: PostgresDsn


expose_settings("inventory", InventorySettings())
```

Secret types, settings that are not exposed, and other names are left alone:

```python
from orchestrator.core.services.settings_env_variables import expose_settings
from pydantic import SecretStr
from pydantic_settings import BaseSettings


class InventorySettings(BaseSettings):
    INVENTORY_PASSWORD: SecretStr = SecretStr("")
    INVENTORY_USER: str = ""


class MailSettings(BaseSettings):
    MAIL_PASSWORD: str = ""


settings = InventorySettings()
expose_settings("inventory", settings)
mail = MailSettings()
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.bindings import class_named
from concertmaster.project.python import PythonFile
from concertmaster.project.secret_settings import names_secret
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-03e",),
    section="5.0#3",
    change=Change(works_from="5.0.0", deprecated="5.0.0", crossing=True),
    one_change=True,
    safety=Safety.MANUAL,
    triggers=(b"expose_settings",),
)

_EXPOSE = frozenset(
    f"orchestrator.core.{module}.expose_settings"
    for module in ("services.settings_env_variables", "settings")
)
_SENSITIVE = re.compile(r"secret|password", re.IGNORECASE)
_URLS = frozenset(
    ("AnyUrl", "AnyHttpUrl", "HttpUrl", "PostgresDsn", "RedisDsn", "AmqpDsn", "MySQLDsn", "MongoDsn")
)


@rule.on_imported(ast.Call)
def exposed(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if file.qualified(call.func) not in _EXPOSE or len(call.args) < 2:
        return
    for definition in _classes(file, call.args[1]):
        for field in definition.body:
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and _shows(file, field)
            ):
                message = (
                    f"The overview of settings shows `{field.target.id}` since 5.0: give it a secret type"
                )
                yield Hit(field, f"{message}, and take its value with `.get_secret_value()`")


def _classes(file: PythonFile, value: ast.expr) -> list[ast.ClassDef]:
    """The class of this file that a value is made of: `Settings()`, or a name for that."""
    if isinstance(value, ast.Name):
        scope = file.scope(value).find(value.id)
        bound = scope.others[value.id] if scope is not None and value.id not in scope.imports else []
        ups = [file.parent(node) for node in bound]
        made = [
            up.value for up in ups if isinstance(up, (ast.Assign, ast.AnnAssign)) and up.value is not None
        ]
        return [one for call in made if isinstance(call, ast.Call) for one in class_named(file, call.func)]
    return class_named(file, value.func) if isinstance(value, ast.Call) else []


def _shows(file: PythonFile, field: ast.AnnAssign) -> bool:
    if names_secret(file, field.annotation):
        return False
    parts = [part for part in ast.walk(field.annotation) if isinstance(part, (ast.Name, ast.Attribute))]
    names = [file.qualified(part) or "" for part in parts]
    is_url = any(name.startswith("pydantic.") and name.rpartition(".")[2] in _URLS for name in names)
    is_text = any(isinstance(part, ast.Name) and part.id == "str" for part in parts)
    name = field.target.id if isinstance(field.target, ast.Name) else ""
    return is_url or (is_text and bool(_SENSITIVE.search(name)))
