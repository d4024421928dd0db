"""Calls to GitHub through every fault of an outage: reads come through, and no write happens twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from concertmaster.github.client import Client, connect
from concertmaster.github.event import Request
from concertmaster.github.files import RemoteFiles
from concertmaster.github.pull import Pull
from concertmaster.github.refusals import (
    BadTokenError,
    GitHubError,
    NotFoundError,
    ReadOnlyTokenError,
    UnprocessableError,
)
from concertmaster.github.retry import MAX_WAIT, Retry
from concertmaster.messages import UserError
from tests.github_server import GitHub
from tests.github_server.calls import Reply
from tests.github_server.faults import (
    Effect,
    connection_reset,
    page,
    primary_limit,
    redirect,
    secondary_limit,
    status,
    truncated,
)
from tests.github_server.state import PullRequest

REVIEW = "<!-- concertmaster:review:cafe -->\nA review."
SUMMARY = "<!-- concertmaster:summary:cafe -->\nA summary."


class Waits(list[float]):
    """The seconds that would have been slept."""

    def retry(self) -> Retry:
        return Retry(sleep=self.append, now=lambda: 0.0)


def contents(pull: Pull) -> RemoteFiles:
    return RemoteFiles(pull.client, pull.request.repository)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def opened(github: GitHub) -> PullRequest:
    remote = github.create_repository("octo-org/network", {f"f{number}.py": "1\n" for number in range(3)})
    remote.push("feature", {"f0.py": "2\n", "naïve b/x.py": "3\n"})
    return remote.open_pull_request("main", "feature")


def client_of(github: GitHub, waits: Waits, **token: Any) -> Client:
    return connect(github.token(**token), github.api_url, retry=waits.retry(), pause=0)


def request_of(opened: PullRequest) -> Request:
    return Request(
        "octo-org",
        "network",
        opened.number,
        opened.head.sha,
        opened.base.sha,
        "feature",
        "main",
        "octo-org/network",
    )


@pytest.fixture
def pull(github: GitHub, opened: PullRequest, waits: Waits) -> Iterator[Pull]:
    client = client_of(github, waits)
    yield Pull(client, request_of(opened))
    client.close()


# -- reading --------------------------------------------------------------------------------------------


def test_a_pull_request_is_read_with_as_few_calls_as_there_are_pages(github: GitHub, pull: Pull) -> None:
    names = [file.filename for file in pull.files()]
    assert names == ["f0.py", "naïve b/x.py"]
    tree = pull.tree(pull.request.head_sha)
    assert {entry.path: entry.size for entry in tree.entries} == {
        "f0.py": 2, "f1.py": 2, "f2.py": 2, "naïve b/x.py": 2,
    }  # fmt: skip
    assert contents(pull).blob(tree.entries[0].sha) == b"2\n"
    assert pull.head_sha() == pull.request.head_sha
    assert pull.merge_base() == pull.request.base_sha
    assert len(github.journal) == 5
    assert all(
        exchange.headers["x-github-api-version"] == "2022-11-28" for exchange in github.journal.exchanges
    )


def test_long_lists_are_read_page_by_page(github: GitHub, waits: Waits) -> None:
    remote = github.create_repository("octo-org/network", {"a.py": "1\n"})
    remote.push("feature", {f"f{number:03}.py": "1\n" for number in range(230)})
    pull = Pull(client_of(github, waits), request_of(remote.open_pull_request("main", "feature")))
    assert len({file.filename for file in pull.files()}) == 230
    assert [exchange.query["page"] for exchange in github.journal.exchanges] == ["1", "2", "3"]


FAULTS = {
    "502": status(502),
    "503": status(503),
    "429": secondary_limit(7, code=429),
    "secondary limit": secondary_limit(7),
    "connection reset": connection_reset(),
    "truncated": truncated(),
    "a page": page(),
    "another object": Effect(status(200, "odd").reply),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_reads_come_through_a_fault(github: GitHub, pull: Pull, waits: Waits, fault: str) -> None:
    github.faults.add("GET", "/files", FAULTS[fault])
    assert len(pull.files()) == 2
    assert waits == ([7.0] if "limit" in fault or fault == "429" else [1.0])
    github.faults.add("GET", "/pulls/1$", FAULTS[fault])
    assert pull.head_sha() == pull.request.head_sha


def test_reads_wait_longer_each_time_and_give_up(github: GitHub, pull: Pull, waits: Waits) -> None:
    github.faults.add("GET", "/files", status(502), times=99)
    with pytest.raises(GitHubError, match="status 502"):
        pull.files()
    assert waits == [1.0, 2.0, 4.0]
    assert len(github.journal.calls("GET", "/files")) == 4


def test_a_limit_that_lasts_too_long_is_not_waited_for(github: GitHub, pull: Pull, waits: Waits) -> None:
    github.faults.add("GET", "/files", primary_limit(3600))
    with pytest.raises(GitHubError, match="rate limit"):
        pull.files()
    github.faults.add("GET", "/files", secondary_limit(int(MAX_WAIT) + 1))
    with pytest.raises(GitHubError, match="rate limit"):
        pull.files()
    assert waits == []


def test_a_limit_that_ends_soon_is_waited_for(github: GitHub, pull: Pull, waits: Waits) -> None:
    soon = status(
        403,
        "API rate limit exceeded for installation ID 1.",
        x_ratelimit_remaining="0",
        x_ratelimit_reset="30",
    )
    github.faults.add("GET", "/files", soon)
    github.faults.add("GET", "/pulls/1$", secondary_limit())
    assert pull.files()
    assert pull.head_sha()
    assert waits == [31.0, 60.0], "the clock stands at 0; a secondary limit without a time means a minute"


ODD: dict[str, tuple[object, Callable[[Pull], object]]] = {
    "/files": ([{"filename": "a.py", "status": "modified", "additions": -1}], Pull.files),
    "/git/trees": ({"sha": "x"}, lambda pull: pull.tree(pull.request.head_sha)),
    "/git/blobs": ({"content": "é", "encoding": "base64"}, lambda pull: contents(pull).blob("0" * 40)),
    "/blobs": ({"content": "AAAA", "encoding": "base64"}, lambda pull: contents(pull).blob("0" * 40)),
}


@pytest.mark.parametrize("path", ODD)
def test_an_answer_that_makes_no_sense_is_refused(github: GitHub, pull: Pull, path: str) -> None:
    body, read = ODD[path]
    github.faults.add("GET", path, Effect(Reply(200, body)), times=99)
    with pytest.raises(GitHubError, match="no answer"):
        read(pull)


@pytest.mark.parametrize(
    ("code", "kind"),
    [(401, BadTokenError), (404, NotFoundError), (422, UnprocessableError), (400, GitHubError)],
)
def test_a_refusal_is_final(
    github: GitHub, pull: Pull, waits: Waits, code: int, kind: type[GitHubError]
) -> None:
    github.faults.add("GET", "/files", status(code, "Bad credentials" if code == 401 else "No"), times=99)
    with pytest.raises(kind):
        pull.files()
    assert waits == []


@pytest.mark.parametrize(
    "sha", ["", "HEAD", "../../../user", "a" * 39, "A" * 40, f"{'a' * 40}?x=1", f"{'a' * 40}\n"]
)
def test_only_object_ids_reach_an_address(github: GitHub, pull: Pull, sha: str) -> None:
    for read in (pull.tree, contents(pull).blob):
        with pytest.raises(GitHubError, match="object id"):
            read(sha)
    assert len(github.journal) == 0


def test_links_folders_and_submodules_are_no_files(github: GitHub, waits: Waits) -> None:
    from tests.github_server.git import Blob

    remote = github.create_repository(
        "octo-org/network",
        {
            "a.py": "1\n",
            "x.py": Blob(b"/etc/passwd", "120000"),
            "run.py": Blob(b"1\n", "100755"),
            "d/b.py": "2\n",
        },
    )
    remote.push("feature", {"c.py": "1\n", "module": Blob(b"0" * 39 + b"1", "160000")})
    pull = Pull(client_of(github, waits), request_of(remote.open_pull_request("main", "feature")))
    paths = [entry.path for entry in pull.tree(pull.request.head_sha).entries]
    assert paths == ["a.py", "c.py", "d/b.py", "run.py"]


# -- whom the token is shown to --------------------------------------------------------------------------


class Elsewhere(BaseHTTPRequestHandler):
    """A server that must never be asked anything."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps([]).encode())

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    handler = type("Handler", (Elsewhere,), {"asked": asked})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}", asked
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("code", [301, 302, 307])
def test_no_redirection_leads_to_another_host(
    github: GitHub, pull: Pull, elsewhere: tuple[str, list[str]], code: int
) -> None:
    address, asked = elsewhere
    github.faults.add("*", "", redirect(code, f"{address}/repos/x/y"), times=99)
    with pytest.raises(GitHubError):
        pull.files()
    with pytest.raises(GitHubError):
        pull.create_summary(SUMMARY)
    assert asked == []


