"""Projects with one mistake in them: texts by path, judged and mended by the rules on whole projects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from tools.generated import Unavailable, project

from concertmaster.config import Config
from concertmaster.findings import Finding
from concertmaster.project.files import MemoryTree
from concertmaster.rule import load_rules
from concertmaster.runner import Report, run
from concertmaster.versions import Mode
from concertmaster.workspace import open_workspace

RULES = tuple(rule.id for rule in load_rules() if rule.project_checks)
VERSIONS = "migrations/versions/schema"
MIGRATION = '''"""{title}.

Revision ID: {id}
Revises: {down}
Create Date: 2024-07-01 10:00:00

"""

import sqlalchemy as sa
from alembic import op
from orchestrator.core.migrations import helpers

revision = "{id}"
down_revision = "{down}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    conn = op.get_bind()
    {upgrade}


def downgrade() -> None:
    raise NotImplementedError
'''


@dataclass
class Files:
    """The texts of a project, and how to change them."""

    texts: dict[str, str]

    def replace(self, path: str, old: str, new: str, *, count: int = 1) -> None:
        assert old in self.texts[path], f"{path} has no {old!r}"
        self.texts[path] = self.texts[path].replace(old, new, count)

    def path(self, ending: str) -> str:
        if ending in self.texts:
            return ending
        [found] = [path for path in self.texts if path.endswith(ending)]
        return found

    def migrate(self, upgrade: str, *, down: str = "9d27b5e83f10", number: str = "aaaabbbbcccc") -> None:
        """Add a migration behind the last one, or beside it."""
        text = MIGRATION.format(title="More", id=number, down=down, upgrade=upgrade)
        self.texts[f"{VERSIONS}/2024-07-01_{number}_more.py"] = text


@cache
def generated(release: str, recipe: str = "rich") -> dict[str, str]:
    try:
        made = project(release, recipe=recipe)
    except Unavailable as error:
        pytest.skip(f"The generator of orchestrator-core {release} cannot be run here: {error}")
    return read(made)


def read(folder: Path) -> dict[str, str]:
    wanted = (
        path for path in sorted(folder.rglob("*")) if path.suffix in (".py", ".json", ".ini", ".toml", ".txt")
    )
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in wanted if path.is_file()
    }


def judge(
    texts: dict[str, str],
    installed: str,
    target: str | None = None,
    *,
    config: Config | None = None,
    select: tuple[str, ...] = RULES,
) -> Report:
    """All that the rules on whole projects say of these texts, and the texts that they would write."""
    tree = MemoryTree({path: text.encode() for path, text in texts.items()})
    workspace = open_workspace(
        tree,
        installed_release=installed,
        target=target or installed,
        mode=Mode.UPGRADE if target else Mode.REVIEW,
        select=select,
        config=config,
    )
    return run(workspace, tree, unsafe=True, jobs=1)


def mended(texts: dict[str, str], report: Report) -> dict[str, str]:
    return texts | {path: text.decode() for path, text in report.rewritten.items()}


def rules_of(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.rule for finding in findings}


Seed = Callable[[Files], None]
