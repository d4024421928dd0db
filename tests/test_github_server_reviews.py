"""Reviews on the local GitHub, driven through PyGithub: what is accepted, what is refused, in GitHub's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from github import GithubException

if TYPE_CHECKING:
    from github.PullRequest import PullRequest

    from tests.github_server import GitHub
    from tests.github_server.fixtures import Connect
    from tests.github_server.remote import Remote

LINES = "".join(f"line {number}\n" for number in range(1, 41))
CHANGED = LINES.replace("line 10\n", "line ten\n").replace("line 30\n", "line thirty\nand more\n")


@pytest.fixture
def remote(github: GitHub) -> Remote:
    remote = github.create_repository("octo-org/network", {"a.py": LINES, "b.py": "untouched\n"})
    remote.push("feature", {"a.py": CHANGED}, "Change")
    remote.open_pull_request("main", "feature", "Change", "octocat")
    return remote


@pytest.fixture
def pull(remote: Remote, connect: Connect) -> PullRequest:
    return connect().get_repo(remote.name).get_pull(1)


def post(pull: PullRequest, **comment: Any) -> Any:
    wanted: Any = {"path": "a.py", "body": "Look.", "side": "RIGHT"} | comment
    return pull.create_review(body="Findings", event="COMMENT", comments=[wanted])


def test_comments_on_added_and_context_lines_and_ranges_are_accepted(pull: PullRequest) -> None:
    post(pull, line=10)
    post(pull, line=7)
    post(pull, start_line=30, start_side="RIGHT", line=31)
    places = [(c.start_line, c.line, c.side) for c in pull.get_review_comments()]
    assert places == [(None, 10, "RIGHT"), (None, 7, "RIGHT"), (30, 31, "RIGHT")]


def test_a_removed_line_is_on_the_left(pull: PullRequest) -> None:
    post(pull, line=10, side="LEFT")
    [comment] = pull.get_review_comments()
    assert comment.diff_hunk.endswith("-line 10")


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        (
            {"line": 20},
            "line must be part of the diff and Pull request review thread diff hunk can't be blank",
        ),
        ({"line": 400}, "line must be part of the diff"),
        ({"start_line": 10, "line": 30}, "start line must be part of the same hunk as the line."),
        ({"start_line": 10, "line": 10}, "start line must precede the end line."),
        ({"start_line": 11, "line": 10}, "start line must precede the end line."),
        ({"path": "b.py", "line": 1}, "Path could not be resolved"),
    ],
    ids=["between hunks", "beyond the file", "two hunks", "same line", "backwards", "file not in the diff"],
)
def test_a_comment_outside_the_diff_loses_the_whole_review(
    pull: PullRequest, comment: dict[str, Any], reason: str
) -> None:
    good: Any = {"path": "a.py", "line": 10, "side": "RIGHT", "body": "Good."}
    bad: Any = {"path": "a.py", "side": "RIGHT", "body": "Bad."} | comment
    with pytest.raises(GithubException) as refused:
        pull.create_review(body="Findings", event="COMMENT", comments=[good, bad])
    assert refused.value.status == 422
    assert reason in refused.value.data["errors"][0]
    assert pull.get_reviews().totalCount == 0
    assert pull.get_review_comments().totalCount == 0


def test_more_than_a_hundred_comments_are_a_violation(github: GitHub, pull: PullRequest) -> None:
    comments: Any = [{"path": "a.py", "line": 10, "body": f"{number}"} for number in range(101)]
    with pytest.raises(GithubException):
        pull.create_review(body="Findings", event="COMMENT", comments=comments)
    assert github.take_violations()[0].endswith("a review of 101 comments, more than 100")


@pytest.mark.parametrize("where", ["body", "comment"])
def test_texts_are_bounded(pull: PullRequest, where: str) -> None:
    long = "x" * 65_537
    comments: Any = [{"path": "a.py", "line": 10, "body": long if where == "comment" else "x"}]
    with pytest.raises(GithubException, match="is too long \\(maximum is 65536 characters\\)"):
        pull.create_review(body=long if where == "body" else "x", event="COMMENT", comments=comments)
    assert pull.get_reviews().totalCount == 0


def test_a_review_without_an_event_is_pending_and_there_is_only_one(
    pull: PullRequest, connect: Connect
) -> None:
    comments: Any = [{"path": "a.py", "line": 10, "body": "x"}]
    review = pull.create_review(body="Draft", comments=comments)
    assert (review.state, pull.get_review_comments().totalCount) == ("PENDING", 0)
    assert connect("octocat").get_repo("octo-org/network").get_pull(1).get_reviews().totalCount == 0
    with pytest.raises(GithubException, match="User can only have one pending review per pull request"):
        pull.create_review(body="Again", event="COMMENT")
    assert [c.body for c in pull.get_single_review_comments(review.id)] == ["x"]
    review.delete()
    assert pull.get_reviews().totalCount == 0


def test_a_refused_review_may_stay_behind_as_pending(github: GitHub, pull: PullRequest) -> None:
    github.hub.keeps_refused_reviews = True
    with pytest.raises(GithubException, match="must be part of the diff"):
        post(pull, line=400)
    [left] = pull.get_reviews()
    assert left.state == "PENDING"
    left.delete()
    post(pull, line=10)


def test_nobody_approves_their_own_pull_request(remote: Remote, connect: Connect) -> None:
    own = connect("octocat").get_repo(remote.name).get_pull(1)
    with pytest.raises(GithubException, match="Can not approve your own pull request"):
        own.create_review(body="Fine", event="APPROVE")
    with pytest.raises(GithubException, match="Can not request changes on your own pull request"):
        own.create_review(body="Not fine", event="REQUEST_CHANGES")


def test_requested_changes_are_dismissed(pull: PullRequest) -> None:
    review = pull.create_review(body="Mend this", event="REQUEST_CHANGES")
    review.edit("Mend that")
    review.dismiss("Mended")
    [found] = pull.get_reviews()
    assert (found.state, found.body) == ("DISMISSED", "Mend that")
    with pytest.raises(GithubException, match="Can not dismiss"):
        found.dismiss("Again")


def test_a_comment_needs_words(pull: PullRequest) -> None:
    with pytest.raises(GithubException, match="can't be blank"):
        post(pull, line=10, body="")
    with pytest.raises(GithubException, match="can't be blank"):
        pull.create_review(event="COMMENT")


def test_single_comments_replies_edits_and_deletion(pull: PullRequest) -> None:
    head = pull.base.repo.get_commit(pull.head.sha)
    comment = pull.create_review_comment("Look.", head, "a.py", line=31, start_line=30, side="RIGHT")
    answer = pull.create_review_comment_reply(comment.id, "Where?")
    assert (answer.in_reply_to_id, answer.line) == (comment.id, 31)
    comment.edit("Look here.")
    assert [c.body for c in pull.get_review_comments()] == ["Look here.", "Where?"]
    comment.create_reaction("+1")
    assert [reaction.content for reaction in comment.get_reactions()] == ["+1"]
    for left in pull.get_review_comments():
        left.delete()
    assert pull.get_review_comments().totalCount == 0


def test_a_comment_on_a_whole_file(pull: PullRequest) -> None:
    head = pull.base.repo.get_commit(pull.head.sha)
    comment = pull.create_review_comment("Look.", head, "a.py", subject_type="file")
    assert (comment.subject_type, comment.raw_data["line"]) == ("file", None)


@pytest.mark.parametrize(
    ("place", "errors"),
    [
        (
            {"path": "a.py", "line": 20},
            [
                (
                    "pull_request_review_thread.line",
                    "pull_request_review_thread.line must be part of the diff",
                ),
                ("pull_request_review_thread.diff_hunk", None),
            ],
        ),
        (
            {"path": "a.py", "start_line": 10, "line": 30},
            [
                (
                    "pull_request_review_thread.start_line",
                    "pull_request_review_thread.start_line must be part of the same hunk as the line.",
                )
            ],
        ),
        (
            {"path": "b.py", "line": 1},
            [("pull_request_review_thread.path", None), ("pull_request_review_thread.diff_hunk", None)],
        ),
    ],
    ids=["line", "hunk", "path"],
)
def test_a_single_comment_is_refused_field_by_field(
    pull: PullRequest, place: dict[str, Any], errors: list[tuple[str, str | None]]
) -> None:
    head = pull.base.repo.get_commit(pull.head.sha)
    with pytest.raises(GithubException) as refused:
        pull.create_review_comment("Look.", head, side="RIGHT", **place)
    found = refused.value.data["errors"]
    assert [(error["field"], error.get("message")) for error in found] == errors


def test_a_commit_from_elsewhere_is_refused(pull: PullRequest) -> None:
    elsewhere = pull.base.repo.get_commit("main")
    with pytest.raises(GithubException, match="commit_id is not part of the pull request"):
        pull.create_review_comment("Look.", elsewhere, "a.py", line=10, side="RIGHT")
    with pytest.raises(GithubException, match="The commitOID is not part of the pull request"):
        pull.create_review(commit=elsewhere, body="Findings", event="COMMENT")


def test_the_old_position_counts_from_the_first_hunk(pull: PullRequest) -> None:
    comments: Any = [
        {"path": "a.py", "position": 5, "body": "x"},
        {"path": "a.py", "position": 14, "body": "y"},
    ]
    pull.create_review(body="Findings", event="COMMENT", comments=comments)
    places = [(c.side, c.line, c.diff_hunk.rpartition("\n")[2]) for c in pull.get_review_comments()]
    assert places == [("RIGHT", 10, "+line ten"), ("RIGHT", 30, "+line thirty")]


def test_a_pending_review_is_submitted_once(pull: PullRequest) -> None:
    comments: Any = [{"path": "a.py", "line": 10, "body": "x"}]
    review = pull.create_review(comments=comments)
    address = f"{pull.url}/reviews/{review.id}/events"
    _, shape = pull.requester.requestJsonAndCheck("POST", address, input={"event": "COMMENT", "body": "Done"})
    assert (shape["state"], shape["body"]) == ("COMMENTED", "Done")
    assert "submitted_at" in pull.get_review(review.id).raw_data
    assert pull.get_review_comments().totalCount == 1
    with pytest.raises(GithubException, match="not pending"):
        pull.requester.requestJsonAndCheck("POST", address, input={"event": "COMMENT"})
    with pytest.raises(GithubException, match="Can not delete a non-pending"):
        review.delete()


def test_a_reply_by_number_ignores_its_place(pull: PullRequest) -> None:
    post(pull, line=10)
    [first] = pull.get_review_comments()
    head = pull.base.repo.get_commit(pull.head.sha)
    answer = pull.create_review_comment("Yes.", head, "elsewhere.py", line=400, in_reply_to=first.id)
    assert (answer.path, answer.line, answer.in_reply_to_id) == ("a.py", 10, first.id)
    with pytest.raises(GithubException, match="in_reply_to"):
        pull.create_review_comment("Yes.", head, "a.py", in_reply_to=7)
    with pytest.raises(GithubException) as refused:
        pull.create_review_comment_reply(answer.id, "To a reply")
    assert refused.value.status == 404


def test_comments_are_sorted_and_belong_to_their_author(pull: PullRequest, connect: Connect) -> None:
    post(pull, line=10)
    post(pull, line=11)
    first, second = pull.get_review_comments()
    first.edit("Edited last.")
    assert [c.id for c in pull.get_review_comments(sort="updated", direction="desc")] == [first.id, second.id]
    everything = pull.base.repo.get_pulls_review_comments()
    assert [c.id for c in everything] == [first.id, second.id]
    stranger = connect("stranger").get_repo("octo-org/network").get_pull(1)
    with pytest.raises(GithubException, match="Must have admin rights to Repository"):
        stranger.get_review_comment(first.id).edit("Mine.")


def test_position_and_unknown_numbers_are_refused(pull: PullRequest) -> None:
    comments: Any = [{"path": "a.py", "position": 99, "body": "x"}]
    with pytest.raises(GithubException, match="position is invalid"):
        pull.create_review(body="Findings", event="COMMENT", comments=comments)
    for address in (
        f"{pull.url}/reviews/7",
        f"{pull.base.repo.url}/pulls/comments/7",
        f"{pull.base.repo.url}/pulls/x",
    ):
        with pytest.raises(GithubException) as refused:
            pull.requester.requestJsonAndCheck("GET", address)
        assert refused.value.status == 404
