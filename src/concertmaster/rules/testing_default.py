"""Tests rely on `TESTING` being true by default.

The setting `TESTING` is false by default since orchestrator-core 5.5. Where it is false, a started process runs in
the background, so a test no longer waits for it. Set it in the environment of the tests before the framework is
imported: it is read then.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.5/>

```python reported
from orchestrator.core.settings import app_settings

if app_settings.TESTING:
    app_settings.ENABLE_WEBSOCKETS = False
```

```python tests/conftest.py reported
from orchestrator.core import OrchestratorCore
from orchestrator.core.settings import AppSettings

app = OrchestratorCore(base_settings=AppSettings())
```

```diff tox.ini
 [testenv]
 setenv =
     DATABASE_URI = postgresql+psycopg://nwa:nwa@localhost/orchestrator-core-test
+    TESTING = true
     CACHE_URI = redis://localhost:6379/0
 commands = pytest
```

```diff .github/workflows/test.yml
 jobs:
   test:
     env:
       CACHE_URI: redis://localhost:6379/0
       DATABASE_URI: "postgresql+psycopg://nwa:nwa@localhost/orchestrator-core-test"
+      TESTING: "true"
     steps:
       - run: pytest test
```

Test set-ups that say what they want, and other settings, are left alone:

```python tests/conftest.py row=T-07
import os

os.environ["TESTING"] = "true"

from orchestrator.core import OrchestratorCore
from orchestrator.core.settings import AppSettings

app = OrchestratorCore(base_settings=AppSettings())
```

```python
from network.settings import settings

if settings.TESTING:
    settings.LEVEL = 1
```

```yaml .github/workflows/test.yml
jobs:
  test:
    env:
      TESTING: "true"
    steps:
      - run: pytest test
        env:
          CACHE_URI: redis://localhost:6379/0
          DATABASE_URI: "postgresql+psycopg://nwa:nwa@localhost/orchestrator-core-test"
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.instances import SETTINGS, instance_of
from concertmaster.project.python import PythonFile
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Kind, Setting
from concertmaster.rewrite import add_setting
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("55-04", "T-07"),
    section="5.5#3",
    change=Change(works_from="1.0.0", deprecated="5.5.0", crossing=True),
    one_change=True,
    safety=Safety.MANUAL,
    triggers=(b"TESTING", b"OrchestratorCore", b"init_database"),
)

_MAKERS = frozenset(("orchestrator.core.app.OrchestratorCore", "orchestrator.core.db.init_database"))
UNSET = (
    "`TESTING` is false by default since 5.5: set `TESTING=true` for tests before the framework is imported"
)
READ = "`TESTING` is false by default since 5.5: what depends on it changes where it is not set"


@rule.file
def test_setup(file: PythonFile) -> Iterator[Hit]:
    if not file.path.endswith("conftest.py") or b"TESTING" in file.source:
        return
    for call in file.nodes(ast.Call):
        if file.qualified(call.func) in _MAKERS:
            yield Hit(call, UNSET)
            return


@rule.setting("DATABASE_URI")
def test_environment(setting: Setting, file: SettingsFile) -> Iterator[Hit]:
    """The environment of tests that names the framework's database, but not this."""
    deployment = file.around.deployment
    is_test = any(reader.tests for reader in setting.group.readers)
    if (
        not is_test
        or setting.kind is Kind.SHELL
        or b"TESTING" in file.source
        or file.trust(setting, Safety.SUGGESTED) is None
    ):
        return
    if deployment is None or not deployment.tests_mention("TESTING"):
        edit = add_setting(file, setting, "TESTING", "true")
        yield Hit(Span(*setting.key_at), UNSET, (edit,) if edit else (), safety=Safety.SUGGESTED)


@rule.on(ast.Attribute)
def read(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    if node.attr != "TESTING" or not isinstance(node.ctx, ast.Load):
        return
    if instance_of(file, node.value, SETTINGS) is not None:
        yield Hit(node, READ, rows=("55-04",))
