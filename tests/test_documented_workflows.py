"""The workflows that people copy: what they give to the action is what the action takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from concertmaster.github.commands import Name
from concertmaster.github.event import ACTIONS, COMMENTS

ROOT = Path(__file__).resolve().parents[1]
#: Those for many repositories call the command line: tests/test_fleet_workflows.py.
WORKFLOWS = sorted(
    set((ROOT / "docs" / "workflows").glob("*.yml")) - set((ROOT / "docs" / "workflows").glob("fleet*"))
)


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(path)
    return found


def jobs(path: Path) -> list[dict[str, Any]]:
    return list(read(path)["jobs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_input_is_one_of_the_action(path: Path) -> None:
    inputs = read(ROOT / "action.yml")["inputs"]
    steps = [step for job in jobs(path) for step in job["steps"] if "/concertmaster@" in step["uses"]]
    assert steps
    assert {name for step in steps for name in step.get("with", {})} <= set(inputs)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_job_asks_for_its_own_permissions(path: Path) -> None:
    assert read(path)["permissions"] == {}
    assert all(job["permissions"] for job in jobs(path))


def test_the_second_of_the_pair_follows_the_first_and_checks_nothing_out() -> None:
    first, second = (read(ROOT / "docs" / "workflows" / name) for name in ("review.yml", "review-forks.yml"))
    assert first["on"]["pull_request"]["types"] == list(ACTIONS)
    assert second["on"]["workflow_run"]["workflows"] == [first["name"]]
    (job,) = second["jobs"].values()
    assert [step["uses"].partition("@")[0] for step in job["steps"]] == ["OWNER/concertmaster"]


def test_every_input_of_the_action_is_documented() -> None:
    told = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert [name for name in read(ROOT / "action.yml")["inputs"] if f"`{name}`" not in told] == []


def test_commands_are_obeyed_without_a_checkout() -> None:
    workflow = read(ROOT / "docs" / "workflows" / "commands.yml")
    assert {name: event["types"] for name, event in workflow["on"].items()} == {
        name: ["created"] for name in COMMENTS
    }
    assert "concurrency" not in workflow
    (job,) = workflow["jobs"].values()
    assert job["permissions"] == {"contents": "write", "pull-requests": "write"}
    assert [step["uses"].partition("@")[0] for step in job["steps"]] == ["OWNER/concertmaster"]


def test_every_command_is_documented() -> None:
    told = (ROOT / "docs" / "reviewing.md").read_text(encoding="utf-8")
    assert [name for name in Name if f"`/concertmaster {name}" not in told] == []
