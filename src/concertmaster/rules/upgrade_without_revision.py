"""The database is upgraded without saying to which revision.

`db upgrade` asks for a revision since orchestrator-core 2.3 and stops with an error where none is given. All
branches are brought up to date by `heads`.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/cli/>

```diff bin/entrypoint.sh
 #!/bin/sh
 set -e
-python main.py db upgrade
+python main.py db upgrade heads
 exec "$@"
```

```diff docker-compose.yml
 services:
   migrate:
     build: .
-    command: sh -c "PYTHONPATH=. python main.py db upgrade && touch /tmp/done"
+    command: sh -c "PYTHONPATH=. python main.py db upgrade heads && touch /tmp/done"
   init:
     build: .
-    command: ["python", "main.py", "db", "upgrade"]
+    command: ["python", "main.py", "db", "upgrade", "heads"]
```

With a revision it is right, and other programs have commands of that name:

```sh bin/entrypoint.sh
# python main.py db upgrade
python main.py db upgrade heads
python main.py db upgrade "$REVISION"
flask db upgrade
superset db upgrade
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.settings.commands import command, find
from concertmaster.project.settings.file import SettingsFile
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("210-04",),
    section="2.3",
    change=Change(works_from="1.0.0", removed="2.3.0"),
    safety=Safety.SUGGESTED,
)

MESSAGE = "`db upgrade` asks for a revision since 2.3: `db upgrade heads`"
_COMMAND = command("db", "upgrade")
_END = re.compile(r"[ \t]*(?:\r?\n|\Z|[&|;)]|[\"'][ \t]*(?:\r?\n|\Z|#|\]))")


@rule.configuration(b"main.py")
def commands(file: SettingsFile) -> Iterator[Hit]:
    text = file.manifest.text
    for match in find(file, _COMMAND):
        if _END.match(text, match.end()):
            quote = text[match.end() : match.end() + 1]
            is_list = quote in ("'", '"') and re.search(rf"{quote}[ \t]*,", match[0]) is not None
            place = file.manifest.bytes_at(match.end() + is_list, match.end() + is_list)
            new = f", {quote}heads{quote}" if is_list else " heads"
            span = Span(*file.manifest.bytes_at(*match.span()))
            yield Hit(span, MESSAGE, (Edit(*place, new.encode()),))
