"""Celery's queues are to be drained before the upgrade.

orchestrator-core 3.0 and 4.3 changed what the messages to Celery workers carry. Workers of the new release do not
understand messages that the old one has left in the queue, so let the queues run empty, stop the workers, and
deploy API and workers together.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.0/>

```env .env reported
DATABASE_URI=postgresql://nwa:nwa@localhost/orchestrator-core
CACHE_URI=redis://localhost:6379/0
EXECUTOR=celery
```

```env .env row=30-03,43-02
DATABASE_URI=postgresql://nwa:nwa@localhost/orchestrator-core
CACHE_URI=redis://localhost:6379/0
EXECUTOR=threadpool
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Setting
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("30-03", "43-02"),
    section="4.3",
    change=Change(works_from="4.3.0", deprecated="4.3.0", crossing=True),
    safety=Safety.MANUAL,
)

SINCE_3 = Change(works_from="3.0.0", deprecated="3.0.0", crossing=True)


@rule.setting("EXECUTOR")
def executor(setting: Setting, file: SettingsFile) -> Iterator[Hit]:
    if (setting.value or "").lower() != "celery" or file.trust(setting, Safety.MANUAL) is None:
        return
    changes = {"30-03": SINCE_3, "43-02": rule.change}
    rows = tuple(row for row, change in changes.items() if file.window.severity(change) is not None)
    if rows:
        change = changes[rows[0]]
        since = change.since.removesuffix(".0")
        message = f"Workers of {since} do not understand messages of before: drain Celery's queues, then upgrade API and workers together"
        yield Hit(Span(*setting.key_at), message, rows=rows, change=change)
