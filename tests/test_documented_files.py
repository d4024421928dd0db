"""Files that the guides show are understood by what reads them; the worked example of a rule is followed."""

from __future__ import annotations

import doctest
import importlib
import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from tools.demo import git
from tools.shown import examples, judge

from concertmaster import rule as finding_rules
from concertmaster import rules as package
from concertmaster.cli import run
from concertmaster.rule import Rule
from tests.documented import ROOT, Block, as_pattern, files, of_kind, transcript

PIN = '[project]\nname = "network"\nversion = "1"\ndependencies = ["orchestrator-core==4.8.2"]\n'
WORKED = "docs/adding-a-rule.md"
LOADED = "concertmaster.rules.node_lookup"


def shown(name: str) -> list[Block]:
    found = [block for block in files() if block.title.endswith(name)]
    assert found
    return found


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text(PIN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONCERTMASTER_OFFLINE", "1")
    return tmp_path


def test_every_file_that_is_shown_is_tried() -> None:
    known = {
        ".pre-commit-config.yaml",
        "renovate.json",
        ".github/dependabot.yml",
        ".gitlab-ci.yml",
        "nodes.py",
    }
    known |= {".github/workflows/report.yml", "src/concertmaster/rules/node_lookup.py"}
    assert {block.title for block in files()} == known


def test_hooks_are_those_of_the_repository_and_their_arguments_are_understood(
    network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = {hook["id"]: hook for hook in YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")}
    for block in shown(".pre-commit-config.yaml"):
        (repository,) = YAML(typ="safe").load(block.text)["repos"]
        for hook in repository["hooks"]:
            entry = ours[hook["id"]]
            given = [*shlex.split(entry["entry"]), *hook.get("args", entry["args"]), "pyproject.toml"]
            assert run(given[1:]) in (0, 1), capsys.readouterr().err


def test_the_job_for_gitlab_writes_what_it_uploads(network: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = shown(".gitlab-ci.yml")
    (job,) = YAML(typ="safe").load(block.text).values()
    command, target = job["script"][-1].split(" > ")
    assert job["artifacts"]["reports"]["codequality"] == target
    assert run(shlex.split(command)[1:]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), list)


def test_the_workflow_with_a_report_uploads_what_it_writes(network: Path) -> None:
    (block,) = shown("report.yml")
    (job,) = YAML(typ="safe").load(block.text)["jobs"].values()
    _, command, upload = job["steps"]
    words = shlex.split(command["run"])
    assert words[:3] == ["pipx", "run", "concertmaster"]
    assert run(words[3:]) == 0
    assert (network / upload["with"]["path"]).read_text().startswith("<!doctype html>")


def test_the_other_programs_leave_orchestrator_core_alone() -> None:
    (renovate,), (dependabot,) = shown("renovate.json"), shown("dependabot.yml")
    (rule,) = json.loads(renovate.text)["packageRules"]
    assert rule == {"matchPackageNames": ["orchestrator-core"], "enabled": False}
    (update,) = YAML(typ="safe").load(dependabot.text)["updates"]
    assert update["ignore"] == [{"dependency-name": "orchestrator-core"}]


@pytest.mark.parametrize("block", of_kind("pycon"), ids=lambda block: block.place)
def test_the_library_answers_as_it_is_shown(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "projects" / "network"
    home.mkdir(parents=True)
    git(tmp_path, "init", "--quiet")
    (home / "pyproject.toml").write_text(PIN)
    (home / "nodes.py").write_text("from orchestrator.types import SubscriptionLifecycle\n")
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(block.text, {}, block.page, None, block.line)
    outcome = doctest.DocTestRunner().run(test)
    assert outcome.attempted > 4
    assert outcome.failed == 0


@pytest.fixture
def worked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rule]:
    """The rule of the worked example, where rules are."""
    folder = tmp_path / "worked"
    folder.mkdir()
    (block,) = shown("rules/node_lookup.py")
    (folder / "node_lookup.py").write_text(block.text)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    finding_rules.load_rules.cache_clear()
    importlib.invalidate_caches()
    module = importlib.import_module(LOADED)
    yield module.rule
    sys.modules.pop(LOADED)
    del package.node_lookup  # type: ignore[attr-defined]
    finding_rules.load_rules.cache_clear()


def test_the_examples_of_the_rule_that_is_shown_hold(worked: Rule) -> None:
    assert isinstance(worked, Rule)
    tried = examples(worked)
    assert {example.changes for example in tried} == {True, False}
    for example in tried:
        result = judge(worked, example.before, example)
        assert (result.rewritten or example.before.encode()).decode() == example.after
        assert bool(result.findings) is example.changes


def test_the_rule_that_is_shown_finds_what_is_shown(
    worked: Rule, network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (source,) = shown("nodes.py")
    (network / source.title).write_text(source.text)
    (block,) = (block for block in of_kind("console") if block.page == WORKED)
    for command, printed in transcript(block):
        run(list(command[1:]))
        out = capsys.readouterr().out
        assert as_pattern(printed.strip()).fullmatch(out.strip()), out
