"""A federation version is set that the framework does not know.

`FEDERATION_VERSION` takes the place of `FEDERATION_ENABLED` since orchestrator-core 5.0 and names a version from
2.0 to 2.11; with anything else the application does not start. YAML reads `2.10` without quotes as the number
2.1.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff docker-compose.yml
 services:
   orchestrator:
     image: orchestrator
     environment:
-      FEDERATION_VERSION: 2.10
+      FEDERATION_VERSION: "2.10"
```

```env .env reported
CACHE_URI=redis://localhost:6379/0
DATABASE_URI=postgresql+psycopg://nwa:nwa@localhost/orchestrator-core
FEDERATION_VERSION=True
```

Known versions are left alone, as are those of another program:

```yaml docker-compose.yml
services:
  orchestrator:
    image: orchestrator
    environment:
      - FEDERATION_VERSION=2.10
  other:
    image: orchestrator
    environment:
      FEDERATION_VERSION: 2.9
  router:
    image: apollo/router
    environment:
      FEDERATION_VERSION: 3
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Kind, Setting
from concertmaster.rewrite import quote_value
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-07a",),
    section="5.0#7",
    change=Change(works_from="5.0.0", removed="5.0.0"),
)

KNOWN = frozenset(f"2.{minor}" for minor in range(12))


@rule.setting("FEDERATION_VERSION")
def version(setting: Setting, file: SettingsFile) -> Iterator[Hit]:
    value = setting.value
    if not value or re.search(r"[${]", value) or file.trust(setting, Safety.SAFE) is None:
        return
    is_number = setting.kind is Kind.YAML and not setting.quote and not setting.fallback
    if value not in KNOWN:
        message = f"`FEDERATION_VERSION` is one of 2.0 to 2.11: with `{value}` the application does not start"
        yield Hit(Span(*setting.key_at), message)
    elif is_number and value.endswith("0") and value != "2.0":
        message = f"YAML reads `{value}` as the number {float(value)}: put it in quotes"
        yield Hit(Span(*setting.key_at), message, (quote_value(setting),))
