"""Event payloads and the runner's environment, held to GitHub's own description of its webhooks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.github_server.github import described

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github_server import GitHub
    from tests.github_server.events import Event
    from tests.github_server.remote import Remote
    from tests.github_server.state import PullRequest


@pytest.fixture
def remote(github: GitHub) -> Remote:
    remote = github.create_repository("octo-org/network", {"a.py": "one\n"})
    remote.push("feature", {"a.py": "two\n"})
    return remote


@pytest.fixture
def pull(remote: Remote) -> PullRequest:
    return remote.open_pull_request("main", "feature", "Change", "octocat")


def problems(event: Event, name: str) -> list[str]:
    return list(described("api.github.com").event_problems(name, event.payload))


def of_another_host(event: Event) -> list[str]:
    return [word for word in json.dumps(event.payload).split('"') if "github.com/" in word]


@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "ready_for_review", "closed"])
def test_a_pull_request(remote: Remote, pull: PullRequest, action: str) -> None:
    before = pull.head.sha
    remote.push("feature", {"a.py": "three\n"})
    event = remote.event(pull, action, before=before if action == "synchronize" else None)
    assert problems(event, f"pull-request-{action.replace('_', '-')}") == []
    assert event.payload["pull_request"]["head"]["sha"] == remote.sha("feature")
    assert event.payload["repository"]["full_name"] == "octo-org/network"
    assert (event.ref, event.sha) == ("refs/pull/1/merge", remote.sha("refs/pull/1/merge"))
    if action == "synchronize":
        assert (event.payload["before"], event.payload["after"]) == (before, remote.sha("feature"))


def test_a_pull_request_target_runs_on_the_default_branch(remote: Remote, pull: PullRequest) -> None:
    event = remote.event(pull, "opened", target=True)
    assert (event.name, event.ref, event.sha) == (
        "pull_request_target",
        "refs/heads/main",
        remote.sha("main"),
    )
    assert problems(event, "pull-request-opened") == []


def test_a_pull_request_of_a_fork_and_of_a_deleted_fork(remote: Remote) -> None:
    fork = remote.fork("contributor")
    fork.push("patch", {"a.py": "two\n"})
    pull = remote.open_pull_request("main", "patch", author="contributor", source=fork)
    event = remote.event(pull, sender="contributor")
    assert problems(event, "pull-request-opened") == []
    head = event.payload["pull_request"]["head"]
    assert (head["repo"]["full_name"], head["repo"]["fork"]) == ("contributor/network", True)
    fork.delete()
    assert remote.event(pull, "reopened").payload["pull_request"]["head"]["repo"] is None


def test_other_events(remote: Remote, pull: PullRequest) -> None:
    comment = remote.comment(pull, "/concertmaster fix", "stranger")
    assert problems(remote.push_event("feature"), "push") == []
    assert problems(remote.merge_group_event(pull), "merge-group-checks-requested") == []
    assert problems(remote.dispatch_event({"target": "5.0.0"}), "workflow-dispatch") == []
    assert problems(remote.comment_event(comment), "issue-comment-created") == []
    review = remote.review(
        pull, event="COMMENT", comments=[{"path": "a.py", "line": 1, "side": "RIGHT", "body": "x"}]
    )
    (first,) = review.comments
    for said in (first, remote.reply(first, "/concertmaster fix", "stranger")):
        assert problems(remote.review_comment_event(said), "pull-request-review-comment-created") == []
    assert problems(remote.workflow_run_event(pull), "workflow-run-completed") == []
    assert remote.schedule_event().payload["schedule"] == "0 5 * * 1"


def test_what_they_say(remote: Remote, pull: PullRequest) -> None:
    comment = remote.comment(pull, "/concertmaster fix", "stranger")
    said = remote.comment_event(comment)
    assert said.payload["issue"]["pull_request"]["url"].endswith("/pulls/1")
    assert (said.payload["sender"]["login"], said.payload["comment"]["author_association"]) == (
        "stranger",
        "NONE",
    )
    group = remote.merge_group_event(pull)
    assert group.payload["merge_group"]["head_sha"] == group.sha == remote.sha("refs/pull/1/merge")
    assert remote.dispatch_event({"target": "5.0.0"}).payload["inputs"] == {"target": "5.0.0"}
    run = remote.workflow_run_event(pull).payload["workflow_run"]
    assert (run["head_sha"], [item["number"] for item in run["pull_requests"]]) == (pull.head.sha, [1])


def test_a_workflow_run_of_a_fork_names_no_pull_request(remote: Remote) -> None:
    fork = remote.fork("contributor")
    fork.push("patch", {"a.py": "two\n"})
    pull = remote.open_pull_request("main", "patch", author="contributor", source=fork)
    event = remote.workflow_run_event(pull)
    assert problems(event, "workflow-run-completed") == []
    run = event.payload["workflow_run"]
    assert (run["pull_requests"], run["head_repository"]["full_name"]) == ([], "contributor/network")


def test_no_address_leads_to_another_host(remote: Remote, pull: PullRequest) -> None:
    events = [remote.event(pull), remote.push_event("feature"), remote.workflow_run_event(pull)]
    assert [of_another_host(event) for event in events] == [[], [], []]


def test_the_environment_of_a_container_action(
    github: GitHub, remote: Remote, pull: PullRequest, tmp_path: Path
) -> None:
    event = remote.event(pull)
    inputs: dict[str, str | bool] = {"github-token": "secret", "fail-on": "error", "dry run": True}
    environment = github.runner_environment(event, inputs, tmp_path, checkout=event.sha)
    assert {name: environment[name] for name in environment if name.startswith("INPUT_")} == {
        "INPUT_GITHUB-TOKEN": "secret",
        "INPUT_FAIL-ON": "error",
        "INPUT_DRY_RUN": "true",
    }
    assert environment["GITHUB_API_URL"] == github.api_url
    assert environment["GITHUB_GRAPHQL_URL"] == github.hub.urls.graphql
    assert (environment["GITHUB_REF"], environment["GITHUB_HEAD_REF"]) == ("refs/pull/1/merge", "feature")
    assert environment["GITHUB_REF_NAME"] == "1/merge"
    workspace = tmp_path / "workspace"
    assert environment["GITHUB_WORKSPACE"] == str(workspace)
    assert (workspace / "a.py").read_text() == "two\n"
    payload = json.loads((tmp_path / "workflow" / "event.json").read_text())
    assert payload == event.payload
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        file = tmp_path / "file_commands" / environment[name].rpartition("/")[2]
        assert file.read_bytes() == b""
