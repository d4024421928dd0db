"""The framework's own code uses only what its release has: a finding in it would be a false one.

`CONCERTMASTER_ALL_RELEASES=1` reads every indexed release; otherwise a sample runs.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tools.generated import cache

from concertmaster.findings import Finding
from concertmaster.index.fetch import configured
from concertmaster.index.names import FRAMEWORK
from concertmaster.index.store import Index
from concertmaster.index.wheel import read_wheel
from concertmaster.messages.index import IndexProblem
from concertmaster.project.files import MemoryTree
from concertmaster.runner import run
from concertmaster.versions import Mode
from concertmaster.workspace import open_workspace

pytestmark = pytest.mark.network

ASKED = bool(os.environ.get("CONCERTMASTER_ALL_RELEASES"))
RELEASES = Index.load().releases() if ASKED else ("3.2.3", "5.5.0")
RULES = ("missing-name", "wrong-arguments", "missing-setting", "outdated-override")


def own_code(release: str) -> MemoryTree:
    """The modules of a release, where they are not taken for a package of the project's own."""
    found = configured(os.environ, home=Path.home(), cache=cache.folder() / "wheels")
    with found.session:
        try:
            (listed,) = (wheel for wheel in found.wheels(FRAMEWORK) if wheel.release == release)
            wheel = read_wheel(found.download(listed), distribution=FRAMEWORK, release=release)
        except IndexProblem as problem:
            pytest.skip(str(problem))
    manifest = f'[project]\nname = "n"\nversion = "1"\ndependencies = ["{FRAMEWORK}=={release}"]\n'
    vendored = {f"lib/vendored/{path}": source for path, source in wheel.sources.items()}
    return MemoryTree({"pyproject.toml": manifest.encode(), **vendored})


def judged(tree: MemoryTree, release: str, target: str, mode: Mode) -> tuple[Finding, ...]:
    workspace = open_workspace(tree, installed_release=release, target=target, mode=mode, select=RULES)
    return run(workspace, tree, jobs=1).findings


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_uses_what_it_has(release: str) -> None:
    assert judged(own_code(release), release, release, Mode.REVIEW) == ()


def test_a_release_does_not_fit_a_later_one() -> None:
    """That nothing is found above is no accident of where the modules lie."""
    found = judged(own_code("3.2.3"), "3.2.3", "5.5.0", Mode.UPGRADE)
    assert {finding.rule for finding in found} == set(RULES) - {"outdated-override"}
    assert len(found) > 30
