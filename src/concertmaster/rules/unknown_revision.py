"""A migration follows or depends on a revision that is not there.

Alembic loads all revisions before it runs any, and refuses to start with a KeyError where one of them names another that
neither the project nor the framework has.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/cli/>

```project reported
@@ migrations/versions/2024-03-01_93ac3e3b65f5_create_data_head.py @@
revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = "cdf8758831d4"
```

Revisions of the framework are there:

```project
@@ migrations/versions/2024-03-01_93ac3e3b65f5_create_data_head.py @@
revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = "161918133bec"
@@ migrations/versions/2024-03-02_7f1573622c8f_add_node.py @@
revision = "7f1573622c8f"
down_revision = "data@93ac3e3b65f5"
depends_on = ("93ac", "bac6be6f2b4f")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.core_revisions import CORE_REVISIONS
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS
from concertmaster.versions import NEWEST_KNOWN, release

rule = Rule(__name__, rows=("R-02",), change=ALWAYS, safety=Safety.MANUAL)


@rule.project
def unknown(model: ProjectModel) -> Iterator[ProjectHit]:
    if not model.is_readable or model.has_other_migrations:
        return
    labels = {label for revision in model.revisions for label in revision.labels} | {"schema", "data"}
    known = {revision.id for revision in model.revisions} | CORE_REVISIONS
    if release(model.window.judged) > release(NEWEST_KNOWN):
        return
    for revision in model.revisions:
        for key, names in (("down_revision", revision.down), ("depends_on", revision.depends)):
            for name in names:
                if not _is_known(name.rpartition("@")[2], known, labels):
                    place = revision.places[key]
                    word = "follows" if key == "down_revision" else "depends on"
                    message = (
                        f"This migration {word} `{name}`, which neither the project nor orchestrator-core has"
                    )
                    yield ProjectHit(place, message)


def _is_known(name: str, known: set[str], labels: set[str]) -> bool:
    """Alembic takes labels, symbols relative to a revision, and the beginning of an identifier too."""
    if name in labels or name in ("head", "heads", "base") or "+" in name or "-" in name:
        return True
    return name in known or (len(name) >= 4 and any(one.startswith(name) for one in known))
