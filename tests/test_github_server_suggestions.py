"""Suggestions on the local GitHub: what its button makes of them, and when there is none to press."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github_server import apply
from tests.github_server.apply import SuggestionError, suggestions
from tests.github_server.git import Blob

if TYPE_CHECKING:
    from tests.github_server import GitHub
    from tests.github_server.remote import Remote
    from tests.github_server.state import PullRequest, ReviewComment

FIVE = b"one\ntwo\nthree\nfour\nfive\n"


def fence(text: str, ticks: str = "```") -> str:
    return f"Better:\n\n{ticks}suggestion\n{text}{ticks}\n"


class Case:
    """One new file on a branch and its pull request, so that every line can be commented."""

    def __init__(self, github: GitHub, data: bytes = FIVE) -> None:
        self.remote: Remote = github.create_repository("octo-org/network", {"README.md": "Network\n"})
        self.remote.push("feature", {"a.py": data}, "Add a.py")
        self.pull: PullRequest = self.remote.open_pull_request("main", "feature")

    def suggest(self, text: str, line: int, start: int | None = None, ticks: str = "```") -> ReviewComment:
        comment: dict[str, object] = {"path": "a.py", "line": line, "body": fence(text, ticks)}
        if start is not None:
            comment["start_line"] = start
        review = self.remote.review(
            self.pull, "reviewer", event="COMMENT", body="Findings", comments=[comment]
        )
        return review.comments[0]

    def content(self) -> bytes:
        return self.remote.read("a.py", "feature")

    def reason(self, *comments: ReviewComment, by: str = "octocat") -> str:
        before = self.remote.sha("feature")
        with pytest.raises(SuggestionError) as refused:
            self.remote.apply(self.pull, *comments, by=by)
        assert self.remote.sha("feature") == before
        return str(refused.value)


@pytest.mark.parametrize(
    ("data", "text", "start", "line", "expected"),
    [
        (FIVE, "TWO\n", None, 2, b"one\nTWO\nthree\nfour\nfive\n"),
        (FIVE, "TWO\nand\n", 2, 4, b"one\nTWO\nand\nfive\n"),
        (FIVE, "two\ninserted\n", None, 2, b"one\ntwo\ninserted\nthree\nfour\nfive\n"),
        (FIVE, "", 2, 3, b"one\nfour\nfive\n"),
        (FIVE, "\n", None, 2, b"one\n\nthree\nfour\nfive\n"),
        (
            FIVE,
            "    <b> & \"quoted\" 'é'\n",
            None,
            2,
            "one\n    <b> & \"quoted\" 'é'\nthree\nfour\nfive\n".encode(),
        ),
        (b"one\r\ntwo\r\n", "TWO\nand\n", None, 2, b"one\r\nTWO\r\nand\r\n"),
        (b"one\ntwo\r\nthree\n", "TWO\n", None, 2, b"one\nTWO\r\nthree\n"),
        (b"one\ntwo", "TWO\n", None, 2, b"one\nTWO"),
        (b"one\r\ntwo", "TWO\nand\n", None, 2, b"one\r\nTWO\r\nand"),
        (b"one\ntwo", "", None, 2, b"one\n"),
    ],
    ids=[
        "one line",
        "three lines become two",
        "insertion",
        "deletion",
        "an empty line",
        "text that Markdown and HTML escape",
        "CRLF",
        "mixed line endings",
        "no newline at the end",
        "CRLF and no newline at the end",
        "deletion of a last line without a newline",
    ],
)
def test_a_suggestion_replaces_whole_lines(
    github: GitHub, data: bytes, text: str, start: int | None, line: int, expected: bytes
) -> None:
    case = Case(github, data)
    comment = case.suggest(text, line, start)
    case.remote.apply(case.pull, comment)
    assert case.content() == expected


def test_a_longer_fence_carries_backticks(github: GitHub) -> None:
    case = Case(github)
    comment = case.suggest("```python\ncode\n```\n", 2, ticks="````")
    case.remote.apply(case.pull, comment)
    assert case.content() == b"one\n```python\ncode\n```\nthree\nfour\nfive\n"


def test_backticks_in_a_fence_that_is_too_short_break_out(github: GitHub) -> None:
    case = Case(github)
    comment = case.suggest("text\n```\n@octocat\n", 2)
    case.remote.apply(case.pull, comment)
    assert case.content() == b"one\ntext\nthree\nfour\nfive\n"


def test_code_blocks_of_other_languages_are_no_suggestions() -> None:
    assert suggestions("```python\nx\n```\n\n    ```suggestion\n    y\n    ```\n") == []


def test_a_batch_is_one_commit_with_everybody_who_suggested(github: GitHub) -> None:
    case = Case(github)
    first, second = case.suggest("ONE\n", 1), case.suggest("", 4, 3)
    before = case.remote.sha("feature")
    sha = case.remote.apply(case.pull, second, first)
    assert case.content() == b"ONE\ntwo\nfive\n"
    made = case.remote.git.commit(sha)
    assert made
    assert made.parents == (before,)
    assert made.message.startswith("Apply suggestions from code review\n\nCo-authored-by: reviewer <")
    assert case.pull.head.sha == sha


def test_a_suggestion_that_moved_with_its_line_is_applied_there(github: GitHub) -> None:
    case = Case(github)
    comment = case.suggest("FOUR\n", 4)
    case.remote.push("feature", {"a.py": b"zero\n" + FIVE})
    case.remote.apply(case.pull, comment)
    assert case.content() == b"zero\none\ntwo\nthree\nFOUR\nfive\n"


def test_an_executable_stays_executable_and_a_fork_gets_the_commit(github: GitHub) -> None:
    remote = github.create_repository("octo-org/network", {"README.md": "Network\n"})
    fork = remote.fork("contributor")
    fork.push("patch", {"run.sh": Blob(b"echo one\n", "100755")})
    pull = remote.open_pull_request("main", "patch", author="contributor", source=fork)
    wanted = {"path": "run.sh", "line": 1, "body": fence("echo two\n")}
    review = remote.review(pull, "reviewer", event="COMMENT", body="x", comments=[wanted])
    sha = remote.apply(pull, *review.comments)
    assert fork.sha("patch") == sha == remote.sha("refs/pull/1/head")
    [entry] = [entry for entry in fork.git.tree(sha) if entry.path == "run.sh"]
    assert (entry.mode, fork.read("run.sh", "patch")) == ("100755", b"echo two\n")


def test_applying_outdates_the_thread_without_resolving_it(github: GitHub) -> None:
    case = Case(github)
    comment = case.suggest("two\ninserted\n", 2)
    case.remote.apply(case.pull, comment)
    assert comment.thread.resolved_by is None
    assert case.reason(comment) == apply.RESOLVED


def test_a_suggestion_without_a_change_is_refused(github: GitHub) -> None:
    case = Case(github)
    assert case.reason(case.suggest("two\n", 2)) == apply.UNCHANGED


def test_suggestions_that_share_a_line_are_refused_as_a_batch(github: GitHub) -> None:
    case = Case(github)
    assert case.reason(case.suggest("A\n", 3, 1), case.suggest("B\n", 4, 3)) == apply.OVERLAP


def test_an_outdated_suggestion_is_refused(github: GitHub) -> None:
    case = Case(github)
    comment = case.suggest("TWO\n", 2)
    case.remote.push("feature", {"a.py": FIVE.replace(b"two", b"2")})
    assert case.reason(comment) == apply.OUTDATED


def test_a_resolved_suggestion_is_refused(github: GitHub) -> None:
    case = Case(github)
    comment = case.suggest("TWO\n", 2)
    case.remote.resolve(comment)
    assert case.reason(comment) == apply.RESOLVED


def test_a_suggestion_on_a_deleted_line_is_refused(github: GitHub) -> None:
    remote = github.create_repository("octo-org/network", {"a.py": FIVE})
    remote.push("feature", {"a.py": FIVE.replace(b"two\n", b"")})
    pull = remote.open_pull_request("main", "feature")
    wanted = {"path": "a.py", "line": 2, "side": "LEFT", "body": fence("TWO\n")}
    review = remote.review(pull, "reviewer", event="COMMENT", body="x", comments=[wanted])
    with pytest.raises(SuggestionError, match=apply.DELETED):
        remote.apply(pull, *review.comments)


def test_a_suggestion_of_a_pending_review_is_refused(github: GitHub) -> None:
    case = Case(github)
    wanted = {"path": "a.py", "line": 2, "body": fence("TWO\n")}
    review = case.remote.review(case.pull, "reviewer", comments=[wanted])
    assert case.reason(*review.comments) == apply.PENDING


def test_nothing_is_applied_to_a_closed_or_queued_pull_request(github: GitHub) -> None:
    case = Case(github)
    comment = case.suggest("TWO\n", 2)
    case.pull.queued = True
    assert case.reason(comment) == apply.QUEUED
    github.hub.close(case.pull.issue)
    assert case.reason(comment) == apply.CLOSED


def test_a_passer_by_gets_no_button(github: GitHub) -> None:
    case = Case(github)
    assert "cannot write" in case.reason(case.suggest("TWO\n", 2), by="stranger")
