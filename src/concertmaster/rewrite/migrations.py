"""Writes migrations of rows in the table `workflows`: on the head, in the layout and name pattern of the project."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from posixpath import basename, dirname

from msgspec import Struct

from concertmaster.project.model.project import ProjectModel
from concertmaster.project.model.revisions import Revision

IS_TASK = "161918133bec"  # the framework's revision that adds the column
_SLUG = 40
_STAMP = re.compile(r"\d{4}-\d\d-\d\d")
_HEAD = '''"""{title}.

Revision ID: {id}
Revises: {down}
Create Date: {date}

"""

{imports}

# revision identifiers, used by Alembic.
revision = "{id}"
down_revision = "{down}"
branch_labels = None
depends_on = {depends}

{body}'''
_ADDED = """def upgrade() -> None:
    conn = op.get_bind()
{made}

def downgrade() -> None:
    conn = op.get_bind()
    for workflow in {all}:
        delete_workflow(conn, workflow["name"])
"""
_CHANGED = """def upgrade() -> None:
    conn = op.get_bind()
    for workflow in new_values:
        conn.execute(sa.text("UPDATE workflows SET {assignments} WHERE name = :{key}"), workflow)


def downgrade() -> None:
    conn = op.get_bind()
    for workflow in old_values:
        conn.execute(sa.text("UPDATE workflows SET {assignments} WHERE name = :{key}"), workflow)
"""


class NewWorkflow(Struct, frozen=True):
    """A row to add; a task has no product type."""

    name: str
    target: str
    description: str
    product_type: str | None


def add_workflows(model: ProjectModel, workflows: Sequence[NewWorkflow]) -> dict[str, bytes]:
    """A migration that adds rows; none where it is not certain what it should follow."""
    tasks = [one for one in workflows if one.product_type is None]
    others = [one for one in workflows if one.product_type is not None]
    helpers = [
        *(["create_task"] if tasks else []),
        *(["create_workflow"] if others else []),
        "delete_workflow",
    ]
    core = core_package(model)
    imports = f"from alembic import op\nfrom {core}.migrations.helpers import {', '.join(helpers)}"
    if others:
        imports += f"\nfrom {core}.targets import Target"
    lists = [
        *([_list("new_workflows", [_workflow(model, one) for one in others])] if others else []),
        *([_list("new_tasks", [_task(one) for one in tasks])] if tasks else []),
    ]
    made = [
        *(
            ["    for workflow in new_workflows:\n        create_workflow(conn, workflow)\n"]
            if others
            else []
        ),
        *(["    for task in new_tasks:\n        create_task(conn, task)\n"] if tasks else []),
    ]
    names = [*(["new_workflows"] if others else []), *(["new_tasks"] if tasks else [])]
    every = names[0] if len(names) == 1 else f"[{', '.join(f'*{name}' for name in names)}]"
    body = "\n".join(lists) + "\n\n" + _ADDED.format(made="".join(made), all=every)
    title = f"Add {_listed('workflow', [one.name for one in workflows])}"
    return migration_file(model, title, imports, body)


def change_workflows(
    model: ProjectModel,
    title: str,
    changes: Mapping[str, tuple[Mapping[str, object], Mapping[str, object]]],
    *,
    depends: str | None = None,
) -> dict[str, bytes]:
    """A migration that sets columns of rows: by name, the new values and the old ones."""
    columns = [
        name
        for name in ("target", "is_task", "description")
        if any(name in new for new, _ in changes.values())
    ]
    new = [_entry({"name": name, **values}) for name, (values, _) in changes.items()]
    old = [_entry({"name": name, **values}) for name, (_, values) in changes.items()]
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    functions = _CHANGED.format(assignments=assignments, key="name")
    body = f"{_list('new_values', new)}\n{_list('old_values', old)}\n\n{functions}"
    return migration_file(
        model, title, "import sqlalchemy as sa\nfrom alembic import op", body, depends=depends
    )


def rename_workflow(model: ProjectModel, old: str, new: str) -> dict[str, bytes]:
    """A migration that gives a workflow's row another name; its processes stay with it."""
    body = (
        f"{_list('new_values', [_entry({'old': old, 'new': new})])}\n"
        f"{_list('old_values', [_entry({'old': new, 'new': old})])}\n\n"
        f"{_CHANGED.format(assignments='name = :new', key='old')}"
    )
    return migration_file(
        model, f"Rename workflow {old} to {new}", "import sqlalchemy as sa\nfrom alembic import op", body
    )


def data_head(model: ProjectModel) -> Revision | None:
    """The one head that a migration of data can follow; None where there are several, or none."""
    heads = model.data_heads
    return heads[0] if len(heads) == 1 else None


def core_package(model: ProjectModel) -> str:
    """The framework's package under the release that is judged."""
    return "orchestrator.core" if model.judges("5.0.0") else "orchestrator"


def _workflow(model: ProjectModel, one: NewWorkflow) -> str:
    lines = [f'        "name": {quoted(one.name)},', f'        "target": Target.{one.target},']
    if model.judges("4.0.0"):
        lines.append(f'        "is_task": {one.target == "VALIDATE"},')
    lines += [
        f'        "description": {quoted(one.description)},',
        f'        "product_type": {quoted(one.product_type or "")},',
    ]
    return "    {\n" + "\n".join(lines) + "\n    },\n"


def _task(one: NewWorkflow) -> str:
    return _entry({"name": one.name, "description": one.description})


def _entry(values: Mapping[str, object]) -> str:
    shown = (
        f"{quoted(key)}: {quoted(value) if isinstance(value, str) else repr(value)}"
        for key, value in values.items()
    )
    return f"    {{{', '.join(shown)}}},\n"


def _list(name: str, entries: Sequence[str]) -> str:
    return f"{name} = [\n{''.join(entries)}]\n"


def quoted(text: str) -> str:
    """A literal in double quotes wherever that needs no escapes."""
    shown = repr(str(text))
    return f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in shown else shown


def _listed(noun: str, names: Sequence[str]) -> str:
    if len(names) > 3:
        return f"{len(names)} {noun}s"
    *first, last = names
    return f"{noun}s {', '.join(first)} and {last}" if first else f"{noun} {last}"


def migration_file(
    model: ProjectModel, title: str, imports: str, body: str, *, depends: str | None = None
) -> dict[str, bytes]:
    """A migration behind the head of the project, by its path; none where there is not one head."""
    head = data_head(model)
    if head is None:
        return {}
    number = hashlib.sha256("\0".join((head.id, title, body)).encode()).hexdigest()[:12]
    text = _HEAD.format(
        title=title,
        id=number,
        down=head.id,
        date=head.created or "unknown",
        imports=imports,
        depends=f'"{depends}"' if depends else None,
        body=body,
    )
    newline = "\r\n" if b"\r\n" in head.file.source else "\n"
    return {f"{dirname(head.path)}/{_name(head, number, title)}": text.replace("\n", newline).encode()}


def _name(head: Revision, number: str, title: str) -> str:
    """The file's name by the pattern of the head's: what stands before its revision, then the words of the title."""
    words = re.sub(r"\W+", "_", title.lower()).strip("_")[:_SLUG].rstrip("_")
    before, found, _ = basename(head.path).partition(head.id)
    if not found:
        before = f"{head.date}_" if _STAMP.search(basename(head.path)) else ""
    return f"{before}{number}_{words}.py"