def test_the_next_page_is_not_where_an_answer_says(
    github: GitHub, pull: Pull, elsewhere: tuple[str, list[str]]
) -> None:
    address, asked = elsewhere
    link = {"Link": f'<{address}/next>; rel="next"'}
    github.faults.add("GET", "/files", Effect(Reply(200, [], link)))
    pull.files()
    assert asked == []
    assert [exchange.query["page"] for exchange in github.journal.exchanges] == ["1", "2"]


@pytest.mark.parametrize(
    "address", ["", "api.github.com", "file:///etc/passwd", "https://", "https://h/?x=", "ftp://h"]
)
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(UserError, match="GITHUB_API_URL"):
        connect("token", address)


# -- writing --------------------------------------------------------------------------------------------

LOST = {"502": status(502), "reset": connection_reset(), "truncated": truncated(), "page": page()}


def said(opened: PullRequest) -> list[str]:
    return [comment.body for comment in opened.issue.comments] + [review.body for review in opened.reviews]


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("what", ["review", "summary"])
def test_a_write_whose_answer_is_lost_happens_once(
    github: GitHub, pull: Pull, opened: PullRequest, what: str, fault: str, done: bool
) -> None:
    github.faults.add("POST", "/(reviews|comments)$", LOST[fault], after=done)
    if what == "review":
        pull.create_review(REVIEW, [{"path": "f0.py", "line": 1, "side": "RIGHT", "body": "x"}])
    else:
        pull.create_summary(SUMMARY)
    assert len(said(opened)) == 1


