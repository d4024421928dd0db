"""The application is one with a built-in agent.

Search is part of every application since 5.0, and the agent is a service of its own, `orchestrator-agent`,
which talks to the application through MCP. `LLMOrchestratorCore` is gone, and so are its arguments.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
-from orchestrator.core.agentic_app import LLMOrchestratorCore
+from orchestrator.core import OrchestratorCore
 from orchestrator.core.settings import app_settings, llm_settings

-app = LLMOrchestratorCore(
-    base_settings=app_settings,
-    llm_settings=llm_settings,
-    agent_model="gpt-4o-mini",
-)
+app = OrchestratorCore(
+    base_settings=app_settings,
+)
 dimension = llm_settings.EMBEDDING_DIMENSION
```

Applications without one are left alone:

```python
from agents import LLMOrchestratorCore
from orchestrator.core import OrchestratorCore

app = OrchestratorCore(title="Network")
other = LLMOrchestratorCore(agent_model="gpt-4o-mini")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import supports_both
from concertmaster.rewrite import drop_arguments, replace
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-08d",),
    section="5.0#8",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"LLMOrchestratorCore", b"llm_settings=", b"agent_model=", b"agent_tools="),
)

OLD = "orchestrator.core.agentic_app.LLMOrchestratorCore"
NEW = "orchestrator.core.app.OrchestratorCore"
ARGUMENTS = frozenset(("llm_settings", "agent_model", "agent_tools"))
MESSAGE = "`LLMOrchestratorCore` is gone since 5.0: use `OrchestratorCore`, and deploy `orchestrator-agent` for the agent"


@rule.on_imported(ast.Name, ast.Attribute)
def application(file: PythonFile, node: ast.Name | ast.Attribute) -> Iterator[Hit]:
    if not isinstance(node.ctx, ast.Load) or file.qualified(node) != OLD or supports_both(file):
        return
    up = file.parent(node)
    dropped = _without_arguments(file, up) if isinstance(up, ast.Call) and up.func is node else ()
    edits = (replace(file, node, "OrchestratorCore"), *dropped)
    yield Hit(node, MESSAGE, edits, (Import("orchestrator.core", "OrchestratorCore"),))


@rule.on_imported(ast.Call)
def arguments(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    """The same arguments where the class is the right one already: they would be passed on to FastAPI."""
    if file.qualified(call.func) == NEW and not supports_both(file):
        edits = _without_arguments(file, call)
        if edits:
            yield Hit(
                call, "`OrchestratorCore` has no agent since 5.0: drop its settings, model and tools", edits
            )


def _without_arguments(file: PythonFile, call: ast.Call) -> tuple[Edit, ...]:
    unwanted = [word for word in call.keywords if word.arg in ARGUMENTS]
    edit = drop_arguments(file, call, unwanted) if unwanted else None
    return (edit,) if edit else ()
