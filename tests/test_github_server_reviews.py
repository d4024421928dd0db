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
