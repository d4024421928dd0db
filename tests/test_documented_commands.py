"""Every block of README, guides and policies does what its page says; one that cannot run here says why."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML
from tools.demo import git

from concertmaster.cli import run
from concertmaster.cli.application import application
from concertmaster.config import load_config
from tests.documented import ROOT, Block, as_pattern, blocks, commands, inline, of_kind, transcript

#: What cannot run in a test, and why; told when it is skipped.
NOT_HERE = {
    "make setup": "it makes the environment that this test runs in",
    "make demo": "it asks the package registries, and takes a minute or two",
    "make test": "it runs this test",
    "make site": "CI runs it; it needs dependencies of its own",
    "pip install": "it changes the environment that this test runs in",
    "gh attestation": "it asks GitHub for a release that is no example",
    "git clone": "it asks GitHub",
    "export": "it is for the commands below it",
    "concertmaster fleet plan": "it asks GitHub; tests/test_fleet_*.py try it on a local one",
    "concertmaster fleet run": "it asks GitHub; tests/test_fleet_*.py try it on a local one",
}
TRIED = {"shell", "console", "yaml", "toml", "python", "pycon", "json", "diff"}
WORKFLOW = """\
from orchestrator.workflow import begin, done, workflow


@workflow("Check the network")
def check_network():
    return begin >> done
"""
WORKED = "docs/adding-a-rule.md"  # tests/test_documented_files.py follows it
INSTALLED = ".venv/bin/concertmaster"  # in a clone, by `make setup`
PIN = '[project]\nname = "network"\nversion = "1"\ndependencies = ["orchestrator-core==4.8.2"]\n'


def identified(block: Block) -> str:
    return block.place


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a project on a branch, where `make demo` puts one."""
    network = tmp_path / ".cache" / "demo" / "network"
    network.mkdir(parents=True)
    (network / "pyproject.toml").write_text(PIN)
    git(network, "init", "--quiet", "--initial-branch=main")
    git(network, "add", "--all")
    git(network, "commit", "--quiet", "--message", "A network")
    git(network, "checkout", "--quiet", "-b", "tell-apart")
    (network / "main.py").write_text(WORKFLOW)
    git(network, "add", "--all")
    git(network, "commit", "--quiet", "--message", "Tell subscriptions apart")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONCERTMASTER_OFFLINE", "1")
    for name in ("GITHUB_ACTIONS", "GITHUB_TOKEN", "GH_TOKEN", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def network(clone: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, as somebody has it who reads the page."""
    monkeypatch.chdir(clone / ".cache" / "demo" / "network")
    return Path.cwd()


def test_every_block_is_of_a_kind_that_is_tried() -> None:
    assert {block.place: block.kind for block in blocks() if block.kind not in TRIED} == {}


def keep_results(capsys: pytest.CaptureFixture[str]) -> None:
    """What `fleet run` would have kept of the project."""
    run(["check", "--format", "json"])
    Path("results").mkdir()
    Path("results", "network.json").write_text(capsys.readouterr().out)


def shell_commands() -> list[tuple[str, tuple[str, ...]]]:
    return [(block.place, command) for block in of_kind("shell") for command in commands(block)]


@pytest.mark.parametrize(("place", "command"), shell_commands(), ids=lambda value: str(value)[:60])
def test_commands_in_shell_blocks_run(
    place: str,
    command: tuple[str, ...],
    clone: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = " ".join(command)
    if reason := next((why for start, why in NOT_HERE.items() if line.startswith(start)), None):
        pytest.skip(f"{line}: {reason}")
    if command[0] == "git":
        folder = clone if "-C" in command else clone / ".cache" / "demo" / "network"
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return
    assert command[0] in (INSTALLED, "concertmaster"), f"{place}: nothing here knows how to try `{line}`"
    monkeypatch.chdir(clone if command[0] == INSTALLED else clone / ".cache" / "demo" / "network")
    if "results" in command:
        keep_results(capsys)
    code = run(list(command[1:]))
    told = capsys.readouterr()
    assert code in (0, 1), told.err
    assert told.out or told.err


@pytest.mark.parametrize(
    "block", [block for block in of_kind("console") if block.page != WORKED], ids=identified
)
def test_console_blocks_print_what_they_show(
    block: Block, network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = list(transcript(block))
    assert shown
    for command, printed in shown:
        assert command[0] == "concertmaster"
        run(list(command[1:]))
        out = capsys.readouterr().out
        assert as_pattern(printed.strip()).fullmatch(out.strip()), out


@pytest.mark.parametrize("block", of_kind("yaml"), ids=identified)
def test_yaml_gives_the_action_what_it_takes(block: Block) -> None:
    read = YAML(typ="safe").load(block.text)
    steps = (
        read if isinstance(read, list) else [step for job in read["jobs"].values() for step in job["steps"]]
    )
    ours = [step for step in steps if "/concertmaster@" in step["uses"]]
    inputs = YAML(typ="safe").load(ROOT / "action.yml")["inputs"]
    assert ours
    assert {name for step in ours for name in step.get("with", {})} <= set(inputs)


@pytest.mark.parametrize("block", of_kind("toml"), ids=identified)
def test_settings_are_understood(block: Block) -> None:
    assert load_config({"pyproject.toml": block.text.encode()}.get) != load_config(lambda path: None)


@pytest.mark.parametrize("block", of_kind("diff"), ids=identified)
def test_diffs_have_something_to_say(block: Block) -> None:
    assert all(line[:1] in "+- " for line in block.text.splitlines() if line)
    assert re.search(r"^[+-]", block.text, re.MULTILINE)


def known(command: list[str]) -> click.Command:
    """The command that is meant, with everything above it gone through."""
    here: click.Command = application
    for word in command[1:]:
        if not isinstance(here, click.Group) or word.startswith("-"):
            break
        found = here.get_command(click.Context(here), word)
        assert found is not None, f"there is no `{word}`"
        here = found
    return here


def test_commands_in_running_text_exist() -> None:
    ours = [(page, text) for page, text in inline() if re.match(r"concertmaster [a-z]", text)]
    assert len(ours) > 10
    for page, text in ours:
        words = shlex.split(re.split(r"[>|]", text)[0])
        options = {option for parameter in known(words).params for option in parameter.opts}
        asked = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert asked <= options | {"--help", "--version"}, f"{page}: {text}"


def test_targets_of_make_and_modules_in_the_documentation_exist() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page, text in inline():
        if match := re.match(r"make ([a-z-]+)", text):
            assert match[1] in targets, f"{page}: {text}"
        if match := re.match(r"(?:.*/)?python -m ([\w.]+)", text):
            assert importlib.util.find_spec(match[1]), f"{page}: {text}"
