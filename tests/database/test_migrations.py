"""Migrations that `fix --unsafe` writes, run up, down and up again by the framework that they are for."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from concertmaster.cli import run
from tests.database.bench import Bench, Rows, Site
from tests.database.mistakes import CURED
from tests.seeding import VERSIONS, Files

pytestmark = pytest.mark.generated
SLOW = pytest.mark.skipif(
    not os.environ.get("CONCERTMASTER_SLOW"), reason="takes minutes: set CONCERTMASTER_SLOW=1 to run"
)
NEWEST = "5.5.0"
TASKS = ("SYSTEM", "VALIDATE")
APPLICATION = "main"


def migrations(site: Site) -> set[str]:
    return {path.name for path in (site.folder / VERSIONS).glob("*.py")}


def disagreements(bench: Bench, site: Site, rows: Rows, *modules: str) -> list[tuple[Any, Any]]:
    """What the code and a row say of a workflow, where one of them is missing or they do not say the same.

    Some releases add a workflow of their own with a wrong row, which is not for a project to mend.
    """
    by_name = {row["name"]: row for row in rows["workflows"] if row["name"] not in bench.own}
    code = {one["name"]: one for one in site.code(*modules) if one["name"] not in bench.own}
    return [
        (code.get(name), by_name.get(name))
        for name in sorted(by_name.keys() | code.keys())
        if not agree(code.get(name), by_name.get(name))
    ]


def agree(code: dict[str, Any] | None, row: dict[str, Any] | None) -> bool:
    if code is None or row is None or not row["description"]:
        return False
    return bool(row["target"] == code["target"] and row["is_task"] == (code["target"] in TASKS))


def cured(bench: Bench, name: str) -> None:
    files = Files(dict(bench.texts))
    CURED[name](files)
    with bench.site(files.texts) as site:
        before = site.upgrade()
        present = migrations(site)
        assert run(["fix", str(site.folder), "--target", site.framework.release, "--unsafe"]) == 0
        assert migrations(site) > present
        assert disagreements(bench, site, before, APPLICATION) != [], "the mistake shows in the rows"
        after = site.upgrade()
        assert disagreements(bench, site, after, APPLICATION) == []
        assert site.complaints(APPLICATION) == {}
        if name != "a workflow has another name than its row":
            assert links(bench.rows) <= links(after)
        [revision] = [row["version_num"] for row in before["revisions"]]
        assert site.downgrade(revision) == before
        assert site.upgrade() == after


def links(rows: Rows) -> set[tuple[str, str]]:
    return {(row["product"], row["workflow"]) for row in rows["links"]}


def test_a_project_without_a_mistake_gets_no_migration(bench: Callable[[str], Bench]) -> None:
    made = bench(NEWEST)
    with made.site(made.texts) as site:
        present = migrations(site)
        rows = site.upgrade()
        assert run(["fix", str(site.folder), "--target", site.framework.release, "--unsafe"]) == 0
        assert migrations(site) == present
        assert disagreements(made, site, rows, APPLICATION) == []


def test_mistakes_are_gone_after_the_migration_and_back_after_its_downgrade(
    bench: Callable[[str], Bench],
) -> None:
    cured(bench(NEWEST), "several mistakes at once")


@SLOW
@pytest.mark.parametrize("name", CURED)
@pytest.mark.parametrize("release", ["4.0.4", "4.4.2", "4.8.2", "5.0.5", NEWEST])
def test_each_mistake_is_gone_at_every_release(
    bench: Callable[[str], Bench], release: str, name: str
) -> None:
    cured(bench(release), name)
