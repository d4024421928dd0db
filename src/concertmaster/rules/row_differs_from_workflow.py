"""A workflow's row and its code disagree.

The target in the database must be the one that the decorator gives, or `task_validate_products` fails and the user
interface offers the workflow in the wrong place. Since 4.0 validations have the target VALIDATE, and a workflow is a task
by its column `is_task`; rows of before have to follow in a migration.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.0/>

```project reported
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

LazyWorkflowInstance("workflows.node", "modify_node")
@@ workflows/node.py @@
from orchestrator.core.workflows.utils import modify_workflow


@modify_workflow()
def modify_node(): ...
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create_workflow, delete_workflow
from orchestrator.core.targets import Target

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    create_workflow(op.get_bind(), {"name": "modify_node", "target": Target.CREATE, "description": "", "product_type": "N"})


def downgrade() -> None:
    delete_workflow(op.get_bind(), "modify_node")
```

Rows that a later migration has changed are compared as they are then:

```project row=40-05
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

LazyWorkflowInstance("workflows.node", "validate_node")
@@ workflows/node.py @@
from orchestrator.core.workflows.utils import validate_workflow


@validate_workflow()
def validate_node(): ...
@@ migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py @@
from alembic import op
from orchestrator.core.migrations.helpers import create_workflow, delete_workflow

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    create_workflow(op.get_bind(), {"name": "validate_node", "target": "SYSTEM", "description": "", "product_type": "N"})
    op.execute("UPDATE workflows SET target = 'VALIDATE', is_task = TRUE WHERE name LIKE 'validate_%'")


def downgrade() -> None:
    delete_workflow(op.get_bind(), "validate_node")
```
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from concertmaster.findings import Safety
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.registrations import Registration
from concertmaster.project.model.rows import WORKFLOWS, Row
from concertmaster.rewrite.migrations import IS_TASK, change_workflows
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS
from concertmaster.versions import Change

SINCE_4 = Change(works_from="4.0.0", deprecated="4.0.0")
VALIDATION = Change(works_from="4.0.0", removed="4.0.0")
rule = Rule(__name__, rows=("R-02", "40-05", "40-09"), change=ALWAYS, safety=Safety.SUGGESTED)
_TASKS = ("SYSTEM", "VALIDATE")


class Difference(Struct, frozen=True):
    """What a row has to become, and what it was."""

    registration: Registration
    new: dict[str, object]
    old: dict[str, object]

    @property
    def is_validation(self) -> bool:
        return self.new.get("target") == "VALIDATE" and self.old.get("target") == "SYSTEM"


@rule.project
def differing(model: ProjectModel) -> Iterator[ProjectHit]:
    found = list(_differences(model)) if model.knows(WORKFLOWS) else []
    if not found:
        return
    changes = {str(one.registration.name): (one.new, one.old) for one in found}
    wider = {name for new, _ in changes.values() for name in new}
    filled = {name: _filled(model, name, pair, wider) for name, pair in changes.items()}
    depends = IS_TASK if "is_task" in wider else None
    files = change_workflows(model, "Align workflows with their code", filled, depends=depends)
    for one in found:
        told = f"; the migration to write is `{next(iter(files))}`" if files else ""
        yield ProjectHit(
            one.registration.place,
            _message(one) + told,
            files=files,
            rows=("40-05",) if one.is_validation else ("R-02",) if "target" in one.new else ("40-09",),
            change=VALIDATION if one.is_validation else ALWAYS if "target" in one.new else SINCE_4,
        )


def _differences(model: ProjectModel) -> Iterator[Difference]:
    for registration in model.own:
        row = model.replay.database.workflows.get(str(registration.name))
        function = model.function_of(registration)
        if row is None or function is None or function.target is None:
            continue
        new: dict[str, object] = {}
        target, is_task = row.text("target"), row["is_task"]
        if target is not None and target != function.target:
            new["target"] = function.target
        wanted = function.target in _TASKS
        if model.judges("4.0.0") and isinstance(is_task, bool) and is_task is not wanted:
            new["is_task"] = wanted
        if new:
            yield Difference(registration, new, {name: _plain(row, name) for name in new})


def _filled(
    model: ProjectModel, name: str, pair: tuple[dict[str, object], dict[str, object]], columns: set[str]
) -> tuple[dict[str, object], dict[str, object]]:
    """Every row of the migration sets the same columns."""
    row = model.replay.database.workflows[name]
    kept: dict[str, object] = {
        column: _plain(row, column) for column in ("target", "is_task") if column in columns
    }
    return {**kept, **pair[0]}, {**kept, **pair[1]}


def _plain(row: Row, column: str) -> object:
    value = row[column]
    return str(value) if isinstance(value, str) else value if isinstance(value, bool) else False


def _message(one: Difference) -> str:
    name = str(one.registration.name)
    if "target" in one.new:
        return f"The workflow `{name}` has the target {one.new['target']} in code and {one.old['target']} in the database"
    state = (
        "a task, but its row says that it is none"
        if one.new["is_task"]
        else "no task, but its row says that it is one"
    )
    return f"The workflow `{name}` is {state}: set `is_task` in a migration"
