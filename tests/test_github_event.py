"""What a runner says about an event becomes a request, is passed over, or ends in one clear message."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from concertmaster.github.event import ACTIONS, Closed, EarlierRun, Request, Skipped, Spoken, read_event
from concertmaster.messages import UserError
from tests.github_server import DescriptionUnavailableError, GitHub, packages

BASE, HEAD = "b" * 40, "a" * 40


def payload(**changes: Any) -> dict[str, Any]:
    repository = {"name": "network", "owner": {"login": "octo-org"}, "full_name": "octo-org/network"}
    pull = {
        "number": 7,
        "draft": False,
        "head": {"ref": "feature", "sha": HEAD, "repo": repository},
        "base": {"ref": "main", "sha": BASE, "repo": repository},
    }
    return {"action": "opened", "pull_request": pull, "repository": repository} | changes


@dataclass(frozen=True)
class Runner:
    folder: Path

    def read(
        self, content: object, name: str = "pull_request", **more: str
    ) -> Request | EarlierRun | Closed | Spoken | Skipped:
        path = self.folder / "event.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return read_event({"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path)} | more)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.mark.parametrize("name", ["push", "schedule", "workflow_dispatch", "issues"])
def test_an_event_without_a_pull_request_is_passed_over(runner: Runner, name: str) -> None:
    found = runner.read({}, name)
    assert isinstance(found, Skipped)
    assert name in found.reason


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
@pytest.mark.parametrize("action", [*ACTIONS, "labeled", "converted_to_draft"])
def test_whatever_happened_a_pull_request_is_reviewed(runner: Runner, action: str, name: str) -> None:
    assert runner.read(payload(action=action), name) == Request(
        owner="octo-org",
        name="network",
        number=7,
        head_sha=HEAD,
        base_sha=BASE,
        head_ref="feature",
        base_ref="main",
        head_repository="octo-org/network",
        action=action,
    )


@pytest.mark.parametrize("number", [0, 3])
def test_how_many_files_change_is_kept(runner: Runner, number: int) -> None:
    told = payload()
    told["pull_request"]["changed_files"] = number
    found = runner.read(told)
    assert isinstance(found, Request)
    assert found.changed_files == number


def test_a_fork_may_be_gone(runner: Runner) -> None:
    gone = payload()
    gone["pull_request"]["head"]["repo"] = None
    found = runner.read(gone)
    assert isinstance(found, Request)
    assert found.head_repository is None
    assert found.is_fork


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("pull_request", "head", "sha"), "HEAD"),
        (("pull_request", "head", "sha"), f"{HEAD}/../.."),
        (("pull_request", "base", "sha"), None),
        (("pull_request", "number"), "7/../.."),
        (("pull_request", "number"), -1),
        (("repository", "name"), ".."),
        (("repository", "name"), "network?x=1"),
        (("repository", "name"), "a/b"),
        (("repository", "owner"), {"login": "../user"}),
        (("pull_request", "head", "ref"), "a\n::error::b"),
        (("pull_request",), []),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else str(value)[:20].split("\n")[0],
)
def test_what_would_lead_elsewhere_is_refused(runner: Runner, keys: tuple[str, ...], value: object) -> None:
    broken = payload()
    place: Any = broken
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    with pytest.raises(UserError) as refused:
        runner.read(broken)
    assert refused.value.remedy
    assert keys[-1] in str(refused.value) or "pull_request" in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '"x"', "{", "[" * 100_000, "\ud83d".encode("utf-8", "replace").decode()]
)
def test_an_event_that_is_none_is_told(runner: Runner, text: str) -> None:
    with pytest.raises(UserError, match="cannot be read as a pull request"):
        runner.read(text)


def test_an_event_of_endless_size_is_not_read(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concertmaster.github.payloads.MAX_PAYLOAD", 100)
    with pytest.raises(UserError, match="larger than"):
        runner.read(payload())


def test_outside_a_workflow_the_missing_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="GITHUB_EVENT_NAME") as refused:
        read_event({})
    assert "concertmaster review --base" in refused.value.remedy
    with pytest.raises(UserError, match="GITHUB_EVENT_PATH"):
        read_event({"GITHUB_EVENT_NAME": "pull_request"})
    with pytest.raises(UserError, match="No such file"):
        read_event({"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(tmp_path / "none.json")})


def test_every_example_that_github_publishes_is_understood(runner: Runner) -> None:
    try:
        entries = packages.json_member(packages.WEBHOOK_EXAMPLES, "api.github.com/index.json")
    except DescriptionUnavailableError as error:
        pytest.skip(f"GitHub's examples are not available: {error}")
    examples = next(entry["examples"] for entry in entries if entry["name"] == "pull_request")
    understood = [runner.read(example) for example in examples]
    assert len(understood) > 20
    wanted = {example["action"] for example in examples} - {"closed"}
    assert {found.action for found in understood if isinstance(found, Request)} == wanted


def test_the_environment_of_a_runner_is_enough(github: GitHub, tmp_path: Path) -> None:
    remote = github.create_repository("octo-org/network", {"a.py": "1\n"})
    fork = remote.fork("stranger")
    fork.push("feature", {"a.py": "2\n"})
    pull = remote.open_pull_request("main", "feature", source=fork)
    found = read_event(github.runner_environment(remote.event(pull), {}, tmp_path))
    assert isinstance(found, Request)
    assert (found.repository, found.head_repository) == ("octo-org/network", "stranger/network")
    assert found.is_fork
    assert found.head_sha == fork.sha("feature")


# -- merge queues and earlier workflows --------------------------------------------------------------------

REPOSITORY = {"name": "network", "owner": {"login": "octo-org"}}


def test_a_merge_group_is_a_request_without_a_number(runner: Runner) -> None:
    group = {
        "head_sha": HEAD,
        "base_sha": BASE,
        "head_ref": "refs/heads/queue",
        "base_ref": "refs/heads/main",
    }
    event = {"action": "checks_requested", "merge_group": group, "repository": REPOSITORY}
    found = runner.read(event, "merge_group")
    assert isinstance(found, Request)
    assert (found.number, found.head_sha, found.base_sha, found.is_fork) == (0, HEAD, BASE, False)
    assert isinstance(runner.read(event | {"action": "destroyed"}, "merge_group"), Skipped)


def earlier(**changes: Any) -> dict[str, Any]:
    run = {
        "event": "pull_request",
        "head_sha": HEAD,
        "head_branch": "feature",
        "head_repository": {"name": "network", "owner": {"login": "stranger"}},
    }
    return {"action": "completed", "workflow_run": run | changes, "repository": REPOSITORY}


def test_an_earlier_workflow_tells_branch_and_commit_and_nothing_else(runner: Runner) -> None:
    found = runner.read(earlier(pull_requests=[{"number": 1}]), "workflow_run")
    assert found == EarlierRun("octo-org/network", "stranger", "feature", HEAD)


@pytest.mark.parametrize("changes", [{"event": "push"}, {"head_repository": None}, {"head_branch": None}])
def test_an_earlier_workflow_on_something_else_is_passed_over(
    runner: Runner, changes: dict[str, Any]
) -> None:
    assert isinstance(runner.read(earlier(**changes), "workflow_run"), Skipped)


@pytest.mark.parametrize("changes", [{"head_sha": "HEAD"}, {"head_branch": "a b"}])
def test_an_earlier_workflow_that_makes_no_sense_is_told(runner: Runner, changes: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        runner.read(earlier(**changes), "workflow_run")


@pytest.mark.parametrize("merged", [True, False])
def test_a_closed_pull_request_is_told_apart(runner: Runner, merged: bool) -> None:
    told = payload(action="closed")
    told["pull_request"]["merged"] = merged
    found = runner.read(told)
    assert found == Closed("octo-org/network", 7, "main", HEAD, merged)
