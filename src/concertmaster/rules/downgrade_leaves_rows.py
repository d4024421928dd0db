"""A downgrade does not undo its upgrade.

After a downgrade the database should be as it was before: a workflow or product that stays, or one that was there before
and goes, makes the next upgrade do nothing, or the older code fail.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/cli/>

```project reported
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_tasks.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create_task, delete_workflow

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    for name in ("task_count", "task_forget"):
        create_task(op.get_bind(), {"name": name, "description": name})


def downgrade() -> None:
    delete_workflow(op.get_bind(), "task_count")
```

One that refuses, and changes of what only the code means, are left alone:

```project
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_task.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create_task

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    create_task(op.get_bind(), {"name": "task_count", "description": "Count"})


def downgrade() -> None:
    raise NotImplementedError("There is no way back")
@@ migrations/versions/2024-03-02_7f1573622c8f_describe.py @@
from alembic import op

revision = "7f1573622c8f"
down_revision = "93ac3e3b65f5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE workflows SET description = 'Count nodes' WHERE name = 'task_count'")


def downgrade() -> None:
    pass
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.values import Function
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ADVICE

rule = Rule(__name__, rows=("R-02",), change=ADVICE, safety=Safety.MANUAL)
MAX_NAMED = 4


@rule.project
def leaving(model: ProjectModel) -> Iterator[ProjectHit]:
    for undo in model.replay.undone if model.is_readable else ():
        function = undo.revision.scope.names.get("downgrade")
        if isinstance(function, Function):
            names = ", ".join(f"`{name}`" for name in undo.left[:MAX_NAMED])
            more = f" and {len(undo.left) - MAX_NAMED} more" if len(undo.left) > MAX_NAMED else ""
            message = f"After this downgrade {names}{more} are not what they were before the upgrade"
            yield ProjectHit(undo.revision.file.place(function.node), message)
