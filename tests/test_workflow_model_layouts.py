"""Nothing is told of projects in which everything agrees, however they are laid out and written."""

from __future__ import annotations

import re

import pytest

from tests.layouts import LAYOUTS, MIGRATIONS, ODD_HEADS, migration
from tests.seeding import judge, mended, rules_of


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


@pytest.mark.parametrize(
    "name",
    [
        "as documented",
        "a package below src",
        "a package below src without __init__",
        "a package in a folder of a larger repository",
    ],
)
@pytest.mark.parametrize(
    ("ending", "line", "rule"),
    [
        ("workflows/__init__.py", "modify_node", "unregistered-workflow"),
        ("main.py", "import workflows", "missing-side-effect-import"),
        ("main.py", "import products", "missing-side-effect-import"),
        ("en-GB.json", '"modify_node": "M", ', "missing-translation"),
    ],
)
def test_a_line_that_is_missing_comes_back(name: str, ending: str, line: str, rule: str) -> None:
    whole = LAYOUTS[name]
    [path] = [one for one in whole if one.endswith(ending) and "billing" not in one]
    gone = [
        one
        for one in whole[path].splitlines(keepends=True)
        if re.search(line.replace("import ", r"import [\w.]*"), one)
    ]
    assert len(gone) == 1
    text = whole[path].replace(gone[0], "") if ending.endswith(".py") else whole[path].replace(line, "")
    report = judge(whole | {path: text}, "5.5.0")
    assert rules_of(report.findings) == {rule}
    assert mended(whole, report)[path] == whole[path].replace('"M"', '"Modify node"')


def test_a_command_line_beside_an_application_has_to_import_too() -> None:
    command = "from orchestrator.core.cli.main import app as core_cli\n\nif __name__ == '__main__':\n    core_cli()\n"
    texts = LAYOUTS["as documented"] | {"cli.py": command}
    report = judge(texts, "5.5.0")
    assert [(item.rule, item.path) for item in report.findings] == [
        ("missing-side-effect-import", "cli.py")
    ] * 2
    assert judge(mended(texts, report), "5.5.0").findings == ()