@pytest.mark.parametrize("fault", ["429", "secondary limit"])
@pytest.mark.parametrize("verb", ["POST", "PATCH"])
def test_a_write_that_came_too_early_is_made_later(
    github: GitHub, pull: Pull, opened: PullRequest, waits: Waits, fault: str, verb: str
) -> None:
    pull.create_summary(SUMMARY)
    github.faults.add(verb, "", FAULTS[fault])
    if verb == "POST":
        pull.create_review(REVIEW, [])
    else:
        pull.edit_summary(opened.issue.comments[0].id, f"{SUMMARY} More.")
    assert len(said(opened)) == (2 if verb == "POST" else 1)
    assert waits == [7.0]


@pytest.mark.parametrize("fault", LOST)
def test_an_edit_whose_answer_is_lost_is_made_again(
    github: GitHub, pull: Pull, opened: PullRequest, fault: str
) -> None:
    pull.create_summary(SUMMARY)
    github.faults.add("PATCH", "", LOST[fault], after=True)
    pull.edit_summary(opened.issue.comments[0].id, "new")
    assert said(opened) == ["new"]


def test_a_renamed_repository_does_not_swallow_a_write(github: GitHub, waits: Waits) -> None:
    remote = github.create_repository("octo-org/old", {"a.py": "1\n"})
    remote.push("feature", {"a.py": "2\n"})
    opened = remote.open_pull_request("main", "feature")
    remote.rename("new")
    request = Request(
        "octo-org", "old", 1, opened.head.sha, opened.base.sha, "feature", "main", "octo-org/old"
    )
    with pytest.raises(GitHubError, match="has another name now"):
        Pull(client_of(github, waits), request).create_summary(SUMMARY)
    assert said(opened) == []


def test_a_token_that_may_only_read_is_told_apart(github: GitHub, opened: PullRequest, waits: Waits) -> None:
    client = client_of(github, waits, permissions={"contents": "read", "pull_requests": "read"})
    pull = Pull(client, request_of(opened))
    assert pull.files()
    with pytest.raises(ReadOnlyTokenError, match="Resource not accessible by integration"):
        pull.create_summary(SUMMARY)
    with pytest.raises(ReadOnlyTokenError):
        pull.create_review(REVIEW, [])
    assert waits == []


def test_a_token_that_nobody_knows_is_told(github: GitHub, opened: PullRequest, waits: Waits) -> None:
    client = connect("ghp_wrong", github.api_url, retry=waits.retry(), pause=0)
    with pytest.raises(BadTokenError):
        Pull(client, request_of(opened)).files()


# -- what is ours ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["github-actions[bot]", "concertmaster[bot]", "octocat"])
def test_only_comments_of_the_same_account_are_ours(
    github: GitHub, opened: PullRequest, waits: Waits, login: str
) -> None:
    """A stranger can copy a mark."""
    place = {"path": "f0.py", "line": 1, "side": "RIGHT", "body": "<!-- concertmaster:cafe -->\n"}
    for author in (login, "stranger", "other[bot]"):
        theirs = Pull(client_of(github, waits, login=author), request_of(opened))
        theirs.create_review(f"{REVIEW} by {author}", [place])
        theirs.create_summary(SUMMARY)
    posted = Pull(client_of(github, waits, login=login), request_of(opened)).posted()
    mine = next(comment for comment in opened.issue.comments if comment.user.login == login)
    assert [comment.line for comment in posted.comments] == [1]
    assert posted.comments[0].marks == ("cafe",)
    assert posted.summary is not None
    assert (posted.summary.id, posted.summary.digest) == (mine.id, "cafe")


def test_without_graphql_a_workflow_is_still_known(github: GitHub, pull: Pull) -> None:
    pull.create_summary(SUMMARY)
    github.faults.add("POST", "/graphql", status(404), times=99)
    assert pull.posted().summary is not None


def test_a_review_that_was_never_submitted_is_removed_and_those_of_people_stay(
    github: GitHub, pull: Pull, opened: PullRequest
) -> None:
    for body in (REVIEW, "A draft of a person with the same token."):
        client = client_of(github, Waits(), login="octocat")
        client.send(
            "POST", f"/repos/octo-org/network/pulls/{opened.number}/reviews", {"body": body}, lambda: None
        )
        Pull(client, pull.request).discard_pending_reviews()
    assert [review.body for review in opened.reviews] == ["A draft of a person with the same token."]
