"""An environment variable is set that the framework no longer reads.

5.0 dropped settings together with what they switched, and gave those of embeddings new names; 4.0 dropped the
cache, 5.1 `CC_NOC`. Variables of the old names are passed over in silence, so what they were set for no longer
holds.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff .env
 DATABASE_URI=postgresql+psycopg://nwa:nwa@postgres/orchestrator-core
 CACHE_URI=redis://redis:6379/0
-CACHE_DOMAIN_MODELS=True
-FEDERATION_ENABLED=False
-SEARCH_ENABLED=True  # hybrid
-OPENAI_API_KEY="sk-local"
-OPENAI_BASE_URL=http://embedding.localhost:4000
-LLM_FORCE_EXTENTION_MIGRATION=False
+EMBEDDING_API_KEY="sk-local"
+EMBEDDING_API_ENABLED="True"
+EMBEDDING_API_BASE=http://embedding.localhost:4000
+LLM_FORCE_EXTENSION_MIGRATION=False
```

```diff docker-compose.yml
 services:
   orchestrator:
     build: .
     environment:
       DATABASE_URI: postgresql+psycopg://nwa:nwa@postgres/orchestrator-core
-      SEARCH_ENABLED: "true"
-      OPENAI_API_KEY: ${OPENAI_API_KEY}
+      EMBEDDING_API_KEY: ${OPENAI_API_KEY}
+      EMBEDDING_API_ENABLED: "True"
     command: python main.py scheduler run
   worker:
     build: .
-    environment: [AGENT_MODEL=gpt-4o-mini, CACHE_URI=redis://redis:6379/0]
+    environment: [CACHE_URI=redis://redis:6379/0]
   litellm:
     image: litellm/litellm:main
     environment:
       OPENAI_API_KEY: ${OPENAI_API_KEY}
```

```diff tests/conftest.py
 import os

 os.environ["TESTING"] = "True"
-os.environ["SEARCH_ENABLED"] = "True"
-os.environ["OPENAI_API_KEY"] = "test"
+os.environ["EMBEDDING_API_KEY"] = "test"

 from orchestrator.core import OrchestratorCore


 def test_federation(monkeypatch):
-    monkeypatch.setenv("FEDERATION_ENABLED", "True")
     assert OrchestratorCore()
```

Variables that are read, or set for something else, are left alone:

```python row=50-08a,50-08b
import os

from orchestrator.core import OrchestratorCore

key = os.environ["OPENAI_API_KEY"]
searches = os.getenv("SEARCH_ENABLED", "False") == "True"
os.environ["EMBEDDING_API_KEY"] = key
variables = {"SEARCH_ENABLED": "True"}
```

```env chat/.env
OPENAI_API_KEY=sk-local
SEARCH_ENABLED=True
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.environment import Variable, variables
from concertmaster.project.names import ROOT
from concertmaster.project.python import PythonFile
from concertmaster.project.settings.file import Audience, SettingsFile
from concertmaster.project.settings.known import OWN
from concertmaster.project.settings.model import Setting
from concertmaster.project.shims import supports_both
from concertmaster.rewrite import add_setting, drop_setting, drop_statement, rename_key, replace
from concertmaster.rule import Hit, Rule, Span
from concertmaster.rules._truth import is_true
from concertmaster.rules.lost_settings import LOST, Lost
from concertmaster.rules.removed_settings import APP, LLM, Gone
from concertmaster.versions import Change, Window, release

rule = Rule(
    __name__,
    rows=("50-07a", "50-08a", "50-08b", "21-02", "32-01", "40-01", "51-04"),
    section="5.0#8",
    change=Change(works_from="5.0.0", deprecated="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"environ", b"setenv"),
    context=tuple(key.encode() for key in (*APP, *LLM, *LOST)),
)

_KEYS: dict[str, Gone | Lost] = {**APP, **LLM, **LOST}
#: Common names that code of the project's own may read as well.
_COMMON = frozenset(("OPENAI_API_KEY", "OPENAI_BASE_URL"))
_SWITCH = "EMBEDDING_API_ENABLED"


def _change(gone: Gone | Lost) -> Change:
    """A variable that nothing reads does no harm by itself, so it warns."""
    removed = (gone.change.removed if isinstance(gone, Lost) else None) or rule.change.since
    return Change(works_from=removed, deprecated=removed)


def _hit(where: ast.AST | Span, key: str, edits: tuple[Edit, ...], safety: Safety, note: str = "") -> Hit:
    gone = _KEYS[key]
    change = _change(gone)
    message = f"The framework does not read `{key}` since {change.since.removesuffix('.0')}: {gone.why}"
    if key in _COMMON:
        message += f"; embeddings are made only where `{_SWITCH}` is true"
    return Hit(where, f"{message}{note}", edits, safety=safety, rows=(gone.row,), change=change)


@rule.setting(*_KEYS)
def configured(setting: Setting, file: SettingsFile) -> Iterator[Hit]:
    safety = file.trust(setting, _safety(setting, file))
    if safety is None or not file.is_variable(setting):
        return
    name = _new_name(setting.key, file.window)
    others = (
        file.others(setting) if file.audience(setting) is Audience.SHARED and setting.key not in OWN else ()
    )
    if others and name in {other.key for other in file.beside(setting)}:
        return
    if others:
        edits = _added_setting(setting, file, name) if name else ()
    else:
        edits = _renamed_setting(setting, file, name) if name else _dropped_setting(setting, file)
    note = f"; {', '.join(f'`{other}`' for other in others)} may still need it" if others else ""
    yield _hit(Span(*setting.key_at), setting.key, edits, safety, note)


def _added_setting(setting: Setting, file: SettingsFile, name: str) -> tuple[Edit, ...]:
    """What others read as well stays under its old name (guard rule G-13)."""
    is_plain = (
        not (setting.problem or setting.fallback or file.is_referred_to(setting))
        and setting.value is not None
    )
    edit = add_setting(file, setting, name, setting.value or "") if is_plain else None
    return (edit,) if edit else ()


def _safety(setting: Setting, file: SettingsFile) -> Safety:
    """To drop what nothing reads is safe; a new name brings a setting back to life."""
    if setting.key == "FEDERATION_ENABLED":
        return Safety.SUGGESTED if is_true(setting.value) else Safety.SAFE
    revived = release(file.window.installed) >= release(_change(_KEYS[setting.key]).since)
    renamed = bool(_new_name(setting.key, file.window))
    return Safety.SUGGESTED if setting.key in _COMMON or (renamed and revived) else Safety.SAFE


def _renamed_setting(setting: Setting, file: SettingsFile, name: str) -> tuple[Edit, ...]:
    edit = rename_key(file, setting, name)
    if edit is None or setting.key not in _COMMON:
        return (edit,) if edit else ()
    keys = {other.key for other in file.beside(setting)}
    is_first = setting.key == "OPENAI_API_KEY" or "OPENAI_API_KEY" not in keys
    wanted = is_first and _SWITCH not in keys and is_true(file.value(setting, "SEARCH_ENABLED"))
    switch = add_setting(file, setting, _SWITCH, "True") if wanted and setting.value else None
    return (edit, switch) if switch else (edit,)


def _dropped_setting(setting: Setting, file: SettingsFile) -> tuple[Edit, ...]:
    beside = [other for other in file.beside(setting) if _concerns(other.key, file.window)]
    edit = drop_setting(file, setting, [other for other in beside if not _new_name(other.key, file.window)])
    return (edit,) if edit else ()


def _concerns(key: str, window: Window) -> bool:
    return key in _KEYS and window.severity(_change(_KEYS[key])) is not None


def _new_name(key: str, window: Window) -> str:
    """The name that is read instead; none where that one is gone by now as well."""
    name = _KEYS[key].name
    return "" if _concerns(name, window) else name


@rule.file
def set_variables(file: PythonFile) -> Iterator[Hit]:
    found = [one for one in variables(file) if one.name in _KEYS and one.value is not None]
    if not found or not _is_about_the_framework(file) or supports_both(file):
        return
    for variable in found:
        name = _new_name(variable.name, file.window)
        edits = _renamed(file, variable, name) if name else _dropped(file, variable)
        safety = Safety.SAFE if "EXTENTION" in variable.name else Safety.SUGGESTED
        yield _hit(variable.key, variable.name, edits, safety)


def _is_about_the_framework(file: PythonFile) -> bool:
    """Names such as OPENAI_API_KEY are no one's own: the file must have to do with the framework."""
    froms = (node.module or "" for node in file.nodes(ast.ImportFrom) if not node.level)
    plain = (alias.name for node in file.nodes(ast.Import) for alias in node.names)
    return any(name.partition(".")[0] == ROOT for name in (*froms, *plain))


def _renamed(file: PythonFile, variable: Variable, name: str) -> tuple[Edit, ...]:
    text = file.text(variable.key)
    if isinstance(variable.key, ast.keyword):
        start = file.span(variable.key)[0]
        return (Edit(start, start + len(variable.name), name.encode()),)
    plain = text[1:-1] == variable.name and text[0] in "\"'"
    return (replace(file, variable.key, f"{text[0]}{name}{text[0]}"),) if plain else ()


def _dropped(file: PythonFile, variable: Variable) -> tuple[Edit, ...]:
    """Without the statement, where it does nothing but to set the variable."""
    statement = file.statement(variable.key)
    alone = isinstance(statement, ast.Assign) and len(statement.targets) == 1
    call = statement.value if isinstance(statement, ast.Expr) else None
    alone |= isinstance(call, ast.Call) and variable.key in call.args
    return (drop_statement(file, statement),) if alone else ()
