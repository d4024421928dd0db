"""A migration does something that cannot be followed.

What the rules on workflows, products and product blocks know of the database they read from the migrations, without
running them. Where one of them computes what it adds, or asks the database for it, these rules are silent.

Guide: <https://workfloworchestrator.org/orchestrator-core/workshops/beginner/register-workflows/>

```project reported
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_workflows.py @@
import json

from alembic import op
from orchestrator.core.migrations.helpers import create_workflow

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    for workflow in json.load(open("workflows.json")):
        create_workflow(op.get_bind(), workflow)


def downgrade() -> None:
    pass
```

Literals, constants and loops over them are followed, and other tables do not matter:

```project
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_workflows.py @@
import sqlalchemy as sa
from alembic import op
from orchestrator.core.migrations.helpers import create_task, delete_workflow

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None
PREFIX = "task"
TASKS = [{"name": f"{PREFIX}_{word}", "description": word.capitalize()} for word in ("count", "forget")]


def upgrade() -> None:
    conn = op.get_bind()
    op.create_table("customers", sa.Column("customer_id", sa.String(36), primary_key=True))
    for customer in conn.execute(sa.text("SELECT customer_id FROM old_customers")):
        conn.execute(sa.text("INSERT INTO customers (customer_id) VALUES (:id)"), {"id": customer.customer_id})
    for item in TASKS:
        create_task(conn, item)


def downgrade() -> None:
    for item in TASKS:
        delete_workflow(op.get_bind(), item["name"])
    op.drop_table("customers")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ADVICE

rule = Rule(__name__, rows=("R-02",), change=ADVICE, safety=Safety.MANUAL)


@rule.project
def unfollowed(model: ProjectModel) -> Iterator[ProjectHit]:
    """Told once: every further place would say the same."""
    lost = model.replay.unfollowed
    more = len(lost) - 1
    others = f" (nor can {more} more place{'' if more == 1 else 's'})" if more else ""
    for place in lost[:1]:
        tables = ", ".join(f"`{topic}`" for topic in sorted({topic for one in lost for topic in one.topics}))
        message = (
            f"What this migration does cannot be followed{others}, so what code says of {tables} is not compared with the "
            "database"
        )
        yield ProjectHit(place.place, message)
