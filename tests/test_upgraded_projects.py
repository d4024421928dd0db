"""A real project, made by the framework's own generator, is upgraded and then imported under the new release."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path

import pytest
from tools.generated import Unavailable, environment, import_all, project

from concertmaster.cli import run
from concertmaster.project.names import CORE_MODULES
from concertmaster.versions import NEWEST_KNOWN

pytestmark = pytest.mark.generated


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of 4.8.2 after `fix --unsafe --target` the newest release."""
    try:
        made = project("4.8.2")
    except Unavailable as error:
        pytest.skip(f"The generator of orchestrator-core 4.8.2 cannot be run here: {error}")
    root = tmp_path_factory.mktemp("upgraded") / "network"
    shutil.copytree(made, root, ignore=shutil.ignore_patterns("__pycache__"))
    assert run(["fix", str(root), "--target", NEWEST_KNOWN, "--unsafe"]) == 0
    return root


def is_old(module: str) -> bool:
    parts = module.split(".")
    return parts[0] == "orchestrator" and len(parts) > 1 and parts[1] in CORE_MODULES


def python_files(root: Path) -> list[Path]:
    return sorted(root.rglob("*.py"))


def test_no_import_of_the_old_layout_is_left(upgraded: Path) -> None:
    """But in code that supports both layouts, which is left as it is."""
    left = []
    for path in python_files(upgraded):
        tree = ast.parse(path.read_bytes())
        guarded = {child for node in ast.walk(tree) if isinstance(node, ast.Try) for child in ast.walk(node)}
        for node in ast.walk(tree):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            left += [(path.name, name) for name in names if is_old(name) and node not in guarded]
    assert left == []


def test_a_second_run_changes_nothing(upgraded: Path) -> None:
    before = {path: path.read_bytes() for path in upgraded.rglob("*") if path.is_file()}
    assert run(["fix", str(upgraded), "--target", NEWEST_KNOWN, "--unsafe", "--from", "4.8.2"]) == 0
    assert {path: path.read_bytes() for path in upgraded.rglob("*") if path.is_file()} == before


def test_every_module_imports_under_the_new_release(
    upgraded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The hand-written part shows every change, those that take a person included: these must have been told."""
    try:
        home = environment(NEWEST_KNOWN)
    except Unavailable as error:
        pytest.skip(f"orchestrator-core {NEWEST_KNOWN} cannot be installed here: {error}")
    failed = {module: error for module, error in import_all(upgraded, home).items() if error}
    capsys.readouterr()
    run(["check", str(upgraded), "--target", NEWEST_KNOWN, "--format", "json"])
    told = " ".join(
        finding["message"]
        for finding in json.loads(capsys.readouterr().out)["findings"]
        if finding["safety"] == "manual"
    )
    untold = {module: error for module, error in failed.items() if not culprits(error) & words(told)}
    assert untold == {}
    assert [
        module for module in failed if module.startswith(("products/", "migrations/versions/schema/2024-03"))
    ] == []


def culprits(error: str) -> set[str]:
    """The names that an import error speaks of."""
    return set(re.findall(r"'([A-Za-z_][\w.]*)'", error.split(" from ")[0]))


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_][\w]*", text))
