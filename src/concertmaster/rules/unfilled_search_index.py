"""A deployment migrates the database, but nothing fills the search index.

Searching reads an index of its own since orchestrator-core 5.0. Migrations create it empty, and what is in the
database already is not found until `index subscriptions`, `products`, `processes` and `workflows` have run once;
5.5 has `index all` for it, and `db upgrade --index`.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```sh bin/entrypoint.sh reported
#!/bin/sh
python main.py db upgrade heads
exec "$@"
```

Where the index is filled, or only tests run, nothing is missing:

```sh bin/deploy.sh
python main.py db upgrade heads
python main.py index all
```

```yaml .github/workflows/test.yml
jobs:
  test:
    steps:
      - run: |
          python main.py db upgrade heads
          pytest
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.settings.commands import GAP, MAIN, command, find
from concertmaster.project.settings.file import SettingsFile
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change, release

rule = Rule(
    __name__,
    rows=("50-08f",),
    section="5.0#8",
    change=Change(works_from="5.0.0", deprecated="5.0.0", crossing=True),
    safety=Safety.MANUAL,
)

_UPGRADE = command("db", "upgrade")
_INDEX = re.compile(rf"{MAIN}index\b|--index\b|--force-index\b|{MAIN}(?:[\w-]+{GAP})*--help")
_TESTS = re.compile(r"\b(?:pytest|tox|nox)\b")


@rule.configuration(b"main.py")
def deployment(file: SettingsFile) -> Iterator[Hit]:
    text = file.manifest.text
    if _INDEX.search(text) or _TESTS.search(text):
        return
    for match in find(file, _UPGRADE):
        every = "index all" if release(file.window.target) >= release("5.5.0") else "index subscriptions`, `…"
        message = (
            f"The search index of 5.0 is empty after the migration: run `python main.py {every}` once, "
            "for what is in the database is not found before"
        )
        yield Hit(Span(*file.manifest.bytes_at(*match.span())), message)
        return
