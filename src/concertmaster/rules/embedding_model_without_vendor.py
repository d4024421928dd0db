"""An embedding model is named without its vendor.

`EMBEDDING_MODEL` has the form `vendor/model` since orchestrator-core 5.0, as LiteLLM has it; with a bare name the
application does not start.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff docker-compose.yml
 services:
   orchestrator:
     image: orchestrator
     environment:
-      - EMBEDDING_MODEL=text-embedding-3-large
+      - EMBEDDING_MODEL=openai/text-embedding-3-large
```

Whose a model of another name is, no one can tell:

```env deploy/orchestrator.env reported
EMBEDDING_MODEL=all-MiniLM-L6-v2
```

```env deploy/orchestrator.env
EMBEDDING_MODEL=ollama/nomic-embed-text
EMBEDDING_DIMENSION=768
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Setting
from concertmaster.rewrite import replace_value
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-08b",),
    section="5.0#8",
    change=Change(works_from="4.5.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
)

MESSAGE = (
    "`EMBEDDING_MODEL` is `vendor/model` since 5.0, and the application does not start without the vendor"
)


@rule.setting("EMBEDDING_MODEL")
def model(setting: Setting, file: SettingsFile) -> Iterator[Hit]:
    value = setting.value or ""
    if not re.fullmatch(r"[\w.:-]+", value) or file.trust(setting, Safety.SUGGESTED) is None:
        return
    known = value.startswith("text-embedding-")
    edit = replace_value(file, setting, f"openai/{value}") if known else None
    yield Hit(Span(*setting.key_at), MESSAGE, (edit,) if edit else ())
