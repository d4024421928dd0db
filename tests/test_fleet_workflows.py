"""The workflows for many repositories: what they call exists, and nothing of a stranger's is part of a script."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from concertmaster import __version__
from concertmaster.cli.fleet import fleet

ROOT = Path(__file__).resolve().parents[1]
CALLER, CALLED = (ROOT / "docs" / "workflows" / name for name in ("fleet.yml", "fleet-run.yml"))


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(path)
    return found


def steps() -> list[dict[str, Any]]:
    return [step for job in read(CALLED)["jobs"].values() for step in job["steps"]]


def commands() -> dict[str, Any]:
    return dict(fleet.commands)


def test_the_caller_gives_what_the_called_one_takes() -> None:
    (job,) = read(CALLER)["jobs"].values()
    called = read(CALLED)["on"]["workflow_call"]
    assert job["uses"].endswith(f"/{CALLED.name}")
    required = {name for name, one in called["inputs"].items() if one.get("required")}
    assert required <= set(job["with"]) <= set(called["inputs"])
    assert set(job["secrets"]) == set(called["secrets"])
    assert called["inputs"]["version"]["default"] == __version__


@pytest.mark.parametrize("path", [CALLER, CALLED], ids=lambda path: path.name)
def test_the_jobs_own_token_may_do_nothing(path: Path) -> None:
    found = read(path)
    assert found["permissions"] == {}
    assert all(job["permissions"] == {} for job in found["jobs"].values())


def test_scripts_hold_no_expressions_and_actions_are_pinned() -> None:
    assert [step["run"] for step in steps() if "${{" in step.get("run", "")] == []
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"]) for step in steps() if "uses" in step)


def test_every_command_and_option_exists() -> None:
    said = re.findall(
        r"concertmaster fleet (\w+)((?:[^|\\\n]|\\\n)*)", "\n".join(s.get("run", "") for s in steps())
    )
    assert [name for name, _ in said] == ["plan", "run", "report"]
    for name, rest in said:
        options = {option for parameter in commands()[name].params for option in parameter.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= options


def test_every_option_is_documented() -> None:
    told = (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")
    options = {option for command in commands().values() for one in command.params for option in one.opts}
    assert [option for option in options if option.startswith("--") and option not in told] == []


def test_the_results_reach_the_report() -> None:
    kept = [step["with"] for step in steps() if "artifact@" in step.get("uses", "")]
    assert kept[0]["name"].startswith(kept[1]["pattern"].rstrip("*"))
    assert not kept[2]["name"].startswith("fleet-")
