"""Setting a repository up: what is proposed, asked, written, and left alone."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from concertmaster.cli import run
from concertmaster.onboarding.features import FEATURES, TARGETS, chosen, template, workflows
from concertmaster.onboarding.uses import read_uses
from concertmaster.onboarding.workflow_checks import needs
from concertmaster.onboarding.workflow_checks import workflows as judged

ROOT = Path(__file__).parent.parent
PIN = '[project]\nname = "network"\nversion = "1"\ndependencies = ["orchestrator-core==4.8.2"]\n'
REVIEW, UPGRADE = (TARGETS[name] for name in ("review.yml", "upgrade.yml"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text(PIN)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Terminal(io.StringIO):
    """What somebody types."""

    def isatty(self) -> bool:
        return True


def types(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(text))


def written(project: Path) -> set[str]:
    return {
        path.relative_to(project).as_posix()
        for path in project.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(project).parts[:1]
    } - {"pyproject.toml"}


def generated(*names: str) -> dict[str, dict[str, Any]]:
    yaml = YAML(typ="safe")
    return {path: yaml.load(text) for path, text in workflows(chosen(names))}


@pytest.mark.parametrize("name", TARGETS)
def test_the_workflows_that_are_written_are_those_of_the_documentation(name: str) -> None:
    assert template(name) == (ROOT / "docs" / "workflows" / name).read_text()


@pytest.mark.parametrize("name", FEATURES)
def test_every_feature_has_all_permissions_that_it_needs_and_no_other(name: str) -> None:
    texts = {path: text.encode() for path, text in workflows(chosen(("review", name)))}
    uses = read_uses(texts, texts.get)
    assert [check.state for check in judged(uses)] == ["ok"] * len(uses.found)
    for use in uses.found:
        assert isinstance(use.permissions, dict)
        extra = {"pull-requests"} if use.mode == "review" else set()  # where it may comment, and need not
        extra |= {"contents"} if name == "resolve" else set()
        assert all(needs(use)[item] == level for item, level in use.permissions.items() if item not in extra)


def test_a_review_alone_may_not_write_contents() -> None:
    (workflow,) = generated("review").values()
    assert workflow["jobs"]["review"]["permissions"] == {"contents": "read", "pull-requests": "write"}


def test_what_adds_to_the_review_brings_it_along() -> None:
    (workflow,) = generated("follow-up", "check-run").values()
    job = workflow["jobs"]["review"]
    assert job["permissions"] == {"contents": "write", "pull-requests": "write", "checks": "write"}
    assert job["steps"][-1]["with"] == {"follow-up": "true", "check": "check-run"}


def test_comments_speak_of_files_by_the_names_that_they_get() -> None:
    text = dict(workflows(chosen(["review"])))[REVIEW]
    assert "concertmaster-forks.yml" in text
    assert "review-forks.yml" not in text


def test_nothing_is_written_where_nobody_can_be_asked(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert run(["init"]) == 0
    told = capsys.readouterr()
    assert f"+++ b/{REVIEW}" in told.out
    assert "--yes" in told.err
    assert written(project) == set()


def test_the_second_time_there_is_nothing_to_write(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--yes", "--action", "somebody/concertmaster@v1"]) == 0
    assert written(project) == {REVIEW, UPGRADE, "concertmaster.toml"}
    assert "uses: somebody/concertmaster@v1" in (project / REVIEW).read_text()
    capsys.readouterr()
    assert run(["init", "--yes", "--action", "somebody/concertmaster@v1"]) == 0
    assert "Nothing to write" in capsys.readouterr().out


def test_the_configuration_that_is_written_is_understood(project: Path) -> None:
    run(["init", "--yes"])
    assert run(["check", "--offline", "--no-cache"]) == 0


@pytest.mark.parametrize(("answer", "wrote"), [("n\n", False), ("y\n", True), ("\n", True)])
def test_it_asks_before_it_writes(
    project: Path, monkeypatch: pytest.MonkeyPatch, answer: str, *, wrote: bool
) -> None:
    types(answer, monkeypatch)
    assert run(["init"]) == 0
    assert bool(written(project)) is wrote


def test_a_file_that_is_there_is_kept_unless_its_loss_is_agreed_to(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / REVIEW
    path.parent.mkdir(parents=True)
    path.write_text("name: Mine\n")
    assert run(["init", "--yes"]) == 0
    assert path.read_text() == "name: Mine\n"
    types("\n", monkeypatch)
    assert run(["init"]) == 0
    assert path.read_text() == "name: Mine\n"
    assert f"{REVIEW} is left as it is." in capsys.readouterr().out
    types("y\n", monkeypatch)
    assert run(["init"]) == 0
    assert path.read_text() != "name: Mine\n"


def test_a_workflow_of_another_name_that_reviews_is_enough(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = project / ".github" / "workflows" / "ours.yml"
    mine.parent.mkdir(parents=True)
    mine.write_text("on: pull_request\njobs: {a: {steps: [{uses: some/concertmaster@v1}]}}\n")
    run(["init", "--yes"])
    assert "review: .github/workflows/ours.yml sees to it already" in capsys.readouterr().out
    assert REVIEW not in written(project)
    assert UPGRADE in written(project)


def test_configuration_that_is_there_is_left_alone(project: Path) -> None:
    (project / "pyproject.toml").write_text(PIN + '[tool.concertmaster]\nfail-on = "error"\n')
    run(["init", "--yes"])
    assert "concertmaster.toml" not in written(project)


def test_a_bot_that_raises_dependencies_has_the_companion_recommended(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "renovate.json").write_text("{}")
    run(["init", "--yes"])
    assert "Renovate raises dependencies here" in capsys.readouterr().out


def test_several_projects_are_written_down(project: Path) -> None:
    (project / "pyproject.toml").unlink()
    for name, number in (("one", "4.8.2"), ("two", "5.0.0")):
        (project / name).mkdir()
        (project / name / "pyproject.toml").write_text(PIN.replace("4.8.2", number))
    run(["init", "--yes"])
    assert 'projects = ["one", "two"]' in (project / "concertmaster.toml").read_text()


@pytest.mark.parametrize("link", [".github", ".github/workflows/concertmaster.yml"])
def test_nothing_is_written_through_a_link(
    project: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str], link: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (project / link).parent.mkdir(parents=True, exist_ok=True)
    (project / link).symlink_to(outside)
    assert run(["init", "--yes"]) == 2
    assert "link" in capsys.readouterr().err
    assert list(outside.iterdir()) == []


def test_an_unknown_feature_names_those_that_there_are(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "--features", "revew"]) == 2
    assert "review, resolve" in capsys.readouterr().err


def test_a_repository_without_the_framework_is_not_set_up(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text("[project]\nname = 'a'\nversion = '1'\n")
    assert run(["init", "--yes"]) == 2
    assert written(project) == set()
