"""The diagnosis: workflows by themselves, then token and settings against the local GitHub."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from concertmaster.cli import run
from concertmaster.onboarding.diagnosis import Check, State, examine
from concertmaster.onboarding.features import FEATURES, chosen, workflows
from concertmaster.onboarding.uses import Uses, read_uses
from concertmaster.onboarding.workflow_checks import workflows as judged

if TYPE_CHECKING:
    from tests.github_server.github import GitHub

PIN = '[project]\nname = "network"\nversion = "1"\ndependencies = ["orchestrator-core==4.8.2"]\n'
NAME = "net/network"
PATH = ".github/workflows/a.yml"
STEP = "jobs: {a: {steps: [{uses: some/concertmaster@v1%s}]%s}}\n"
MAY = ", permissions: {contents: write, pull-requests: write}"


def uses(text: str) -> Uses:
    return read_uses([PATH], {PATH: text.encode()}.get)


def problems(text: str) -> list[Check]:
    found = list(judged(uses(text)))
    assert all(check.remedy for check in found if check.state is not State.OK)
    return [check for check in found if check.state is not State.OK]


def test_workflows_that_init_writes_are_in_order() -> None:
    texts = {path: text.encode() for path, text in workflows(chosen(FEATURES))}
    found = list(judged(read_uses(texts, texts.get)))
    assert {check.state for check in found} == {State.OK}
    assert len(found) == len(texts)


@pytest.mark.parametrize(
    "event", ["pull_request", "[pull_request, merge_group]", "{pull_request: {}}", "{pull_request: }"]
)
def test_every_way_to_write_a_trigger_is_read(event: str) -> None:
    assert problems(f"on: {event}\n{STEP % ('', MAY)}") == []


@pytest.mark.parametrize(
    ("text", "state", "told"),
    [
        ("on: pull_request\n" + STEP % ("", ""), "warning", "says no permissions"),
        ("on: pull_request\npermissions: {}\n" + STEP % ("", ""), "failure", "needs `contents: read`"),
        ("on: pull_request\npermissions: write-all\n" + STEP % ("", ""), "warning", "may write everything"),
        (
            "on: pull_request\n" + STEP % (", with: {check: check-run}", MAY),
            "failure",
            "needs `checks: write` and has `none`",
        ),
        (
            "on: pull_request\n" + STEP % ("", ", permissions: {contents: read, pull-requests: read, packages: write}"),
            "warning",
            "has `packages: write`",
        ),
        ("on: pull_request_target\n" + STEP % ("", MAY), "failure", "pull_request_target"),
        ("on: push\n" + STEP % ("", MAY), "failure", "no event of a pull request"),
        ("on: pull_request\n" + STEP % (", with: {mode: upgrade}", MAY), "failure", "neither a schedule nor"),
        ("on: {pull_request: {types: [opened]}}\n" + STEP % ("", MAY), "warning", "is synchronize"),
        ("on: {pull_request: {paths: [src/**]}}\n" + STEP % ("", MAY), "warning", "filtered by paths"),
        ("on: [pull_request, schedule]\n" + STEP % ("", MAY), "warning", "60 quiet days"),
        ("on: {workflow_run: {workflows: [Other]}}\n" + STEP % ("", MAY), "failure", "follows Other"),
        ("on: issue_comment\n" + STEP % ("", ", permissions: {contents: read}"), "failure", "contents: write"),
        ("on: [\n", "warning", "could not be read"),
        ("name: Nothing of ours\n", "warning", "No workflow uses the action"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_remedy(text: str, state: str, told: str) -> None:
    found = problems(text)
    assert any(check.state == state and told in check.what for check in found), found


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "jobs: 3",
        "jobs: {a: {steps: 3}}",
        "on: 3\njobs: {a: {steps: [3, {uses: [x]}, {uses: a/concertmaster@1, with: 3}]}}",
    ],
)
def test_workflows_of_any_shape_are_survived(text: str) -> None:
    list(judged(uses(text)))


def test_a_token_of_its_own_has_permissions_of_its_own() -> None:
    text = "on: pull_request\n" + STEP % (", with: {github-token: x}", ", permissions: {}")
    assert problems(text) == []


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text(PIN)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for path, text in workflows(chosen(["review", "upgrade"])):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def by_topic(
    project: Path, environment: Mapping[str, str], repository: str | None = NAME
) -> dict[str, list[Check]]:
    """Without a package index: nothing listens at its address."""
    given = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "HOME": str(project / "home"), **environment}
    found: dict[str, list[Check]] = {}
    for check in examine(project, given, repository=repository):
        found.setdefault(check.topic, []).append(check)
    return found


def asked(github: GitHub, project: Path, token: str) -> dict[str, list[Check]]:
    return by_topic(project, {"GITHUB_TOKEN": token, "GITHUB_API_URL": github.api_url})


def only(checks: list[Check]) -> tuple[str, str]:
    (check,) = checks
    assert bool(check.remedy) or check.state is State.OK
    return check.state.value, check.what


@pytest.fixture
def repository(github: GitHub) -> GitHub:
    github.create_repository(NAME, {"pyproject.toml": PIN})
    return github


ALL = {"contents": "write", "pull_requests": "write", "administration": "read"}


def test_all_is_well(repository: GitHub, project: Path) -> None:
    found = asked(repository, project, repository.token(permissions=ALL))
    assert only(found["project"]) == ("ok", "It is built on orchestrator-core 4.8.2.")
    assert only(found["token"]) == ("ok", f"The token sees {NAME} and may write contents.")
    assert only(found["settings"]) == ("ok", "Workflows may open pull requests.")
    assert {check.state for check in found["workflows"]} == {State.OK}


def test_nothing_is_written_to_github(repository: GitHub, project: Path) -> None:
    asked(repository, project, repository.token(permissions=ALL))
    assert repository.journal.calls("GET")
    assert repository.journal.writes() == []


def test_workflows_that_may_not_open_pull_requests_fail_where_one_has_to(
    repository: GitHub, project: Path
) -> None:
    state = repository.hub.repositories[NAME]
    state.actions_may_open_pull_requests = False
    token = repository.token(permissions=ALL)
    told, what = only(asked(repository, project, token)["settings"])
    assert told == "failure"
    assert "concertmaster-upgrade.yml does" in what
    (project / ".github/workflows/concertmaster-upgrade.yml").unlink()
    assert only(asked(repository, project, token)["settings"])[0] == "ok"


def test_settings_that_the_token_may_not_see_are_unknown(repository: GitHub, project: Path) -> None:
    found = asked(repository, project, repository.token(permissions={"contents": "read"}))
    assert only(found["settings"])[0] == "unknown"
    assert only(found["token"]) == ("ok", f"The token sees {NAME} and may only read contents.")


def test_actions_that_are_switched_off(repository: GitHub, project: Path) -> None:
    repository.hub.repositories[NAME].actions_enabled = False
    found = asked(repository, project, repository.token(permissions=ALL))
    assert [check.state.value for check in found["settings"]] == ["failure", "ok"]


def test_pull_requests_that_may_not_be_read(repository: GitHub, project: Path) -> None:
    repository.hub.repositories[NAME].private = True
    found = asked(repository, project, repository.token(permissions={"contents": "read"}))
    assert "may not read pull requests" in found["token"][-1].what


def test_an_archived_repository(repository: GitHub, project: Path) -> None:
    repository.hub.repositories[NAME].archived = True
    found = asked(repository, project, repository.token(permissions=ALL))
    assert "archived" in found["repository"][0].what


def test_a_token_that_is_not_accepted(repository: GitHub, project: Path) -> None:
    assert only(asked(repository, project, "wrong")["token"])[0] == "failure"


def test_a_repository_that_is_not_seen(github: GitHub, project: Path) -> None:
    state, what = only(asked(github, project, github.token())["token"])
    assert (state, what) == ("failure", f"The token does not see the repository {NAME}.")


def test_a_server_that_does_not_answer(project: Path) -> None:
    found = by_topic(project, {"GITHUB_TOKEN": "x", "GITHUB_API_URL": "http://127.0.0.1:9"})
    assert only(found["token"])[0] == "failure"
    assert only(found["network"])[0] == "warning"


@pytest.mark.parametrize(
    ("remote", "known"),
    [
        ("https://github.com/net/network.git", True),
        ("git@github.com:net/network", True),
        ("ssh://git@github.com:22/net/network.git", True),
        ("https://github.com.example.org/net/network", False),
        ("https://example.org/github.com/net/network", False),
        ("/srv/net/network", False),
    ],
)
def test_the_remote_names_a_repository_of_the_server_that_is_asked_and_no_other(
    project: Path, remote: str, *, known: bool
) -> None:
    from concertmaster.onboarding.github_checks import PUBLIC_API, _remote

    subprocess.run(["git", "remote", "add", "origin", remote], cwd=project, check=True)
    assert _remote(project, PUBLIC_API) == ("net/network" if known else None)


def test_without_a_token_github_is_not_asked(project: Path) -> None:
    assert only(by_topic(project, {})["token"])[0] == "unknown"


def test_json_and_the_exit_code(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    assert run(["doctor", "--offline", "--format", "json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["version"] == 1
    assert {check["state"] for check in told["checks"]} == {"ok", "unknown"}
    (project / "pyproject.toml").unlink()
    assert run(["doctor", "--offline"]) == 1
    assert "failure  project: No dependency on orchestrator-core" in capsys.readouterr().out
