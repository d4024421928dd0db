"""The user interface for GraphQL is switched with a truth value.

`SERVE_GRAPHQL_UI` names the interface since 5.0, and an empty text means none. Whatever else it is set to,
`False` included, is taken for a name and serves an interface, or is refused.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff tests/conftest.py
 import os

-os.environ["SERVE_GRAPHQL_UI"] = "False"
+os.environ["SERVE_GRAPHQL_UI"] = ""

 from orchestrator.core.settings import AppSettings

-settings = AppSettings(SERVE_GRAPHQL_UI=True)
-settings.SERVE_GRAPHQL_UI = False
+settings = AppSettings(SERVE_GRAPHQL_UI="graphiql")
+settings.SERVE_GRAPHQL_UI = ""
```

In other files it is the same; YAML's own truth values arrive as text:

```diff .env
-SERVE_GRAPHQL_UI=True
+SERVE_GRAPHQL_UI=graphiql
```

```diff deploy/values.yaml
 orchestrator:
   env:
-    SERVE_GRAPHQL_UI: false
+    SERVE_GRAPHQL_UI: ""
   extraEnv:
     - name: SERVE_GRAPHQL_UI
-      value: "on"  # for the demo
+      value: "graphiql"  # for the demo
```

```diff Dockerfile
 FROM python:3.13
-ENV SERVE_GRAPHQL_UI 0
-ENV TRANSLATIONS_DIR=/app/translations SERVE_GRAPHQL_UI="no"
+ENV SERVE_GRAPHQL_UI ""
+ENV TRANSLATIONS_DIR=/app/translations SERVE_GRAPHQL_UI=""
```

Names of interfaces, values that are computed, and the settings of others are left alone:

```yaml docker-compose.yml
services:
  orchestrator:
    image: orchestrator
    environment:
      - SERVE_GRAPHQL_UI
      - SERVE_METRICS_UI=False
  sandbox:
    image: orchestrator
    environment:
      SERVE_GRAPHQL_UI: apollo-sandbox
  quiet:
    image: orchestrator
    environment: {SERVE_GRAPHQL_UI: ""}
  chosen:
    image: orchestrator
    environment:
      SERVE_GRAPHQL_UI: ${SERVE_GRAPHQL_UI}
```

```python
import os

from orchestrator.core.settings import AppSettings, app_settings

from network.settings import settings

os.environ["SERVE_GRAPHQL_UI"] = "apollo-sandbox"
os.environ["SERVE_METRICS_UI"] = "False"
app_settings.SERVE_GRAPHQL_UI = ""
app_settings.SERVE_GRAPHQL_UI = choose()
settings.SERVE_GRAPHQL_UI = True
if app_settings.SERVE_GRAPHQL_UI:
    other = AppSettings(SERVE_GRAPHQL_UI=None)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.project.environment import variables
from concertmaster.project.instances import SETTINGS, instance_of, subclass_of
from concertmaster.project.python import PythonFile
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Setting
from concertmaster.project.shims import supports_both
from concertmaster.project.values import last_part
from concertmaster.rewrite import replace, replace_value
from concertmaster.rule import Hit, Rule, Span
from concertmaster.rules._truth import FALSE, TRUE
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-07b",),
    section="5.0#7",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    triggers=(b"SERVE_GRAPHQL_UI",),
)

NAME = "SERVE_GRAPHQL_UI"


@rule.setting(NAME)
def configured(setting: Setting, file: SettingsFile) -> Iterator[Hit]:
    meant = _meaning(setting.value or "")
    if meant is not None:
        edit = replace_value(file, setting, meant)
        yield Hit(Span(*setting.key_at), _message(f'"{meant}"'), (edit,) if edit else ())


@rule.file
def flags(file: PythonFile) -> Iterator[Hit]:
    if supports_both(file):
        return
    for value in _values(file):
        meant = _literal(value)
        if meant is not None:
            yield Hit(value, _message(meant), (replace(file, value, meant),))


def _message(meant: str) -> str:
    return f"`{NAME}` names the interface since 5.0, and an empty text means none: say `{meant}`"


def _meaning(text: str) -> str | None:
    """What a truth value says in the new way; None for everything else."""
    return "graphiql" if text.lower() in TRUE else "" if text.lower() in FALSE else None


def _literal(value: ast.expr) -> str | None:
    meant = _meaning(str(value.value)) if isinstance(value, ast.Constant) else None
    return None if meant is None else f'"{meant}"'


def _values(file: PythonFile) -> Iterator[ast.expr]:
    """Everything that the setting is given: by assignment, by keyword, by patching, by the environment."""
    for variable in variables(file):
        if variable.name == NAME and variable.value is not None:
            yield variable.value
    for node in file.nodes(ast.Attribute):
        up = file.parent(node)
        if node.attr == NAME and isinstance(up, ast.Assign) and instance_of(file, node.value, SETTINGS):
            yield up.value
    for call in file.nodes(ast.Call):
        if instance_of(file, call, SETTINGS) is not None:
            yield from (word.value for word in call.keywords if word.arg == NAME)
        named = len(call.args) == 3 and isinstance(call.args[1], ast.Constant) and call.args[1].value == NAME
        if named and instance_of(file, call.args[0], SETTINGS) is not None:
            yield call.args[2]


@rule.on(ast.AnnAssign)
def default(file: PythonFile, field: ast.AnnAssign) -> Iterator[Hit]:
    """The default of a subclass, and its type where that is a truth value."""
    around = file.parent(field)
    meant = _literal(field.value) if field.value is not None else None
    if last_part(field.target) != NAME or meant is None or field.value is None:
        return
    if isinstance(around, ast.ClassDef) and subclass_of(file, around, SETTINGS) and not supports_both(file):
        typed = [replace(file, field.annotation, "str")] if last_part(field.annotation) == "bool" else []
        yield Hit(field, _message(meant), (*typed, replace(file, field.value, meant)))
