"""The scheduler is run without what it needs.

The scheduler gets its jobs through Redis since orchestrator-core 4.7, so it needs `CACHE_URI` as the API does. And
5.0.0 alone throws away the jobs that an earlier release has stored: they name functions by their old modules, which
only 5.0.1 mends.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.7/>

```yaml docker-compose.yml reported
services:
  scheduler:
    build: .
    command: python main.py scheduler run
    environment:
      DATABASE_URI: postgresql+psycopg://nwa:nwa@postgres/orchestrator-core
```

```yaml docker-compose.yml row=47-01d
services:
  scheduler:
    build: .
    command: python main.py scheduler run
    environment:
      DATABASE_URI: postgresql+psycopg://nwa:nwa@postgres/orchestrator-core
      CACHE_URI: redis://redis:6379/0
  other:
    build: .
    command: ["python", "main.py", "scheduler", "run"]
    env_file: .env
    environment:
      DATABASE_URI: postgresql+psycopg://nwa:nwa@postgres/orchestrator-core
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.settings.commands import command, find
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Setting
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("47-01d", "50-01h"),
    section="4.7",
    change=Change(works_from="1.0.0", removed="4.7.0"),
    safety=Safety.MANUAL,
)

LOST = Change(works_from="5.0.1", removed="5.0.0", until="5.0.0")
NEEDS_CACHE = "The scheduler gets its jobs through Redis since 4.7: set `CACHE_URI` for it as for the API"
LOSES_JOBS = "5.0.0 throws away the jobs that an earlier release has stored: go to 5.0.1 or later"
_COMMAND = command("scheduler", "run")


@rule.setting("DATABASE_URI")
def without_cache(setting: Setting, file: SettingsFile) -> Iterator[Hit]:
    """A program that is all there: its command, and every setting that it gets."""
    text = file.program(setting) if setting.service is not None else ""
    is_scheduler = _COMMAND.search(text) is not None
    if is_scheduler and not re.search(r"CACHE_URI|env_file|envFrom|<<:", text):
        yield Hit(Span(*setting.key_at), NEEDS_CACHE, rows=("47-01d",))


@rule.configuration(b"scheduler")
def stored_jobs(file: SettingsFile) -> Iterator[Hit]:
    for match in find(file, _COMMAND):
        span = Span(*file.manifest.bytes_at(*match.span()))
        yield Hit(span, LOSES_JOBS, rows=("50-01h",), change=LOST)
