"""The migrations of data have several heads.

`db upgrade heads` runs them in an order that nobody has chosen, and the next revision cannot be made without naming one of
them. Usually two pull requests have added a migration at the same time: make the later one follow the other.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/cli/>

```project reported
@@ migrations/versions/2024-03-01_93ac3e3b65f5_create_data_head.py @@
revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
@@ migrations/versions/2024-03-02_7f1573622c8f_add_node.py @@
revision = "7f1573622c8f"
down_revision = "93ac3e3b65f5"
@@ migrations/versions/2024-03-02_97ef7f80fb39_add_port.py @@
revision = "97ef7f80fb39"
down_revision = "93ac3e3b65f5"
```

Heads that a merge brings together, and branches beside the one for data, are left alone:

```project
@@ migrations/versions/2024-03-01_93ac3e3b65f5_create_data_head.py @@
revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
@@ migrations/versions/2024-03-01_0000000000aa_other.py @@
revision = "0000000000aa"
down_revision = None
branch_labels = ("reports",)
@@ migrations/versions/2024-03-02_7f1573622c8f_add_node.py @@
revision = "7f1573622c8f"
down_revision = "93ac3e3b65f5"
@@ migrations/versions/2024-03-02_97ef7f80fb39_add_port.py @@
revision = "97ef7f80fb39"
down_revision = "93ac3e3b65f5"
@@ migrations/versions/2024-03-03_36c82045139f_merge.py @@
revision = "36c82045139f"
down_revision = ("7f1573622c8f", "97ef7f80fb39")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS

rule = Rule(__name__, rows=("R-02",), change=ALWAYS, safety=Safety.MANUAL)


@rule.project
def several(model: ProjectModel) -> Iterator[ProjectHit]:
    heads = sorted(model.data_heads, key=lambda head: (head.created, head.path))
    labelled = any("data" in revision.labels for revision in model.revisions)
    if len(heads) < 2 or not labelled or not model.is_readable:
        return
    first, last = heads[0], heads[-1]
    message = (
        f"Beside `{last.id}` there is another head of the branch `data`, `{first.id}` in `{first.path}`: let one of the two "
        "follow the other"
    )
    yield ProjectHit(last.places.get("down_revision", last.file.place(last.file.tree.body[0])), message)
