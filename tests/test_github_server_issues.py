"""Issues, comments, labels and reactions on the local GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from github import GithubException

if TYPE_CHECKING:
    from github.Repository import Repository

    from tests.github_server import GitHub
    from tests.github_server.fixtures import Connect
    from tests.github_server.remote import Remote


@pytest.fixture
def remote(github: GitHub) -> Remote:
    remote = github.create_repository("octo-org/network", {"a.py": "one\n"})
    remote.push("feature", {"a.py": "two\n"})
    remote.open_pull_request("main", "feature")
    return remote


@pytest.fixture
def repository(remote: Remote, connect: Connect) -> Repository:
    return connect().get_repo(remote.name)


def test_comments_are_written_edited_and_deleted(repository: Repository) -> None:
    pull = repository.get_pull(1)
    comment = pull.create_issue_comment("Summary")
    comment.edit("Summary, renewed")
    assert [c.body for c in pull.get_issue_comments()] == ["Summary, renewed"]
    comment.delete()
    assert pull.get_issue_comments().totalCount == 0


def test_comments_come_in_pages_of_a_hundred(github: GitHub, remote: Remote, repository: Repository) -> None:
    pull = remote.state.pulls[0]
    for number in range(205):
        remote.comment(pull, f"Comment {number}")
    comments = list(repository.get_pull(1).get_issue_comments())
    assert [comment.body for comment in comments] == [f"Comment {number}" for number in range(205)]
    assert [call.query.get("page") for call in github.journal.calls("GET", "/issues/1/comments")] == [
        None,
        "2",
        "3",
    ]


@pytest.mark.parametrize("body", ["x" * 65_536, "é" * 65_536], ids=["ascii", "not ascii"])
def test_the_longest_comment(repository: Repository, body: str) -> None:
    pull = repository.get_pull(1)
    assert pull.create_issue_comment(body).body == body
    with pytest.raises(
        GithubException, match="Body is too long \\(maximum is 65536 characters\\)"
    ) as refused:
        pull.create_issue_comment(body + "x")
    assert refused.value.status == 422


def test_an_empty_comment_is_refused(repository: Repository) -> None:
    with pytest.raises(GithubException, match="Body cannot be blank"):
        repository.get_pull(1).create_issue_comment(" ")


def test_a_locked_conversation_is_closed_to_the_bot(remote: Remote, repository: Repository) -> None:
    remote.state.pulls[0].issue.locked = True
    with pytest.raises(GithubException, match="issue is locked") as refused:
        repository.get_pull(1).create_issue_comment("x")
    assert refused.value.status == 403


def test_issues_are_opened_found_and_closed(repository: Repository) -> None:
    issue = repository.create_issue("Upgrade dashboard", body="All of it", labels=["dependencies"])
    [found] = repository.get_issues(state="open", creator=issue.user, labels=["dependencies"])
    assert (found.number, found.pull_request) == (issue.number, None)
    issue.edit(body="Less of it", state="closed")
    again = repository.get_issue(issue.number)
    assert (again.body, again.state, again.state_reason) == ("Less of it", "closed", "completed")
    everything = repository.get_issues(state="all")
    assert [i.pull_request is not None for i in everything] == [False, True]


def test_the_permission_for_pull_requests_does_not_cover_issues(connect: Connect, remote: Remote) -> None:
    repository = connect("github-actions[bot]", {"pull_requests": "write"}).get_repo(remote.name)
    assert repository.get_pull(1).create_issue_comment("x").body == "x"
    with pytest.raises(GithubException, match="Resource not accessible by integration"):
        repository.create_issue("x")


def test_labels(repository: Repository) -> None:
    label = repository.create_label("review: done", "00ff00", "Reviewed")
    with pytest.raises(GithubException, match="already_exists"):
        repository.create_label("Review: Done", "00ff00")
    issue = repository.get_issue(1)
    issue.add_to_labels(label)
    issue.set_labels("bug", "other")
    issue.remove_from_labels("bug")
    assert [entry.name for entry in issue.get_labels()] == ["other"]
    with pytest.raises(GithubException) as missing:
        issue.remove_from_labels("bug")
    assert missing.value.status == 404
    issue.delete_labels()
    assert issue.get_labels().totalCount == 0
    assert {"bug", "other", "review: done"} <= {entry.name for entry in repository.get_labels()}
    assert repository.get_label("review: done").description == "Reviewed"


def test_a_reaction_is_given_once(repository: Repository) -> None:
    comment = repository.get_pull(1).create_issue_comment("x")
    first, second = comment.create_reaction("eyes"), comment.create_reaction("eyes")
    assert first.id == second.id
    assert [reaction.content for reaction in comment.get_reactions()] == ["eyes"]
    assert comment.delete_reaction(first.id) is True
    assert comment.get_reactions().totalCount == 0
    assert repository.get_issue(1).create_reaction("rocket").user.login == "github-actions[bot]"


def test_only_those_who_may_write_are_assigned(
    connect: Connect, remote: Remote, repository: Repository
) -> None:
    repository.get_issue(1).add_to_assignees("octocat", "stranger")
    assert [person.login for person in repository.get_issue(1).assignees] == ["octocat"]
    assert connect().get_user("octocat").type == "User"


def test_comments_of_people_show_what_they_are_to_the_repository(
    remote: Remote, repository: Repository
) -> None:
    pull = remote.state.pulls[0]
    for login in ("octo-org", "octocat", "stranger"):
        remote.comment(pull, "x", login)
    shown = [c.raw_data["author_association"] for c in repository.get_pull(1).get_issue_comments()]
    assert shown == ["OWNER", "COLLABORATOR", "NONE"]
