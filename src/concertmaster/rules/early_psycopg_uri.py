"""A database URI names psycopg 3 where the framework went back to psycopg2.

orchestrator-core 2.5 and 3.1 used psycopg 3 for a short time; 2.6, 3.1.2 and everything up to 4.8 come with psycopg2
again. A URI that begins with `postgresql+psycopg://` asks for a driver that is not installed. 5.0 wants it again.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff docker-compose.yml
 services:
   orchestrator:
     image: orchestrator
     environment:
-      DATABASE_URI: postgresql+psycopg://nwa:nwa@postgres/orchestrator-core
+      DATABASE_URI: postgresql://nwa:nwa@postgres/orchestrator-core
```

```yaml docker-compose.yml
services:
  orchestrator:
    image: orchestrator
    environment:
      DATABASE_URI: postgresql://nwa:nwa@postgres/orchestrator-core
  inventory:
    image: inventory
    environment:
      DATABASE_URI: postgresql+psycopg://localhost/inventory
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Setting
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("25-02",),
    section="5.0#11",
    change=Change(works_from="2.6.0", removed="2.6.0", crossing=True, until="4.8.2"),
    safety=Safety.SUGGESTED,
)

AGAIN = Change(works_from="3.1.2", removed="3.1.2", crossing=True, until="4.8.2")
_CHANGES = {"2.5.0": rule.change, "2.5.1": rule.change, "3.1.0": AGAIN, "3.1.1": AGAIN}
OLD, NEW = "postgresql+psycopg", "postgresql"
MESSAGE = (
    f"The framework went back to psycopg2 until 5.0: begin the URI with `{NEW}://` instead of `{OLD}://`"
)


@rule.setting("DATABASE_URI", "DATABASE_URI_TEST")
def configured(setting: Setting, file: SettingsFile) -> Iterator[Hit]:
    change = _CHANGES.get(file.window.installed)
    if change is None or not (setting.value or "").startswith(f"{OLD}://"):
        return
    if file.trust(setting, Safety.SUGGESTED) is not None:
        start = setting.value_at[0]
        edit = Edit(start, start + len(OLD), NEW.encode()).trimmed(file.source)
        known = start != setting.key_at[1]
        yield Hit(Span(*setting.key_at), MESSAGE, (edit,) if known else (), change=change)
