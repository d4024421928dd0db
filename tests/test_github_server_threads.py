"""Threads on the local GitHub: how they follow the code, and what GraphQL does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from github import GithubException

if TYPE_CHECKING:
    from github import Github
    from github.PullRequest import PullRequest

    from tests.github_server import GitHub
    from tests.github_server.fixtures import Connect
    from tests.github_server.remote import Remote

LINES = [f"line {number}\n" for number in range(1, 31)]
THREADS = """
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      reviewThreads(first: 2, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id isResolved isOutdated line originalLine path subjectType viewerCanResolve
          resolvedBy { login }
          comments(first: 10) { nodes { id fullDatabaseId body isMinimized minimizedReason author { login } } }
        }
      }
    }
  }
}
"""


def text(*changes: tuple[int, str]) -> str:
    lines = list(LINES)
    for number, line in changes:
        lines[number - 1] = line
    return "".join(lines)


@pytest.fixture
def remote(github: GitHub) -> Remote:
    remote = github.create_repository("octo-org/network", {"a.py": text()})
    remote.push("feature", {"a.py": text((10, "ten\n"), (20, "twenty\n"))})
    remote.open_pull_request("main", "feature", "Change", "octocat")
    return remote


@pytest.fixture
def bot(remote: Remote, connect: Connect) -> Github:
    return connect()


def comment(bot: Github, **place: Any) -> PullRequest:
    pull = bot.get_repo("octo-org/network").get_pull(1)
    wanted: Any = {"path": "a.py", "body": "Look.", "side": "RIGHT"} | place
    pull.create_review(body="Findings", event="COMMENT", comments=[wanted])
    return pull


def threads(bot: Github) -> list[dict[str, Any]]:
    found, after = [], None
    while True:
        variables = {"owner": "octo-org", "name": "network", "number": 1, "after": after}
        _, answer = bot.requester.graphql_query(THREADS, variables)
        page = answer["data"]["repository"]["pullRequest"]["reviewThreads"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def test_a_comment_moves_with_its_line(bot: Github, remote: Remote) -> None:
    pull = comment(bot, line=20)
    head = remote.push("feature", {"a.py": "new\nnew\n" + text((10, "ten\n"), (20, "twenty\n"))})
    [moved] = pull.get_review_comments()
    assert (moved.line, moved.original_line, moved.commit_id) == (22, 20, head)
    assert threads(bot)[0]["isOutdated"] is False


def test_a_comment_moves_with_a_renamed_file(bot: Github, remote: Remote) -> None:
    pull = comment(bot, line=20)
    remote.push("feature", {"a.py": None, "moved/b.py": text((10, "ten\n"), (20, "twenty\n"))})
    [moved] = pull.get_review_comments()
    assert (moved.path, moved.line) == ("moved/b.py", 20)


def test_a_changed_line_outdates_its_comment(bot: Github, remote: Remote) -> None:
    pull = comment(bot, start_line=9, start_side="RIGHT", line=10)
    remote.push("feature", {"a.py": text((9, "nine\n"), (10, "ten\n"), (20, "twenty\n"))})
    [lost] = pull.get_review_comments()
    assert (lost.raw_data["line"], lost.raw_data["position"], lost.original_line) == (None, None, 10)
    [thread] = threads(bot)
    assert (thread["isOutdated"], thread["line"], thread["originalLine"]) == (True, None, 10)


def test_a_line_torn_from_its_range_outdates_the_comment(bot: Github, remote: Remote) -> None:
    pull = comment(bot, start_line=10, start_side="RIGHT", line=11)
    remote.push("feature", {"a.py": text((10, "ten\nbetween\n"), (20, "twenty\n"))})
    [lost] = pull.get_review_comments()
    assert lost.raw_data["line"] is None


def test_a_line_that_leaves_the_diff_outdates_its_comment(bot: Github, remote: Remote) -> None:
    pull = comment(bot, line=12)
    remote.push("feature", {"a.py": text((20, "twenty\n"))})
    [lost] = pull.get_review_comments()
    assert lost.raw_data["line"] is None


def test_a_comment_on_an_earlier_commit_is_shown_on_the_head(bot: Github, remote: Remote) -> None:
    pull = bot.get_repo("octo-org/network").get_pull(1)
    stale = pull.base.repo.get_commit(pull.head.sha)
    remote.push("feature", {"a.py": "new\n" + text((10, "ten\n"), (20, "twenty\n"))})
    wanted: Any = {"path": "a.py", "body": "Look.", "line": 20, "side": "RIGHT"}
    pull.create_review(commit=stale, body="Findings", event="COMMENT", comments=[wanted])
    [found] = pull.get_review_comments()
    assert (found.original_commit_id, found.line) == (stale.sha, 21)


def test_a_force_push_that_drops_the_commit_makes_its_sha_unknown(bot: Github, remote: Remote) -> None:
    pull = bot.get_repo("octo-org/network").get_pull(1)
    stale = pull.base.repo.get_commit(pull.head.sha)
    remote.push("feature", {"a.py": text((15, "fifteen\n"))}, force=True)
    wanted: Any = {"path": "a.py", "body": "Look.", "line": 10, "side": "RIGHT"}
    with pytest.raises(GithubException, match="The commitOID is not part of the pull request"):
        pull.create_review(commit=stale, body="Findings", event="COMMENT", comments=[wanted])


def test_threads_come_in_pages_with_the_login_that_graphql_gives_a_bot(bot: Github) -> None:
    for line in (9, 10, 11):
        comment(bot, line=line)
    found = threads(bot)
    assert [thread["line"] for thread in found] == [9, 10, 11]
    assert {thread["comments"]["nodes"][0]["author"]["login"] for thread in found} == {"github-actions"}
    pull = bot.get_repo("octo-org/network").get_pull(1)
    assert {review.user.login for review in pull.get_reviews()} == {"github-actions[bot]"}


def test_resolve_and_unresolve(bot: Github) -> None:
    comment(bot, line=10)
    [thread] = threads(bot)
    given = {"threadId": thread["id"]}
    bot.requester.graphql_named_mutation("resolveReviewThread", given, "thread { isResolved }")
    assert threads(bot)[0]["isResolved"] is True
    bot.requester.graphql_named_mutation("unresolveReviewThread", given, "thread { isResolved }")
    assert threads(bot)[0]["isResolved"] is False


def test_resolving_needs_write_access_to_the_contents(connect: Connect, remote: Remote) -> None:
    bot = connect("github-actions[bot]", {"pull_requests": "write"})
    comment(bot, line=10)
    [thread] = threads(bot)
    assert thread["viewerCanResolve"] is False
    with pytest.raises(GithubException, match="Resource not accessible by integration"):
        bot.requester.graphql_named_mutation(
            "resolveReviewThread", {"threadId": thread["id"]}, "thread { id }"
        )


def test_minimise_and_unminimise_a_review_comment_and_an_issue_comment(bot: Github) -> None:
    pull = comment(bot, line=10)
    issue_comment = pull.create_issue_comment("Summary")
    assert issue_comment.minimize("OUTDATED") is True
    [thread] = threads(bot)
    node = thread["comments"]["nodes"][0]["id"]
    given = {"subjectId": node, "classifier": "RESOLVED"}
    bot.requester.graphql_named_mutation("minimizeComment", given, "minimizedComment { isMinimized }")
    shown = threads(bot)[0]["comments"]["nodes"][0]
    assert (shown["isMinimized"], shown["minimizedReason"]) == (True, "resolved")
    fields = "unminimizedComment { isMinimized }"
    bot.requester.graphql_named_mutation("unminimizeComment", {"subjectId": node}, fields)
    assert threads(bot)[0]["comments"]["nodes"][0]["isMinimized"] is False


def test_a_reply_joins_its_thread(bot: Github) -> None:
    comment(bot, line=10)
    [thread] = threads(bot)
    given = {"pullRequestReviewThreadId": thread["id"], "body": "Fixed."}
    bot.requester.graphql_named_mutation("addPullRequestReviewThreadReply", given, "comment { id }")
    [thread] = threads(bot)
    assert [node["body"] for node in thread["comments"]["nodes"]] == ["Look.", "Fixed."]


def test_an_unknown_thread_is_not_found(bot: Github, remote: Remote) -> None:
    with pytest.raises(GithubException, match="Could not resolve to a node"):
        bot.requester.graphql_named_mutation("resolveReviewThread", {"threadId": "PRRT_x"}, "thread { id }")


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("{ viewer { name login nickname } }", "nickname"),
        ("{ viewer { login }", "Syntax Error"),
        (
            '{ repository(owner: "octo-org", name: "network") { pullRequests { totalCount } } }',
            "`first` or `last`",
        ),
        (
            '{ repository(owner: "octo-org", name: "network") { pullRequests(first: 101) { totalCount } } }',
            "limit of 100",
        ),
    ],
    ids=["unknown field", "syntax", "no page size", "page too large"],
)
def test_a_wrong_query_is_a_violation(github: GitHub, bot: Github, query: str, problem: str) -> None:
    with pytest.raises(GithubException, match=problem):
        bot.requester.graphql_query(query, {})
    assert any(problem in violation for violation in github.take_violations())


NODE = """
query($id: ID!) {
  node(id: $id) {
    __typename
    ... on PullRequestReview { state comments(last: 1) { nodes { path outdated replyTo { id } } } }
    ... on PullRequestReviewComment { pullRequestReview { id } originalCommit { oid } pullRequest { number } }
    ... on PullRequest { headRefOid comments(first: 1) { nodes { body isMinimized } } reviews(first: 5) { totalCount } }
    ... on Repository { nameWithOwner owner { login } }
  }
}
"""


def test_every_node_is_found_by_its_id(bot: Github, remote: Remote) -> None:
    pull = comment(bot, line=10)
    pull.create_issue_comment("Summary")
    [review] = pull.get_reviews()
    [review_comment] = pull.get_review_comments()

    def node(identifier: str) -> dict[str, Any]:
        found: dict[str, Any] = bot.requester.graphql_query(NODE, {"id": identifier})[1]["data"]["node"]
        return found

    assert node(review.raw_data["node_id"])["comments"]["nodes"][0]["path"] == "a.py"
    shown = node(review_comment.node_id)
    assert (shown["pullRequestReview"]["id"], shown["pullRequest"]["number"]) == (
        review.raw_data["node_id"],
        1,
    )
    assert shown["originalCommit"]["oid"] == remote.sha("feature")
    whole = node(pull.node_id)
    assert (whole["comments"]["nodes"][0]["body"], whole["reviews"]["totalCount"]) == ("Summary", 1)
    assert node(pull.base.repo.node_id)["nameWithOwner"] == remote.name
    with pytest.raises(GithubException, match="Could not resolve to a node"):
        node("nothing")


def test_unknown_names_are_told_in_githubs_words(bot: Github, remote: Remote) -> None:
    missing = '{ repository(owner: "octo-org", name: "none") { id } }'
    with pytest.raises(
        GithubException, match="Could not resolve to a Repository with the name 'octo-org/none'"
    ):
        bot.requester.graphql_query(missing, {})
    missing = '{ repository(owner: "octo-org", name: "network") { pullRequest(number: 9) { id } } }'
    with pytest.raises(GithubException, match="Could not resolve to a PullRequest with the number of 9"):
        bot.requester.graphql_query(missing, {})


def test_the_last_page_comes_first_when_asked_for(bot: Github, remote: Remote) -> None:
    for line in (9, 10, 11):
        comment(bot, line=line)
    query = """
    query($before: String) {
      repository(owner: "octo-org", name: "network") {
        pullRequest(number: 1) {
          reviewThreads(last: 2, before: $before) { nodes { line } pageInfo { startCursor hasPreviousPage } }
        }
      }
    }
    """
    _, answer = bot.requester.graphql_query(query, {"before": None})
    page = answer["data"]["repository"]["pullRequest"]["reviewThreads"]
    assert ([node["line"] for node in page["nodes"]], page["pageInfo"]["hasPreviousPage"]) == ([10, 11], True)
    _, answer = bot.requester.graphql_query(query, {"before": page["pageInfo"]["startCursor"]})
    page = answer["data"]["repository"]["pullRequest"]["reviewThreads"]
    assert ([node["line"] for node in page["nodes"]], page["pageInfo"]["hasPreviousPage"]) == ([9], False)
