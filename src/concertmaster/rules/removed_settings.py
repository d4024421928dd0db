"""A setting that is gone is read or replaced.

5.0 dropped settings together with what they switched: federation and search are always on, the agent is a
service of its own, the cache of domain models is long gone. The settings of embeddings got new names.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
 from orchestrator.core.settings import llm_settings

-searches = llm_settings.SEARCH_ENABLED
-client = connect(llm_settings.OPENAI_BASE_URL, key=llm_settings.OPENAI_API_KEY)
+searches = True
+client = connect(llm_settings.EMBEDDING_API_BASE, key=llm_settings.EMBEDDING_API_KEY)
```

What has no counterpart is for a person:

```python reported
from orchestrator.core.settings import app_settings, llm_settings

secret = app_settings.CACHE_HMAC_SECRET
model = llm_settings.AGENT_MODEL
app_settings.FEDERATION_ENABLED = False
```

Settings of others are left alone:

```python row=50-08a,50-08b
from openai import settings as llm_settings

from network.settings import app_settings

if app_settings.SEARCH_ENABLED:
    key = llm_settings.OPENAI_API_KEY
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.findings import Edit, Safety
from concertmaster.project.instances import LLM_SETTINGS, SETTINGS, Kind, instance_of
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import supports_both
from concertmaster.rewrite import rename_attribute, replace
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-08a", "50-07a", "50-08b"),
    section="5.0#8",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"settings",),
    context=(b"app_settings", b"AppSettings", b"llm_settings", b"orchestrator"),
)


class Gone(Struct, frozen=True):
    """A setting that is gone: its row, why, and the name or the value that takes its place."""

    row: str
    why: str
    name: str = ""
    value: str = ""


_SEARCH = "search is always on"
_AGENT = "the agent is the service `orchestrator-agent` now, with settings of its own"
APP = {
    "FEDERATION_ENABLED": Gone("50-07a", "federation is always on, see `FEDERATION_VERSION`", value="True"),
    "CACHE_HMAC_SECRET": Gone("50-08a", "domain models are not cached"),
}
LLM = {
    "SEARCH_ENABLED": Gone("50-08a", _SEARCH, value="True"),
    "AGENT_ENABLED": Gone("50-08a", _AGENT, value="False"),
    "AGENT_DEBUG": Gone("50-08a", _AGENT, value="False"),
    "AGENT_MODEL": Gone("50-08a", _AGENT),
    "AGENT_MODEL_VERSION": Gone("50-08a", _AGENT),
    "OPENAI_API_KEY": Gone("50-08b", "it is called `EMBEDDING_API_KEY`", name="EMBEDDING_API_KEY"),
    "OPENAI_BASE_URL": Gone("50-08b", "it is called `EMBEDDING_API_BASE`", name="EMBEDDING_API_BASE"),
    "LLM_FORCE_EXTENTION_MIGRATION": Gone(
        "50-08b", "it is spelled with `EXTENSION`", name="LLM_FORCE_EXTENSION_MIGRATION"
    ),
}
_TABLES: tuple[tuple[dict[str, Gone], Kind], ...] = ((APP, SETTINGS), (LLM, LLM_SETTINGS))


@rule.on(ast.Attribute)
def attribute(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    for table, kind in _TABLES:
        gone = table.get(node.attr)
        if gone is None or instance_of(file, node.value, kind) is None or supports_both(file):
            continue
        message = f"The setting `{node.attr}` is gone since 5.0: {gone.why}"
        yield Hit(node, message, _edits(file, node, gone), rows=(gone.row,))


def _edits(file: PythonFile, node: ast.Attribute, gone: Gone) -> tuple[Edit, ...]:
    if gone.name:
        return (rename_attribute(file, node, gone.name),)
    is_read = isinstance(node.ctx, ast.Load)
    return (replace(file, node, gone.value),) if gone.value and is_read else ()
