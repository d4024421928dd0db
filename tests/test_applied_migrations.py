"""Applied migrations change only in their imports, in helpers that are gone, and where drivers ask for it (G-12)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from tools.shown import examples

from concertmaster.documentation import Example
from concertmaster.judging import FileResult
from concertmaster.project.applied import ALLOWED, is_applied
from concertmaster.project.python import Surroundings
from concertmaster.rule import load_rules
from concertmaster.subjects import analyse
from concertmaster.versions import Window

PATH = "migrations/versions/schema/2024-03-01_93ac3e3b65f5_add_node.py"
MIGRATION = '''\
"""Add node."""
import sqlalchemy as sa
from alembic import op
from orchestrator.db import WorkflowTable, transactional
from orchestrator.migrations.helpers import create_workflow
from orchestrator.targets import Target
from psycopg2.errors import UniqueViolation

revision = "93ac3e3b65f5"
down_revision = "7f1573622c8f"
NODE = {"name": "validate_node", "target": Target.SYSTEM, "description": "Check orchestrator.workflow"}


def upgrade() -> None:
    conn = op.get_bind()
    create_workflow(conn, NODE)
    conn.execute("UPDATE processes SET workflow = 'x'")
    conn.execute(sa.text("DELETE FROM products WHERE name IN :names"), {"names": ("a", "b")})
    row = WorkflowTable(name="clean", target=Target.SYSTEM)
'''


def fixed(source: str, path: str = PATH) -> FileResult:
    return analyse(path, source.encode(), Surroundings(Window("1.3.6", "5.5.0")), load_rules(), unsafe=True)


def texts() -> Iterator[tuple[str, Example]]:
    for rule in load_rules():
        for example in examples(rule):
            if example.path.endswith(".py") and example.changes:
                yield rule.id, example


@pytest.mark.parametrize(
    "path",
    [
        "migrations/env.py",
        "network/versions/a.py",
        "migrations/versions/README.md",
        "workflows/migrations.py",
    ],
)
def test_other_files_are_none(path: str) -> None:
    assert not is_applied(path)


@pytest.mark.parametrize("path", [PATH, "network/migrations/versions/a.py"])
def test_migrations(path: str) -> None:
    assert is_applied(path)


def test_every_rule_that_may_change_them_exists() -> None:
    assert ALLOWED - {"unused-suppression"} <= {rule.id for rule in load_rules()}


def test_a_migration_keeps_what_it_says() -> None:
    result = fixed(MIGRATION)
    assert result.rewritten is not None
    new = result.rewritten.decode()
    assert "from orchestrator.core.migrations.helpers import create_workflow" in new
    assert "from psycopg.errors import UniqueViolation" in new
    for line in (
        'revision = "93ac3e3b65f5"',
        next(line for line in MIGRATION.splitlines() if line.startswith("NODE")),
    ):
        assert line in new
    assert 'WorkflowTable(name="clean", target=Target.SYSTEM)' in new
    told = [item for item in result.findings if item.rule == "workflow-row-without-is-task"]
    assert [(item.edits, "an applied migration" in item.message) for item in told] == [((), True)]
    elsewhere = fixed(MIGRATION, "tests/test_node.py").rewritten
    assert elsewhere is not None
    assert b"is_task" in elsewhere, "what stays in a migration is changed elsewhere"


@pytest.mark.parametrize(
    ("rule", "example"), [pytest.param(*one, id=f"{one[0]}-{n}") for n, one in enumerate(texts())]
)
def test_of_all_examples_only_those_change(rule: str, example: Example) -> None:
    result = fixed(example.before)
    rewriting = {finding.rule for finding in result.findings if finding.edits}
    assert rewriting <= ALLOWED
    assert result.rewritten is None or rewriting
    if result.rewritten is not None:
        assert names(result.rewritten) == names(example.before.encode())


def names(source: bytes) -> list[str]:
    """What the module defines."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
