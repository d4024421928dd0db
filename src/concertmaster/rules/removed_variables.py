"""An environment variable is set that the framework no longer reads.

5.0 dropped settings together with what they switched, and gave those of embeddings new names. Variables of
the old names are passed over in silence, so what they were set for no longer holds.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

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

```python
import os

from orchestrator.core import OrchestratorCore

key = os.environ["OPENAI_API_KEY"]
searches = os.getenv("SEARCH_ENABLED", "False") == "True"
os.environ["EMBEDDING_API_KEY"] = key
variables = {"SEARCH_ENABLED": "True"}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.environment import Variable, variables
from concertmaster.project.names import ROOT
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import supports_both
from concertmaster.rewrite import drop_statement, replace
from concertmaster.rule import Hit, Rule
from concertmaster.rules.removed_settings import APP, LLM
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-08a",),
    section="5.0#8",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"environ", b"setenv"),
)

_KEYS = APP | LLM


@rule.file
def set_variables(file: PythonFile) -> Iterator[Hit]:
    found = [one for one in variables(file) if one.name in _KEYS and one.value is not None]
    if not found or not _is_about_the_framework(file) or supports_both(file):
        return
    for variable in found:
        gone = _KEYS[variable.name]
        message = f"The framework does not read `{variable.name}` since 5.0: {gone.why}"
        edits = _renamed(file, variable, gone.name) if gone.name else _dropped(file, variable)
        is_misspelling = "EXTENTION" in variable.name
        safety = Safety.SAFE if is_misspelling else Safety.SUGGESTED
        yield Hit(variable.key, message, edits, safety=safety, rows=(gone.row,))


def _is_about_the_framework(file: PythonFile) -> bool:
    """Names such as OPENAI_API_KEY are no one's own: the file must have to do with the framework."""
    froms = (node.module or "" for node in file.nodes(ast.ImportFrom) if not node.level)
    plain = (alias.name for node in file.nodes(ast.Import) for alias in node.names)
    return any(name.partition(".")[0] == ROOT for name in (*froms, *plain))


def _renamed(file: PythonFile, variable: Variable, name: str) -> tuple[Edit, ...]:
    text = file.text(variable.key)
    plain = text[1:-1] == variable.name and text[0] in "\"'"
    return (replace(file, variable.key, f"{text[0]}{name}{text[0]}"),) if plain else ()


def _dropped(file: PythonFile, variable: Variable) -> tuple[Edit, ...]:
    """Without the statement, where it does nothing but to set the variable."""
    statement = file.statement(variable.key)
    alone = isinstance(statement, ast.Assign) and len(statement.targets) == 1
    call = statement.value if isinstance(statement, ast.Expr) else None
    alone |= isinstance(call, ast.Call) and variable.key in call.args
    return (drop_statement(file, statement),) if alone else ()
