"""The command line on small projects: what it tells, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from concertmaster.cli import run
from tests.git import git

OLD = "from orchestrator.types import SubscriptionLifecycle\n"
NEW = "from orchestrator.core.types import SubscriptionLifecycle\n"
PIN = '[project]\nname = "network"\nversion = "1"\ndependencies = ["orchestrator-core==4.8.2"]\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "network"
    root.mkdir()
    (root / "pyproject.toml").write_text(PIN)
    (root / "main.py").write_text(OLD)
    (root / "other.py").write_text("print('nothing of the framework')\n")
    monkeypatch.chdir(root)
    return root


def report(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = run(["check", "--format", "json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def test_a_clean_project_ends_in_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "main.py").write_text(NEW)
    code, told = report(capsys)
    assert code == 0
    assert told["findings"] == []


def test_json_holds_everything_a_script_needs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = report(capsys, "--target", "5.5.0")
    assert code == 1
    assert (told["version"], told["installed"], told["target"]) == (1, "4.8.2", "5.5.0")
    (finding,) = told["findings"]
    assert finding["rule"] == "old-namespace"
    assert finding["rows"] == ["50-01a"]
    assert (finding["path"], finding["line"], finding["end_line"], finding["column"]) == ("main.py", 1, 1, 1)
    assert (finding["severity"], finding["safety"]) == ("error", "safe")
    assert finding["fix"]["edits"] == [
        {"line": 1, "column": 18, "end_line": 1, "end_column": 18, "text": ".core"}
    ]
    assert len(finding["fingerprint"]) == 16


def test_nothing_is_demanded_of_a_project_that_stays_below(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(capsys, "--target", "4.8.2") == (0, report(capsys, "--target", "4.8.2")[1])


def test_fail_on_never_ends_in_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(capsys, "--fail-on", "never")[0] == 0


def test_plain_lines_when_piped(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("main.py:1:1: error old-namespace: ")
    assert "1 error for orchestrator-core 4.8.2 to 5.5.0." in lines[-1]
    assert "\x1b" not in "".join(lines)


def test_workflow_commands_for_a_runner(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--format", "github"]) == 1
    line = capsys.readouterr().out.splitlines()[0]
    assert line.startswith("::error file=main.py,line=1,endLine=1,title=old-namespace::")


def test_paths_limit_what_is_judged_and_stay_relative_to_the_repository(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "inner.py").write_text(OLD)
    git(project, "init")
    _, told = report(capsys, "sub")
    assert [finding["path"] for finding in told["findings"]] == ["sub/inner.py"]


def test_fix_rewrites_only_what_has_a_finding(project: Path) -> None:
    untouched = project / "other.py"
    untouched.chmod(0o640)
    before = (untouched.stat().st_mtime_ns, untouched.stat().st_mode, untouched.read_bytes())
    (project / "main.py").chmod(0o755)
    assert run(["fix"]) == 0
    assert (project / "main.py").read_text() == NEW
    assert (project / "main.py").stat().st_mode & 0o777 == 0o755
    assert (untouched.stat().st_mtime_ns, untouched.stat().st_mode, untouched.read_bytes()) == before


def test_fix_a_second_time_changes_nothing(project: Path) -> None:
    run(["fix"])
    before = (project / "main.py").stat().st_mtime_ns
    assert run(["fix"]) == 0
    assert (project / "main.py").stat().st_mtime_ns == before


def test_fix_diff_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fix", "--diff"]) == 0
    assert (project / "main.py").read_text() == OLD
    assert f"-{OLD}+{NEW}" in capsys.readouterr().out


#: What only those need who rewrite, have settings, ask a network, judge documents, or look at a screen.
LARGE = {
    "libcst",
    "github",
    "rich",
    "pydantic",
    "markdown_it",
    "multiprocessing",
    "sqlglot",
    "griffe",
    "click",
}


def loaded(project: Path) -> set[str]:
    """What of that an analysis leaves loaded."""
    code = "import sys; from concertmaster import api; api.analyse('.'); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, check=True, capture_output=True, text=True
    )
    return LARGE & set(done.stdout.split())


def test_nothing_large_is_loaded_that_is_not_needed(project: Path) -> None:
    (project / "main.py").write_text(NEW)
    assert loaded(project) == set()
    (project / "concertmaster.toml").write_text('fail-on = "warning"\n')
    assert loaded(project) == {"pydantic"}


def test_a_local_review_loads_nothing_of_github() -> None:
    code = "import sys, concertmaster.local_review; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not LARGE & set(done.stdout.split())


def test_the_action_is_ready_for_its_first_call_before_what_judges_is_loaded() -> None:
    code = "import sys, concertmaster.action; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    judging = {
        f"concertmaster.{name}" for name in ("rule", "index.store", "project", "apart", "runner", "cli")
    }
    assert not (judging | LARGE - {"pydantic"}) & set(done.stdout.split())


def test_configuration_excludes_files_and_rules(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "old").mkdir()
    (project / "old" / "legacy.py").write_text(OLD)
    (project / "test_main.py").write_text(OLD)
    settings = (
        "[tool.concertmaster]\nexclude = ['old/*']\n"
        "[tool.concertmaster.per-path-ignores]\n'test_*' = ['old-namespace']\n"
    )
    (project / "pyproject.toml").write_text(PIN + settings)
    _, told = report(capsys)
    assert [finding["path"] for finding in told["findings"]] == ["main.py"]
    assert run(["fix"]) == 0
    assert (project / "test_main.py").read_text() == OLD
    assert (project / "old" / "legacy.py").read_text() == OLD


# -- broken input ----------------------------------------------------------------------------------

BROKEN = {
    "syntax.py": b"from orchestrator.db import (\n",
    "latin.py": b"from orchestrator.db import db  # \xe9\n",
    "nul.py": b"import orchestrator\0\n",
    "long.py": b"import orchestrator\nx = '" + b"a" * 5_000_000 + b"'\n",
    "deep.py": b"import orchestrator\nx = " + b"(" * 5000 + b")" * 5000 + b"\n",
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_file_is_named_and_the_rest_is_judged(
    project: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (project / name).write_bytes(BROKEN[name])
    code, told = report(capsys)
    assert code == 3
    (missed,) = told["unanalysed"]
    assert missed["path"] == name
    assert missed["reason"]
    assert [finding["path"] for finding in told["findings"]] == ["main.py"]


def test_a_symbolic_link_that_leads_nowhere_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "loop.py").symlink_to("loop.py")
    (project / "outside.py").symlink_to("/etc/passwd")
    (project / "inside.py").symlink_to("main.py")
    (project / "folder").symlink_to(".")
    code, told = report(capsys)
    assert code == 3
    assert [item["path"] for item in told["unanalysed"]] == ["loop.py", "outside.py"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "secret.py").write_text(OLD)
    (project / "secret.py").chmod(0)
    code, told = report(capsys)
    assert code == 3
    assert told["unanalysed"] == [{"path": "secret.py", "reason": "permission denied"}]


def test_a_fifo_is_named_and_does_not_hang(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(project / "pipe.py")
    code, told = report(capsys)
    assert code == 3
    assert told["unanalysed"] == [{"path": "pipe.py", "reason": "not a regular file"}]


def test_an_empty_file_is_clean(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "main.py").write_bytes(b"")
    assert report(capsys)[0] == 0


# -- wrong use -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["check", "--from", "4.8.99"], "not a release"),
        (["check", "--target", "next"], "not a release"),
        (["check", "nowhere"], "does not exist"),
        (["check", "--select", "old-namespaces"], "Did you mean old-namespace"),
        (["explain", "nothing-like-it"], "concertmaster rules"),
        (["review", "--base", "main", "--dry-run"], "not inside a git repository"),
        (["check", "--format", "yaml"], "yaml"),
        (["chekc"], "chekc"),
    ],
)
def test_wrong_use_ends_in_one_message_and_2(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert run(arguments) == 2
    output = capsys.readouterr()
    assert told in output.err
    assert "Traceback" not in output.err


def test_a_branch_cannot_switch_off_its_own_review(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git(project, "init")
    git(project, "add", ".")
    git(project, "commit", "-m", "All")
    (project / "new.py").write_text(OLD)
    (project / "concertmaster.toml").write_text('ignore = ["old-namespace"]\nfail-on = "never"\n')
    git(project, "add", ".")
    git(project, "commit", "-m", "Off")
    monkeypatch.chdir(project)
    code = run(["review", "--base", "HEAD~1", "--from", "5.0.4"])
    text = capsys.readouterr().out
    assert code == 1
    assert "--- new.py:1" in text


def test_an_unknown_revision_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(project, "init")
    git(project, "add", ".")
    git(project, "commit", "-m", "All")
    assert run(["review", "--base", "no-such-branch", "--dry-run"]) == 2
    assert "revision 'no-such-branch' is not known" in capsys.readouterr().err


def test_a_project_without_the_framework_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "other"\nversion = "1"\n')
    assert run(["check"]) == 2
    assert "No dependency on orchestrator-core" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "[tool.concertmaster]\ntargett = '5.0.0'\n",
        "[tool.concertmaster]\nfail-on = 'sometimes'\n",
        "[tool.concertmaster\n",
        "[tool]\nconcertmaster = 3\n",
    ],
)
def test_malformed_configuration_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (project / "pyproject.toml").write_text(PIN + text)
    assert run(["check"]) == 2
    assert "configuration in pyproject.toml cannot be used" in capsys.readouterr().err


def test_rules_and_explain_speak_from_the_docstrings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules"]) == 0
    assert "old-namespace" in capsys.readouterr().out
    assert run(["explain", "old-namespace"]) == 0
    assert "```diff" in capsys.readouterr().out


def test_paths_that_hold_nothing_are_no_success(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(project, "init")
    (project / ".gitignore").write_text("build/\n")
    (project / "build").mkdir()
    (project / "build" / "main.py").write_text(OLD)
    for command in ("check", "fix", "plan", "map"):
        assert run([command, "build"]) == 2
        assert "ignore" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "meant"),
    [(["chek"], "check"), (["fleet", "repot"], "report"), (["check", "--form=json"], "--format")],
)
def test_what_was_meant_is_said(given: list[str], meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(given) == 2
    assert meant in capsys.readouterr().err.partition("Error:")[2]


def test_commands_are_listed_in_the_order_of_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fleet", "--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:")[2].split("\n")
    assert [line.split()[0] for line in listed if line.strip()] == ["plan", "run", "report"]
