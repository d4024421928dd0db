"""A scheduled task is forced by a part of its name.

`scheduler force` takes the exact identifier of a job since orchestrator-core 4.4, where it took any part of a name
before. `scheduler show-schedule` lists them.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/cli/>

```sh bin/nightly.sh reported
#!/bin/sh
python main.py scheduler force validate
```

```sh bin/nightly.sh
#!/bin/sh
# python main.py scheduler force validate
python main.py scheduler run
python nightly.py scheduler force validate
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.settings.commands import command, find
from concertmaster.project.settings.file import SettingsFile
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("44-03",),
    section="4.4",
    change=Change(works_from="4.4.0", deprecated="4.4.0", crossing=True),
    safety=Safety.MANUAL,
)

MESSAGE = (
    "`scheduler force` takes the exact identifier of a job since 4.4: look it up by `scheduler show-schedule`"
)
_COMMAND = command("scheduler", "force")


@rule.configuration(b"scheduler")
def commands(file: SettingsFile) -> Iterator[Hit]:
    for match in find(file, _COMMAND):
        yield Hit(Span(*file.manifest.bytes_at(*match.span())), MESSAGE)
