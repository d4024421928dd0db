"""A migration's docstring names another revision than its code.

Alembic goes by `revision` and `down_revision`; people, and `alembic history`, read the docstring. Where they differ one of
the two was changed by hand, for example while a conflict was solved.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/cli/>

```project diff
@@ migrations/versions/2024-03-01_93ac3e3b65f5_create_data_head.py @@
 '''Create data head.

 Revision ID: 93ac3e3b65f5
 Revises:
 '''

 revision = "93ac3e3b65f5"
 down_revision = None
 branch_labels = ("data",)
 depends_on = None


 def upgrade() -> None: ...


 def downgrade() -> None: ...
@@ migrations/versions/2024-03-02_7f1573622c8f_add_node.py @@
 '''Add node.

 Revision ID: 7f1573622c8f
-Revises: 36c82045139f
+Revises: 93ac3e3b65f5
 '''

 revision = "7f1573622c8f"
 down_revision = "93ac3e3b65f5"
 branch_labels = None
 depends_on = None


 def upgrade() -> None: ...


 def downgrade() -> None: ...
```

A docstring that says nothing of revisions is left alone, and so is one of a merge that names them all:

```project
@@ migrations/versions/a_one.py @@
'''One.'''

revision = "aaaaaaaaaaaa"
down_revision = None
@@ migrations/versions/b_two.py @@
revision = "bbbbbbbbbbbb"
down_revision = None
@@ migrations/versions/c_merge.py @@
'''Merge.

Revision ID: cccccccccccc
Revises: bbbbbbbbbbbb, aaaaaaaaaaaa
'''

revision = "cccccccccccc"
down_revision = ("aaaaaaaaaaaa", "bbbbbbbbbbbb")
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.model import ProjectModel
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ADVICE

rule = Rule(__name__, rows=("R-02",), change=ADVICE, safety=Safety.SUGGESTED)
#: What is said beside identifiers, and what these look like.
_ASIDE = re.compile(r"\([^)]*\)|<[^>]*>")
_IDENTIFIER = re.compile(r"[0-9a-z]{4,40}")


@rule.project
def contradicting(model: ProjectModel) -> Iterator[ProjectHit]:
    for revision in model.revisions:
        if not revision.is_followed:
            continue
        for key, name, right in (
            ("Revision ID", "revision", (revision.id,)),
            ("Revises", "down_revision", revision.down),
        ):
            told = revision.documented.get(key)
            said = set(re.findall(r"[\w@.-]+", _ASIDE.sub("", told.value))) - {"None"} if told else set()
            if told is None or said == set(right) or not all(map(_IDENTIFIER.fullmatch, said)):
                continue
            text = ", ".join(right)
            message = f"The docstring says `{key}: {told.value}`, the code says `{name} = {text or None}`"
            place = told.place
            edit = Edit(
                place.start,
                place.end,
                f"{'' if _has_space(model, place.path, place.start) else ' '}{text}".encode(),
            )
            yield ProjectHit(place, message, {place.path: (edit,)})


def _has_space(model: ProjectModel, path: str, start: int) -> bool:
    return (model.sources.source(path) or b"")[start - 1 : start] in (b" ", b"\t")
