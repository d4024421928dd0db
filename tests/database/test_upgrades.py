"""Projects upgraded across major releases, with their databases: rows are what the new code says, labels stay."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from concertmaster.cli import run
from tests.database.bench import Bench, Rows, Site
from tests.database.mistakes import CURED
from tests.database.test_migrations import NEWEST, SLOW, disagreements
from tests.seeding import Files

pytestmark = pytest.mark.generated
# The application itself waits for a person at some places; workflows and products do not.
PARTS = ("products", "workflows")


LABELS = {
    "create_site": "Raise a site",
    "modify_site": "Change what's known of a site: 100 % of it",
    "terminate_site": 'Take a "site" down',
    "validate_site": "Vérifie un site",
}


def of_the_project(rows: Rows, *benches: Bench) -> dict[str, dict[str, Any]]:
    own = frozenset[str]().union(*(one.own for one in benches))
    return {row["name"]: row for row in rows["workflows"] if row["name"] not in own}


def labels(rows: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: row["description"] for name, row in rows.items()}


def by_a_person(site: Site) -> None:
    """What the upgrade tells, and leaves: a constant that workflows import by way of the settings is gone."""
    settings = site.folder / "settings.py"
    if settings.exists():
        text = settings.read_text("utf-8")
        settings.write_text(
            text.replace("import MASK, expose_settings", "import expose_settings\n\nMASK = '*'")
        )


def upgraded(before: Bench, after: Bench, texts: dict[str, str], wanted: dict[str, str]) -> None:
    """Upgrade a project and its database; labels are what they were, but for those that are wanted otherwise."""
    with before.site(texts) as old:
        first = old.upgrade()
        rows = of_the_project(first, before, after)
        target = after.framework.release
        assert run(["upgrade", str(old.folder), "--target", target, "--write", "--unsafe", "--offline"]) == 0
        by_a_person(old)
        new = old.under(after.framework)
        reached = new.upgrade()
        assert disagreements(after, new, reached, *PARTS) == []
        assert labels(rows) | wanted == labels(of_the_project(reached, before, after))
        assert not {name for name in new.complaints(*PARTS) if name.startswith("check_")}
        for revision in {row["version_num"] for row in first["revisions"]}:
            undone = new.downgrade(revision)
        assert labels(of_the_project(undone, before, after)) == labels(rows)
        assert new.upgrade() == reached


def described(bench: Bench) -> dict[str, str]:
    """Decorators that describe workflows otherwise than their rows do."""
    files = Files(dict(bench.texts))
    for name, label in LABELS.items():
        path = f"workflows/site/{name}.py"
        before, after = re.split(r'(?<=_workflow\()\s*"[^"]*"', files.texts[path])
        files.texts[path] = f"{before}{label!r}{after}"
    return files.texts


def test_rows_of_4_8_are_right_under_the_newest_release_and_labels_are_kept(
    bench: Callable[[str], Bench],
) -> None:
    made = bench("4.8.2")
    upgraded(made, bench(NEWEST), described(made), LABELS)


@SLOW
@pytest.mark.parametrize("target", ["5.0.5", NEWEST])
@pytest.mark.parametrize("release", ["2.10.0", "3.2.3", "4.0.4", "4.4.2", "4.8.2"])
def test_rows_of_every_release_are_right_under_the_new_one(
    bench: Callable[[str], Bench], release: str, target: str
) -> None:
    made = bench(release)
    upgraded(made, bench(target), made.texts, {})


@SLOW
@pytest.mark.parametrize("release", ["4.4.2", "4.8.2"])
@pytest.mark.parametrize("name", CURED)
def test_mistakes_of_before_are_gone_after_the_upgrade(
    bench: Callable[[str], Bench], release: str, name: str
) -> None:
    made = bench(release)
    files = Files(dict(made.texts))
    CURED[name](files)
    with made.site(files.texts) as old:
        old.upgrade()
        assert run(["upgrade", str(old.folder), "--target", NEWEST, "--write", "--unsafe", "--offline"]) == 0
        by_a_person(old)
        new = old.under(bench(NEWEST).framework)
        assert disagreements(bench(NEWEST), new, new.upgrade(), *PARTS) == []
        assert not {name for name in new.complaints(*PARTS) if name.startswith("check_")}
