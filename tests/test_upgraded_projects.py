"""A real project, made by the framework's own generator, is upgraded and then imported under the new release."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from tools.generated import Unavailable, environment, import_all, project

from concertmaster.cli import run
from concertmaster.project.names import CORE_MODULES
from concertmaster.versions import NEWEST_KNOWN

pytestmark = pytest.mark.generated


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            release,
            marks=pytest.mark.skipif(
                release != "4.8.2" and not os.environ.get("CONCERTMASTER_ALL_RELEASES"),
                reason="takes minutes: set CONCERTMASTER_ALL_RELEASES=1 to run",
            ),
        )
        for release in ("2.10.0", "3.2.3", "4.0.4", "4.4.2", "4.8.2")
    ],
)
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after `fix --unsafe --target` the newest release."""
    try:
        made = project(request.param)
    except Unavailable as error:
        pytest.skip(f"The generator of orchestrator-core {request.param} cannot be run here: {error}")
    root = tmp_path_factory.mktemp("upgraded") / "network"
    shutil.copytree(made, root, ignore=shutil.ignore_patterns("__pycache__"))
    assert run(["fix", str(root), "--target", NEWEST_KNOWN, "--unsafe"]) == 0
    return root


def is_old(module: str) -> bool:
    parts = module.split(".")
    return parts[0] == "orchestrator" and len(parts) > 1 and parts[1] in CORE_MODULES


def python_files(root: Path) -> list[Path]:
    return sorted(root.rglob("*.py"))


def by_hand(root: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What is left for a person."""
    capsys.readouterr()
    run(["check", str(root), "--target", NEWEST_KNOWN, "--format", "json"])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["findings"]
    return [finding for finding in found if finding["safety"] == "manual"]


def test_no_import_of_the_old_layout_is_left(upgraded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """But in code that supports both layouts, and of names that have no successor, which are told."""
    told = {(finding["path"], finding["line"]) for finding in by_hand(upgraded, capsys)}
    left = []
    for path in python_files(upgraded):
        tree = ast.parse(path.read_bytes())
        guarded = {child for node in ast.walk(tree) if isinstance(node, ast.Try) for child in ast.walk(node)}
        for node in ast.walk(tree):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            place = (path.relative_to(upgraded).as_posix(), getattr(node, "lineno", 0))
            left += [
                (place, name) for name in names if is_old(name) and node not in guarded and place not in told
            ]
    assert left == []


def test_a_second_run_changes_nothing(upgraded: Path) -> None:
    before = {path: path.read_bytes() for path in upgraded.rglob("*") if path.is_file()}
    assert run(["fix", str(upgraded), "--target", NEWEST_KNOWN, "--unsafe"]) == 0
    assert {path: path.read_bytes() for path in upgraded.rglob("*") if path.is_file()} == before


def test_nothing_is_left_that_a_rewrite_mends(upgraded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    run(["check", str(upgraded), "--target", NEWEST_KNOWN, "--format", "json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [finding for finding in found if finding["safety"] != "manual"] == []


def test_every_module_imports_under_the_new_release(
    upgraded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The hand-written part shows every change, those that take a person included: these must have been told."""
    try:
        home = environment(NEWEST_KNOWN)
    except Unavailable as error:
        pytest.skip(f"orchestrator-core {NEWEST_KNOWN} cannot be installed here: {error}")
    failed = {module: error for module, error in import_all(upgraded, home).items() if error}
    left = by_hand(upgraded, capsys)
    told = words(" ".join(finding["message"] for finding in left))
    places = {finding["path"] for finding in left}
    untold = {
        module: error
        for module, error in failed.items()
        if module not in places and not culprits(error) & told
    }
    assert untold == {}
    assert [
        module for module in failed if module.startswith(("products/", "migrations/versions/schema/2024-03"))
    ] == []


def culprits(error: str) -> set[str]:
    """The names that an import error speaks of."""
    return set(re.findall(r"'([A-Za-z_][\w.]*)'", error.split(" from ")[0]))


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_][\w]*", text))
