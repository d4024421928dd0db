"""The pull request of a generated project, checked out: nothing safe is left, it imports, its migrations run."""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tools.generated import environment, import_all

from concertmaster.cli import run
from tests.database.bench import Bench, Site
from tests.database.test_migrations import NEWEST, SLOW
from tests.database.test_upgrades import by_a_person, of_the_project
from tests.test_upgraded_projects import culprits, words
from tests.upgrades import BRANCH, Start, Upgrade

pytestmark = pytest.mark.generated


def check_out(job: Upgrade, folder: Path) -> Path:
    """The files of the branch, as `git clone --branch` gives them."""
    names = job.remote.git.run("ls-tree", "-r", "-z", "--name-only", job.remote.sha(BRANCH)).decode()
    for path in filter(None, names.split("\0")):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(job.remote.read(path, BRANCH))
    return folder


def unreadable(job: Upgrade) -> Iterator[str]:
    """Python files that do not parse, commit by commit."""
    git = job.remote.git
    for sha in git.commits("--reverse", f"main..{BRANCH}"):
        for path in git.run("diff-tree", "-r", "--no-commit-id", "--name-only", sha).decode().splitlines():
            if path.endswith(".py"):
                try:
                    ast.parse(job.remote.read(path, sha))
                except SyntaxError:
                    yield f"{sha} {path}"


def left(folder: Path, release: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    run(["check", str(folder), "--from", release, "--target", NEWEST, "--offline", "--format", "json"])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["findings"]
    return found


def untold(folder: Path, findings: list[dict[str, Any]]) -> dict[str, str]:
    """Modules that do not import under the new release, and of which the pull request says nothing."""
    failed = {
        module: error
        for module, error in import_all(folder, environment(NEWEST)).items()
        if error is not None
    }
    places = {finding["path"] for finding in findings}
    told = words(" ".join(finding["message"] for finding in findings))
    return {
        module: error
        for module, error in failed.items()
        if module not in places and not culprits(error) & told
    }


@pytest.mark.parametrize("release", [pytest.param("4.4.2", marks=SLOW), "4.8.2"])
def test_the_branch_is_what_the_new_release_takes(
    bench: Callable[[str], Bench],
    start: Start,
    tmp_path: Path,
    release: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made, after = bench(release), bench(NEWEST)
    root = tmp_path / "project"
    shutil.copytree(made.original, root, ignore=shutil.ignore_patterns("__pycache__"))
    job = start(root)
    assert job.run()[1]["result"] == "opened"
    assert len(job.log()) > 8
    assert list(unreadable(job)) == []
    folder = check_out(job, tmp_path / "network")
    findings = left(folder, release, capsys)
    assert [item for item in findings if item["safety"] == "safe"] == []
    assert untold(folder, findings) == {}
    with made.site(made.texts) as old:
        rows = of_the_project(old.upgrade(), made, after)
        new = Site(after.framework, folder, old.database)
        by_a_person(new)
        reached = of_the_project(new.upgrade(), made, after)
    assert rows.keys() <= reached.keys()
    before, writes = job.snapshot(), job.writes()
    assert job.run()[1]["result"] == "nothing-new"
    assert (job.snapshot(), job.writes()) == (before, writes)
