"""Suggestions on a whole project that orchestrator-core's own generator makes, shown in full and in part."""

from __future__ import annotations

import ast
import json
import random
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from tools.generated import Unavailable, environment, project

from concertmaster.findings import Finding
from concertmaster.github.suggestions import suggest
from concertmaster.project.files import WorkingTree
from concertmaster.runner import Report, run
from concertmaster.versions import NEWEST_KNOWN, Mode
from concertmaster.workspace import open_workspace
from tests.test_github_suggestions import pressed, showing, whole

pytestmark = pytest.mark.generated
RELEASE = "4.8.2"


class Judged:
    """A generated project, judged as if its pin had been raised to the newest release."""

    def __init__(self, root: Path) -> None:
        self.tree = WorkingTree.open(root)
        workspace = open_workspace(self.tree, installed_release=NEWEST_KNOWN, mode=Mode.REVIEW)
        self.report: Report = run(workspace, self.tree, unsafe=True, jobs=1)
        self.findings: defaultdict[str, list[Finding]] = defaultdict(list)
        for finding in self.report.findings:
            self.findings[finding.path].append(finding)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    try:
        environment(RELEASE)
    except Unavailable as absent:
        pytest.skip(absent.reason)
    root = tmp_path_factory.mktemp("generated") / "network"
    shutil.copytree(project(RELEASE), root, ignore=shutil.ignore_patterns("__pycache__"))
    return Judged(root)


def test_all_suggestions_together_are_what_fix_writes(judged: Judged) -> None:
    assert len(judged.report.rewritten) > 50
    for path, new in judged.report.rewritten.items():
        old = judged.tree.read(path)
        cure = suggest(old, new, judged.findings[path], whole(old, path))
        assert cure.unsuggested == ()
        assert pressed(old, cure.suggestions) == new


def test_some_suggestions_leave_python_without_names_that_nobody_binds(
    judged: Judged, tmp_path: Path
) -> None:
    """Ruff says which names are unbound; a part of a rewrite may bring none that the whole does not."""
    chance = random.Random(20260302)
    count = 0
    for path, new in judged.report.rewritten.items():
        old = judged.tree.read(path)
        for number in range(8 if path.endswith(".py") else 0):
            first = chance.randint(1, max(1, old.count(b"\n")))
            shown = showing((first, first + chance.randint(0, old.count(b"\n"))), path=path)
            part = pressed(old, suggest(old, new, judged.findings[path], shown).suggestions)
            if part not in (old, new):
                count += 1
                ast.parse(part)
                for kind, text in (("old", old), ("part", part), ("new", new)):
                    file = tmp_path / kind / str(number) / path
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(text)
    assert count > 50
    before, after = unbound(tmp_path / "old"), unbound(tmp_path / "new")
    for name, problems in unbound(tmp_path / "part").items():
        assert problems <= before[name] | after[name], name


def unbound(folder: Path) -> defaultdict[str, set[str]]:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F821,F822"]
    done = subprocess.run(
        [*command, "--output-format", "json", "."], cwd=folder, capture_output=True, check=False
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for problem in json.loads(done.stdout):
        found[str(Path(problem["filename"]).relative_to(folder))].add(problem["message"])
    return found
