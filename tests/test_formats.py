"""Findings for editors, for GitLab and for pre-commit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from concertmaster.cli import run
from concertmaster.findings import Finding, Safety, Severity, Unanalysed
from concertmaster.report.gitlab import render
from concertmaster.report.terminal import concise
from tests.git import git

ROOT = Path(__file__).parent.parent
OLD = "from orchestrator.types import SubscriptionLifecycle\n"
PIN = '[project]\nname = "network"\nversion = "1"\ndependencies = ["orchestrator-core==4.8.2"]\n'
FOUND = Finding(
    "old-name",
    (),
    "a.py",
    3,
    4,
    5,
    Severity.WARNING,
    Safety.MANUAL,
    "`old` is `new`",
    "5.0.0",
    fingerprint="f1",
)
#: What GitLab documents of a code quality report: an array of objects with these properties.
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^/]", "not": {"pattern": "^\\./"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {
                            "begin": {"type": "integer", "minimum": 1},
                            "end": {"type": "integer"},
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "network"
    root.mkdir()
    (root / "pyproject.toml").write_text(PIN)
    (root / "main.py").write_text(OLD)
    monkeypatch.chdir(root)
    monkeypatch.setenv("CONCERTMASTER_OFFLINE", "1")
    return root


def gitlab(*findings: Finding, missed: tuple[Unanalysed, ...] = ()) -> list[dict[str, Any]]:
    told = json.loads(render(findings, missed))
    jsonschema_rs.validate(SCHEMA, told)
    assert len({one["fingerprint"] for one in told}) == len(told)
    return list(told)


def test_nothing_found_is_an_empty_report() -> None:
    assert gitlab() == []


def test_a_finding_has_every_property_that_gitlab_documents() -> None:
    assert gitlab(FOUND) == [
        {
            "description": "`old` is `new` (since 5.0.0)",
            "check_name": "old-name",
            "fingerprint": "f1",
            "severity": "minor",
            "location": {"path": "a.py", "lines": {"begin": 3, "end": 4}},
        }
    ]


def test_two_of_one_fingerprint_are_both_shown() -> None:
    assert len(gitlab(FOUND, FOUND)) == 2


def test_a_file_that_could_not_be_analysed_is_no_clean_one() -> None:
    (entry,) = gitlab(missed=(Unanalysed("a.py", "too \x1b large"),))
    assert (entry["severity"], entry["description"]) == ("critical", "Could not be analysed: too \\x1b large")


def test_gitlab_from_the_command_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--format", "gitlab", "--no-cache"]) == 1
    told = json.loads(capsys.readouterr().out)
    jsonschema_rs.validate(SCHEMA, told)
    assert [(one["check_name"], one["severity"]) for one in told] == [("old-namespace", "major")]


def test_concise_is_one_line_each_that_an_editor_can_read() -> None:
    lines = list(concise([FOUND], [Unanalysed("b\n.py", "gone")]))
    assert lines == ["a.py:3:5: warning old-name `old` is `new`", "b\\x0a.py:1:1: error not-analysed gone"]


def test_concise_says_nothing_where_there_is_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "main.py").write_text("x = 1\n")
    assert run(["check", "--format", "concise", "--no-cache"]) == 0
    assert capsys.readouterr().out == ""


def hooks() -> list[dict[str, Any]]:
    return list(YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml"))


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: str(hook["id"]))
def test_what_a_hook_runs_is_a_command_that_finds(
    hook: dict[str, Any], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *arguments = hook["entry"].split()
    assert program == "concertmaster"
    code = run([*arguments, *hook["args"], "main.py"])
    assert (code, "core" in (project / "main.py").read_text()) in ((1, False), (0, True))


@pytest.mark.skipif(find_spec("pre_commit") is None, reason="pre-commit is not installed")
def test_pre_commit_accepts_the_hooks() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).returncode == 0


@pytest.mark.skipif("CONCERTMASTER_SLOW" not in os.environ, reason="slow: CONCERTMASTER_SLOW=1 runs it")
@pytest.mark.skipif(
    None in (find_spec("pre_commit"), find_spec("hatchling")),
    reason="pre-commit or hatchling is not installed",
)
def test_pre_commit_installs_and_runs_the_hooks_of_a_clone(project: Path, tmp_path: Path) -> None:
    """Without network: what the package needs is taken from this environment."""
    clone = tmp_path / "clone"
    for name in ("src", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            clone.mkdir(exist_ok=True)
            shutil.copy(source, clone / name)
    for root in (clone, project):
        git(root, "init", "-q")
        git(root, "add", "-A")
    git(clone, "commit", "-q", "-m", "All")
    environment = {
        **os.environ,
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # of this option pip takes the opposite
        "PIP_NO_INDEX": "1",
    }

    def attempt(hook: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pre_commit", "try-repo", str(clone), hook, "--all-files"]
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )

    found = attempt("concertmaster")
    assert "main.py:1:1: error old-namespace" in found.stdout, found.stdout + found.stderr
    assert found.returncode == 1
    assert "files were modified by this hook" in attempt("concertmaster-fix").stdout
    assert attempt("concertmaster").returncode == 0
