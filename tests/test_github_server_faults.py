"""Outages of the local GitHub, its journal, and its strictness: what a client gets and what is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from github import GithubException

from tests.github_server import DescriptionUnavailableError, GitHub, faults, packages
from tests.github_server.description import FLAVOURS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from github.PullRequest import PullRequest

    from tests.github_server.faults import Effect
    from tests.github_server.fixtures import Connect
    from tests.github_server.remote import Remote

COMMENTS = r"/issues/1/comments$"


@pytest.fixture
def remote(github: GitHub) -> Remote:
    remote = github.create_repository("octo-org/network", {"a.py": "one\n"})
    remote.push("feature", {"a.py": "two\n"})
    remote.open_pull_request("main", "feature")
    return remote


@pytest.fixture
def pull(remote: Remote, connect: Connect) -> PullRequest:
    return connect().get_repo(remote.name).get_pull(1)


def said(remote: Remote) -> int:
    return len(remote.state.issues[1].comments)


@pytest.mark.parametrize("code", [401, 404, 409, 410, 429, 500, 502, 503])
def test_a_status_in_place_of_the_deed(github: GitHub, remote: Remote, pull: PullRequest, code: int) -> None:
    github.faults.add("POST", COMMENTS, faults.status(code, retry_after="7"))
    with pytest.raises(GithubException) as failed:
        pull.create_issue_comment("x")
    assert failed.value.status == code
    assert (failed.value.headers or {})["retry-after"] == "7"
    assert said(remote) == 0
    pull.create_issue_comment("x")
    assert said(remote) == 1


def test_a_status_after_the_deed(github: GitHub, remote: Remote, pull: PullRequest) -> None:
    github.faults.add("POST", COMMENTS, faults.status(502), after=True)
    with pytest.raises(GithubException):
        pull.create_issue_comment("x")
    assert said(remote) == 1
    [call] = github.journal.calls("POST", COMMENTS)
    assert (call.status, call.carried_out) == (502, True)


@pytest.mark.parametrize("after", [False, True], ids=["before the deed", "after the deed"])
def test_a_connection_that_breaks(github: GitHub, remote: Remote, pull: PullRequest, after: bool) -> None:
    github.faults.add("POST", COMMENTS, faults.connection_reset(), after=after)
    with pytest.raises(requests.ConnectionError):
        pull.create_issue_comment("x")
    assert said(remote) == int(after)
    assert github.journal.calls("POST", COMMENTS)[0].status is None


def test_a_truncated_answer(github: GitHub, remote: Remote, pull: PullRequest) -> None:
    github.faults.add("POST", COMMENTS, faults.truncated())
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        pull.create_issue_comment("x")
    assert said(remote) == 1


def test_a_page_where_json_was_asked_for(github: GitHub, remote: Remote, pull: PullRequest) -> None:
    github.faults.add("GET", r"/pulls/1/files$", faults.page())
    answer = requests.get(f"{github.api_url}/repos/{remote.name}/pulls/1/files", timeout=10)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")


@pytest.mark.parametrize(
    ("effect", "word"),
    [
        (faults.secondary_limit(), "secondary rate limit"),
        (faults.secondary_limit(30), "secondary rate limit"),
        (faults.secondary_limit(30, code=429), "secondary rate limit"),
        (faults.primary_limit(3600), "API rate limit exceeded"),
    ],
    ids=["without Retry-After", "with Retry-After", "as 429", "primary"],
)
def test_rate_limits(github: GitHub, remote: Remote, pull: PullRequest, effect: Effect, word: str) -> None:
    github.faults.add("POST", COMMENTS, effect)
    with pytest.raises(GithubException, match=word):
        pull.create_issue_comment("x")
    assert said(remote) == 0


def test_a_fault_strikes_the_requests_it_is_meant_for(
    github: GitHub, remote: Remote, pull: PullRequest
) -> None:
    github.faults.add("POST", COMMENTS, faults.status(503), nth=2, times=2)
    outcomes = []
    for number in range(4):
        try:
            outcomes.append(pull.create_issue_comment(f"{number}").body)
        except GithubException as error:
            outcomes.append(str(error.status))
    assert outcomes == ["0", "503", "503", "3"]


def test_a_slow_answer(github: GitHub, remote: Remote) -> None:
    github.faults.add("GET", "", faults.slow(0.3))
    with pytest.raises(requests.Timeout):
        requests.get(f"{github.api_url}/rate_limit", timeout=0.05)


def test_a_link_that_leads_elsewhere(github: GitHub, remote: Remote, pull: PullRequest) -> None:
    github.faults.add("GET", COMMENTS, faults.other_headers(link='<http://127.0.0.1:1/>; rel="next"'))
    answer = requests.get(f"{github.api_url}/repos/{remote.name}/issues/1/comments", timeout=10)
    assert (answer.json(), answer.links["next"]["url"]) == ([], "http://127.0.0.1:1/")


def test_graphql_errors(github: GitHub, pull: PullRequest) -> None:
    github.faults.add("POST", "/graphql$", faults.graphql_errors("Something went wrong", "INTERNAL"))
    with pytest.raises(GithubException, match="Something went wrong"):
        pull.requester.graphql_query("{ viewer { login } }", {})


def test_a_redirect(github: GitHub, remote: Remote) -> None:
    github.faults.add("GET", r"/pulls/1$", faults.redirect(301, f"{github.api_url}/rate_limit"))
    answer = requests.get(f"{github.api_url}/repos/{remote.name}/pulls/1", timeout=10, allow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, f"{github.api_url}/rate_limit")


def test_a_renamed_repository_sends_reads_on_and_asks_writes_to_repeat(
    github: GitHub, remote: Remote
) -> None:
    remote.rename("networks")
    address = f"{github.api_url}/repos/octo-org/network/issues/1/comments"
    followed = requests.get(address, timeout=10)
    assert (followed.status_code, followed.url) == (200, followed.history[0].headers["location"])
    headers = {"Authorization": f"token {github.token()}"}
    written = requests.post(address, json={"body": "x"}, headers=headers, timeout=10, allow_redirects=False)
    assert written.status_code == 307
    assert said(remote) == 0


def test_the_journal_keeps_no_token(github: GitHub, pull: PullRequest) -> None:
    pull.create_issue_comment("x")
    [call] = github.journal.writes()
    assert (call.path, call.body) == ("/repos/octo-org/network/issues/1/comments", {"body": "x"})
    assert call.headers["x-github-api-version"] == "2022-11-28"
    assert "authorization" not in call.headers
    assert not any(secret in str(github.journal) for secret in github.hub.tokens)


@pytest.mark.parametrize(
    ("ask", "noted"),
    [
        (
            lambda url, h: requests.get(f"{url}/pulls?colour=red", timeout=10),
            "unknown query parameter 'colour'",
        ),
        (lambda url, h: requests.get(f"{url}/pulls?per_page=200", timeout=10), "per_page is 200"),
        (lambda url, h: requests.get(f"{url}/pulls?state=opened", timeout=10), '"opened" is not one of'),
        (lambda url, h: requests.get(f"{url}/surprises", timeout=10), "this server knows no such call"),
        (
            lambda url, h: requests.post(
                f"{url}/issues/1/comments", json={"text": "x"}, headers=h, timeout=10
            ),
            '"body" is a required property',
        ),
        (
            lambda url, h: requests.post(
                f"{url}/pulls/1/reviews",
                json={"comments": [{"path": "a.py", "body": "x", "subject_type": "file"}]},
                headers=h,
                timeout=10,
            ),
            "'subject_type' was unexpected",
        ),
    ],
    ids=["query", "page size", "enumeration", "route", "missing field", "unknown field of a comment"],
)
def test_what_the_description_does_not_know_is_a_violation(
    github: GitHub, remote: Remote, ask: Callable[[str, dict[str, str]], object], noted: str
) -> None:
    ask(f"{github.api_url}/repos/{remote.name}", {"Authorization": f"token {github.token()}"})
    assert any(noted in violation for violation in github.take_violations())


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_flavour_of_github(flavour: str) -> None:
    try:
        with GitHub.start(flavour) as github:
            remote = github.create_repository("octo-org/network", {"a.py": "one\n"})
            answer = requests.get(f"{github.api_url}/repos/{remote.name}", timeout=10)
            assert answer.json()["full_name"] == "octo-org/network"
            assert github.take_violations() == []
    except DescriptionUnavailableError as error:
        pytest.skip(f"GitHub's description is not available: {error}")


def test_an_unreachable_registry_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONCERTMASTER_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DescriptionUnavailableError, match="npm is not installed"):
        packages.json_member(packages.OPENAPI, "generated/api.github.com.json")
