"""A library is still pinned that orchestrator-core itself no longer uses.

The pin has the very version that the framework once demanded, so it was most likely made to go along with
it. Nothing of the framework needs it any more: drop it, unless the project's own code imports the library.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/tasks/>

```diff requirements.txt
 orchestrator-core==5.5.0
-schedule==1.1.0  # for the scheduler
 structlog
```

```diff pyproject.toml
 [project]
 dependencies = [
     "orchestrator-core~=4.8",
-    "broadcaster[redis]==0.2.0",
-    "schedule == 1.1.0",
 ]
```

A version of the project's own choice is its own:

```text requirements.txt row=21-12,44-04
orchestrator-core==5.5.0
schedule>=1.2
broadcaster
```

```text worker/requirements.txt
schedule==1.1.0
```
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import SpecifierSet

from concertmaster.findings import Safety
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.project.manifests.model import Requirement
from concertmaster.rewrite import drop_requirement
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("44-04", "21-12"),
    change=Change(works_from="2.1.2", deprecated="2.1.2"),
    safety=Safety.SUGGESTED,
)

#: The framework's last pin, the release that dropped it, what it uses instead, and the catalogue's row.
DROPPED = {
    "schedule": ("==1.1.0", "4.4.0", "APScheduler", "44-04"),
    "broadcaster": ("==0.2.0", "2.1.2", "a part of its own", "21-12"),
}


@rule.dependency(*DROPPED)
def pins(requirement: Requirement, file: ManifestFile) -> Iterator[Hit]:
    pin, since, instead, row = DROPPED[requirement.name]
    if requirement.locked or requirement.versions != SpecifierSet(pin) or file.framework(requirement) is None:
        return
    edit = drop_requirement(file, requirement)
    message = (
        f"orchestrator-core uses {instead} instead of {requirement.name} since {since}: "
        "drop it unless your own code imports it"
    )
    change = Change(works_from=since, deprecated=since)
    yield Hit(Span(*requirement.span), message, (edit,) if edit else (), rows=(row,), change=change)
