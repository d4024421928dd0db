"""The library: its examples hold, its names are typed, and they cost nothing until they are asked for."""

from __future__ import annotations

import doctest
import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from concertmaster import api

PIN = '[project]\nname = "network"\nversion = "1"\ndependencies = ["orchestrator-core==4.8.2"]\n'
OLD = "from orchestrator.types import SubscriptionLifecycle\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(PIN)
    (tmp_path / "nodes.py").write_text(OLD)
    return tmp_path


def test_a_project_without_findings(project: Path) -> None:
    (project / "nodes.py").write_text("x = 1\n")
    assert api.analyse(project).findings == ()
    assert api.fix(project, write=True).rewritten == {}


def test_the_examples_of_the_documentation_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "projects" / "network"
    home.mkdir(parents=True)
    (home / "pyproject.toml").write_text(PIN)
    (home / "nodes.py").write_text(OLD)
    subprocess.run([shutil.which("git") or "git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testmod(api)
    assert failed == 0
    assert tried > 4


def test_fix_writes_only_where_it_is_told_to(project: Path) -> None:
    assert b"orchestrator.core" in api.fix(project).rewritten["nodes.py"]
    assert (project / "nodes.py").read_text() == OLD
    api.fix(project, write=True)
    assert "orchestrator.core" in (project / "nodes.py").read_text()


def test_rules_can_be_chosen(project: Path) -> None:
    assert api.analyse(project, ignore=["old-namespace"]).findings == ()
    assert {finding.rule for finding in api.analyse(project, select=["old-namespace"]).findings} == {
        "old-namespace"
    }


def test_a_plan_and_an_explanation(project: Path) -> None:
    found = api.plan(project, target="5.5.0")
    assert (found.installed, found.target) == ("4.8.2", "5.5.0")
    assert "orchestrator.core" in api.explain("old-namespace")


def test_wrong_use_is_an_error_for_users(project: Path) -> None:
    with pytest.raises(api.UserError, match="no rule called"):
        api.explain("nothing")
    with pytest.raises(api.UserError, match="does not exist"):
        api.analyse(project / "nowhere")


def test_every_function_is_documented_and_typed() -> None:
    for name in api.__all__:
        found = getattr(api, name)
        assert inspect.getdoc(found)
        if inspect.isfunction(found):
            signature = inspect.signature(found)
            assert signature.return_annotation is not inspect.Signature.empty
            assert all(one.annotation is not one.empty for one in signature.parameters.values())
    assert (Path(api.__file__).parent / "py.typed").exists()


def test_the_package_alone_loads_nothing() -> None:
    code = "import sys; before = set(sys.modules); import concertmaster; print(*set(sys.modules) - before)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(told.split()) <= {"concertmaster", "__future__"}
