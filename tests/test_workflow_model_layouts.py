"""Nothing is told of projects in which everything agrees, however they are laid out and written."""

from __future__ import annotations

import pytest

from tests.layouts import LAYOUTS, MIGRATIONS, ODD_HEADS, migration
from tests.seeding import judge, rules_of


@pytest.mark.parametrize("name", [*LAYOUTS, *ODD_HEADS])
def test_nothing_is_told_of_what_agrees(name: str) -> None:
    found = judge((LAYOUTS | ODD_HEADS)[name], "5.5.0").findings
    assert [(item.rule, item.path, item.message) for item in found] == []


@pytest.mark.parametrize("name", MIGRATIONS)
def test_a_migration_is_followed_or_makes_silent(name: str) -> None:
    found = judge(migration(MIGRATIONS[name]), "5.5.0").findings
    told = [(item.rule, item.path, item.message) for item in found if item.rule != "unfollowed-migration"]
    assert told == []
    assert rules_of(found) <= {"unfollowed-migration"}
