"""The plan of a review, as data: what is said where, what stands already, and what is left for the summary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from concertmaster.findings import Edit, Finding, Safety, Severity, Unanalysed, apply
from concertmaster.github.diff import DiffHunk, FileDiff
from concertmaster.github.event import Request
from concertmaster.github.moving import Move
from concertmaster.github.posted import Posted, PostedComment, State, Thread, posted_comment, posted_summary
from concertmaster.github.review import Comment, ReviewPlan, Seen, plan_review
from concertmaster.github.seen import MAX_COMMENTS
from concertmaster.report.markdown import Links
from concertmaster.runner import Report
from concertmaster.versions import Window

REQUEST = Request("octo-org", "network", 7, "a" * 40, "b" * 40, "feature", "main", "octo-org/network")
LINKS = Links("https://github.com", "octo-org/network", "a" * 40)
WINDOW = Window("5.0.4", "5.5.0")
GUIDE = "https://workfloworchestrator.org/guide/"


def finding(
    line: int,
    *edits: Edit,
    path: str = "a.py",
    severity: Severity = Severity.ERROR,
    safety: Safety | None = None,
    message: str = "`old` is `new`",
    end_line: int | None = None,
    mark: str = "",
) -> Finding:
    return Finding(
        rule="some-rule",
        rows=("1",),
        path=path,
        line=line,
        end_line=end_line or line,
        column=1,
        severity=severity,
        safety=safety or (Safety.SAFE if edits else Safety.MANUAL),
        message=message,
        since="5.0.0",
        title="Old things are used",
        url=GUIDE,
        edits=edits,
        fingerprint=mark or f"{abs(hash((path, line, message))):016x}"[:16],
        likeness=mark or f"{abs(hash((path, line, message))):016x}"[:16],
    )


def diff(*places: tuple[int, int], path: str = "a.py") -> FileDiff:
    hunks = tuple(DiffHunk(first, last - first + 1, ((first, last),)) for first, last in places)
    return FileDiff(path, "modified", None, hunks)


def numbered(count: int) -> bytes:
    return b"".join(b"n%03d\n" % number for number in range(1, count + 1))


def on(line: int, text: bytes = b"new") -> Edit:
    """An edit of one line of a numbered file."""
    return Edit(5 * (line - 1), 5 * line - 1, text)


def plan(
    findings: Sequence[Finding],
    *diffs: FileDiff,
    posted: Posted | None = None,
    unanalysed: tuple[Unanalysed, ...] = (),
    lines: int = 400,
    notes: tuple[str, ...] = (),
    follow_up_url: str | None = None,
    move: Move | None = None,
) -> ReviewPlan:
    """A plan for numbered files with these findings, whose edits are the rewrite."""
    texts = {one.path: numbered(lines) for one in findings}
    edits = {path: [e for one in findings if one.path == path for e in one.edits] for path in texts}
    rewritten = {path: apply(texts[path], edits[path]) for path in texts if edits[path]}
    report = Report(WINDOW, tuple(findings), unanalysed, rewritten)
    seen = Seen(
        texts.__getitem__,
        {one.path: one for one in diffs},
        LINKS,
        posted or Posted(),
        notes,
        move,
        follow_up_url,
    )
    return plan_review(REQUEST, report, seen)


def places(comments: Sequence[Comment]) -> list[tuple[str, int | None, int]]:
    return [(item.path, item.start_line, item.line) for item in comments]


def as_posted(done: ReviewPlan, *, outdated: bool = False) -> Posted:
    """What stands on the pull request after a plan was carried out."""
    comments = [
        posted_comment(number, item.path, None if outdated else item.line, item.body)
        for number, item in enumerate((*done.comments, *done.kept), 1)
    ]
    summary = posted_summary(99, done.summary) if done.summary else done.posted_summary
    return Posted(tuple(item for item in comments if item), summary)


# -- silence --------------------------------------------------------------------------------------------


def test_where_there_is_nothing_to_say_nothing_is_said() -> None:
    silent = plan([], diff((1, 9)), notes=("This pull request moves orchestrator-core.",))
    assert silent.is_empty
    assert silent.summary is None
    assert silent.verdict == "nothing to mend"


def test_the_same_commit_is_not_told_anything_twice() -> None:
    findings = [finding(2, on(2)), finding(3), finding(50), finding(1, path="b.py")]
    first = plan(findings, diff((1, 9)))
    second = plan(findings, diff((1, 9)), posted=as_posted(first))
    assert second.is_empty
    assert places(second.kept) == places(first.comments)


def test_of_more_than_a_review_holds_the_same_part_is_chosen_again() -> None:
    findings = [finding(line) for line in range(1, 151)]
    first = plan(findings, diff((1, 400)))
    assert len(first.comments) == MAX_COMMENTS - 1
    assert plan(findings, diff((1, 400)), posted=as_posted(first)).is_empty


def test_moved_lines_are_not_told_again() -> None:
    first = plan([finding(2, mark="cafe")], diff((1, 9)))
    assert plan([finding(5, mark="cafe")], diff((1, 9)), posted=as_posted(first)).is_empty


def test_an_outdated_comment_does_not_stand_any_more() -> None:
    first = plan([finding(2, on(2))], diff((1, 9)))
    second = plan([finding(2, on(2))], diff((1, 9)), posted=as_posted(first, outdated=True))
    assert places(second.comments) == [("a.py", None, 2)]


def test_a_comment_on_another_file_is_another_one() -> None:
    elsewhere = Posted((PostedComment(1, "b.py", 2, ("cafe",)),))
    assert plan([finding(2, mark="cafe")], diff((1, 9)), posted=elsewhere).comments


# -- comments -------------------------------------------------------------------------------------------


def test_only_lines_that_the_diff_shows_carry_comments() -> None:
    done = plan([finding(2), finding(10), finding(30)], diff((1, 9), (28, 32)))
    assert places(done.comments) == [("a.py", None, 30), ("a.py", None, 2)]
    assert done.summary is not None
    assert "a.py:10" in done.summary
    assert "a.py:30" not in done.summary


def test_files_are_told_from_their_end() -> None:
    """Applied one by one from the end, no suggestion moves the lines of the next."""
    done = plan(
        [finding(2, on(2)), finding(8, on(8)), finding(5, on(5), path="b.py")],
        diff((1, 9)),
        diff((1, 9), path="b.py"),
    )
    assert places(done.comments) == [("a.py", None, 8), ("a.py", None, 2), ("b.py", None, 5)]


def test_one_suggestion_carries_everything_that_it_mends() -> None:
    both = [finding(2, on(2, b"new"), message="one"), finding(2, on(2, b"new"), message="other")]
    (comment,) = plan(both, diff((1, 9))).comments
    assert comment.suggests
    assert set(comment.findings) == set(both)
    assert "one." in comment.body
    assert "other." in comment.body
    assert comment.body.count("```suggestion") == 1


def test_a_finding_without_a_rewrite_has_a_comment_of_its_own() -> None:
    done = plan([finding(2, message="one"), finding(2, message="other")], diff((1, 9)))
    assert [item.suggests for item in done.comments] == [False, False]


def test_a_range_is_cut_to_what_the_diff_shows() -> None:
    (comment,) = plan([finding(5, end_line=20)], diff((8, 12))).comments
    assert (comment.start_line, comment.line, comment.side) == (8, 12, "RIGHT")


def test_a_comment_says_what_breaks_since_when_where_to_read_and_how_far_to_trust() -> None:
    (safe,) = plan([finding(2, on(2))], diff((1, 9))).comments
    assert "**Old things are used.** `old` is `new`." in safe.body
    assert "Error since `5.0.0`" in safe.body
    assert f"[`some-rule`]({GUIDE})" in safe.body
    assert "is safe" in safe.body
    (unsure,) = plan([finding(2, on(2), safety=Safety.SUGGESTED)], diff((1, 9))).comments
    assert "Check this suggestion" in unsure.body
    (by_hand,) = plan([finding(2)], diff((1, 9))).comments
    assert "suggestion" not in by_hand.body


def test_a_cure_that_reaches_outside_the_diff_says_so() -> None:
    far = finding(2, on(2), on(50))
    (comment,) = plan([far], diff((1, 9))).comments
    assert not comment.suggests
    assert "line 50" in comment.body
    assert "`concertmaster fix`" in comment.body
    (pointed,) = plan(
        [far], diff((1, 9)), follow_up_url="https://github.com/octo-org/network/pull/8"
    ).comments
    assert "(https://github.com/octo-org/network/pull/8)" in pointed.body


def test_suggestions_that_need_each_other_say_so() -> None:
    done = plan([finding(2, on(2), on(8))], diff((1, 9)))
    last, first = done.comments
    assert first.findings
    assert not last.findings
    assert "line 8" in first.body
    assert "one batch" in first.body
    assert "line 2" in last.body
    assert last.marks
    assert not set(last.marks) & set(first.marks)


def test_lines_of_a_file_without_a_known_diff_carry_nothing_and_the_summary_says_why() -> None:
    done = plan([finding(2)], FileDiff("a.py", "modified", known=False))
    assert done.comments == ()
    assert done.summary is not None
    assert "no comments on lines of `a.py`" in done.summary


def test_the_line_that_raises_the_release_points_at_what_follows_from_it() -> None:
    raised, pin = Move("pyproject.toml", 4, "4.8.2", "5.0.4"), diff((1, 9), path="pyproject.toml")
    assert plan([finding(2)], diff((1, 9)), pin, move=raised).kept == ()
    assert places(plan([finding(2)], diff((1, 9)), pin, move=raised).comments) == [("a.py", None, 2)]
    done = plan([finding(50)], diff((1, 9)), pin, move=raised)
    assert places(done.comments) == [("pyproject.toml", None, 4)]
    assert "`5.0.4`" in done.comments[0].body
    assert plan([finding(50)], diff((1, 9)), pin, move=raised, posted=as_posted(done)).is_empty
    hidden = plan([finding(50)], diff((1, 9)), diff((7, 9), path="pyproject.toml"), move=raised)
    assert hidden.comments == ()


# -- limits ---------------------------------------------------------------------------------------------


def test_the_most_important_comments_are_chosen_and_the_rest_is_in_the_summary() -> None:
    notices = [finding(line, severity=Severity.NOTICE) for line in range(1, 121)]
    errors = [finding(line) for line in range(121, 131)]
    done = plan([*notices, *errors], diff((1, 400)))
    assert len(done.comments) == MAX_COMMENTS - 1
    assert {one for item in done.comments for one in item.findings} >= set(errors)
    assert done.summary is not None
    assert "31 places of the diff stand here" in done.summary


def test_suggestions_that_need_each_other_are_chosen_together_or_not_at_all() -> None:
    many = finding(1, *(on(2 * number) for number in range(1, MAX_COMMENTS + 2)), mark="many")
    one = finding(301, on(301), mark="one", severity=Severity.NOTICE)
    done = plan([many, one], diff((1, 400)))
    assert [item.marks for item in done.comments] == [("one",)]
    fitting = finding(1, *(on(2 * number) for number in range(1, 51)), mark="fitting")
    other = finding(
        101, *(on(100 + 2 * number) for number in range(1, 51)), mark="other", severity=Severity.NOTICE
    )
    assert len(plan([fitting, other], diff((1, 400))).comments) == 50


@pytest.mark.parametrize("size", [1, 500, 12_000])
def test_no_body_is_longer_than_github_takes(size: int) -> None:
    message = "`a`" * 200 + " #" * 200
    findings = [finding(line % 390 + 1, message=f"{line} {message}") for line in range(size)]
    done = plan(findings, diff((1, 60)), lines=400)
    assert all(len(item.body) <= 65_536 for item in done.comments)
    assert len(done.body) <= 65_536
    assert done.summary is None or len(done.summary) <= 65_536


def test_many_findings_on_one_suggestion_leave_room_for_it() -> None:
    findings = [finding(2, on(2, b"x" * 39_000), message=f"{number} {'#' * 500}") for number in range(300)]
    (comment,) = plan(findings, diff((1, 9))).comments
    assert len(comment.body) <= 65_536
    assert "x" * 39_000 in comment.body
    assert len(comment.marks) == 1, "many marks are one"


def test_what_does_not_fit_into_the_summary_is_cut_from_the_least_important_end_and_counted() -> None:
    errors = [
        finding(line, path="long/" * 20 + "a.py", message=f"{line}" + "x" * 300) for line in range(1, 101)
    ]
    notices = [replace(one, severity=Severity.NOTICE, path="b.py", rule="other-rule") for one in errors * 3]
    summary = plan([*errors, *notices]).summary
    assert summary is not None
    assert len(summary) <= 65_536
    assert summary.index("### Errors") < summary.index("Not listed here for want of room")
    listed = len(re.findall(r"^- ", summary, re.MULTILINE))
    told = re.search(r"Not listed here for want of room: (.*)\. `concertmaster check`", summary)
    assert told
    left_out = sum(int(number) for number in re.findall(r"(\d+) (?:error|notice)", told[1]))
    assert listed + left_out == len(errors) + len(notices)


# -- the summary ----------------------------------------------------------------------------------------


def test_the_summary_counts_lists_by_severity_and_links_to_the_commit() -> None:
    done = plan(
        [finding(50), finding(60, severity=Severity.WARNING), finding(2)], diff((1, 9)), notes=("A note.",)
    )
    summary = done.summary
    assert summary is not None
    assert "**Concertmaster: 2 errors and 1 warning** for orchestrator-core `5.0.4`" in summary
    assert "A note." in summary
    assert summary.index("### Errors") < summary.index("### Warnings")
    assert f"[`a.py:50`](https://github.com/octo-org/network/blob/{'a' * 40}/a.py#L50)" in summary
    assert "a.py:2`" not in summary


def test_without_anything_outside_the_diff_there_is_no_summary() -> None:
    done = plan([finding(2)], diff((1, 9)))
    assert done.summary is None
    assert "1 error" in done.body


def test_what_could_not_be_analysed_is_said() -> None:
    done = plan([], unanalysed=(Unanalysed("b.py", "does not parse"),))
    assert done.summary is not None
    assert "`b.py`: does not parse" in done.summary
    assert done.verdict == "1 file could not be analysed"


def test_a_summary_is_written_again_only_when_it_says_something_else() -> None:
    first = plan([finding(50)], diff((1, 9)))
    posted = as_posted(first)
    same = plan([finding(50)], diff((1, 9)), posted=posted)
    assert not same.summary_changes
    other = plan([finding(51)], diff((1, 9)), posted=posted)
    assert other.summary_changes
    mended = plan([], diff((1, 9)), posted=posted)
    assert mended.summary_changes
    assert mended.summary is not None
    assert "nothing to mend" in mended.summary


# -- the follow-up --------------------------------------------------------------------------------------


def test_what_has_a_rewrite_and_no_suggestion_is_left_for_a_follow_up() -> None:
    near, far, by_hand = finding(2, on(2)), finding(50, on(50)), finding(60)
    done = plan([near, far, by_hand, finding(1, on(1), path="b.py")], diff((1, 9)))
    assert done.follow_up is not None
    assert done.follow_up.paths == ("a.py", "b.py")
    assert far in done.follow_up.findings
    assert plan([near], diff((1, 9))).follow_up is None


# -- hostile text ---------------------------------------------------------------------------------------


def test_only_a_mark_at_the_very_start_counts() -> None:
    assert posted_comment(1, "a.py", 2, "Look: <!-- concertmaster:cafe -->") is None
    assert posted_summary(1, "> <!-- concertmaster:summary:cafe -->") is None
    assert posted_comment(1, "a.py", 2, "<!-- concertmaster:cafe,beef --> x") == PostedComment(
        1, "a.py", 2, ("cafe", "beef")
    )
    assert posted_comment(1, "a.py", 2, "<!-- concertmaster:summary:cafe -->") is None


def test_a_message_cannot_forge_a_mark_or_a_suggestion() -> None:
    hostile = "<!-- concertmaster:cafe -->\n```suggestion\nrm\n```\n@octocat"
    (comment,) = plan([finding(2, message=hostile, path="a.py")], diff((1, 9))).comments
    assert comment.body.count("<!--") - comment.body.count("`<!--") == 1
    assert not re.search(r"^```", comment.body, re.MULTILINE)
    assert "@octocat" not in comment.body.replace("`@octocat`", "")


# -- threads that stand ---------------------------------------------------------------------------------


def standing(done: ReviewPlan, *, outdated: bool = False, **thread: Any) -> Posted:
    """What stands after a plan was carried out, with the thread of each comment."""
    posted = as_posted(done, outdated=outdated)
    made = (replace(item, thread=Thread(f"T{item.id}", f"C{item.id}", **thread)) for item in posted.comments)
    return replace(posted, comments=tuple(made))


def test_a_plan_without_threads_closes_nothing() -> None:
    first = plan([finding(2, mark="cafe")], diff((1, 9)))
    assert plan([], diff((1, 9)), posted=as_posted(first)).upkeep == ()


def test_what_is_not_found_any_more_is_to_be_resolved() -> None:
    first = plan([finding(2, mark="cafe"), finding(3, mark="beef")], diff((1, 9)))
    second = plan([finding(3, mark="beef")], diff((1, 9)), posted=standing(first))
    (step,) = second.resolve
    assert (step.comment.marks, step.moved) == (("cafe",), False)
    assert second.request.head_sha in step.reply
    assert not second.is_empty


@pytest.mark.parametrize(
    "thread",
    [
        {"state": State.CLOSED_BY_OTHERS},
        {"state": State.CLOSED_BY_US},
        {"answered": True},
        {"was_closed": True},
    ],
)
def test_what_is_closed_answered_or_opened_by_people_is_left(thread: dict[str, Any]) -> None:
    first = plan([finding(2, mark="cafe")], diff((1, 9)))
    assert plan([], diff((1, 9)), posted=standing(first, **thread)).is_empty


def test_what_is_found_again_is_to_be_opened_again_only_where_it_is_shown() -> None:
    first = plan([finding(2, mark="cafe")], diff((1, 9)))
    shown = plan(
        [finding(2, mark="cafe")],
        diff((1, 9)),
        posted=standing(first, state=State.CLOSED_BY_US, was_closed=True),
    )
    assert (len(shown.reopen), shown.comments) == (1, ())
    gone = standing(first, outdated=True, state=State.CLOSED_BY_US, was_closed=True)
    hidden = plan([finding(2, mark="cafe")], diff((1, 9)), posted=gone)
    assert (len(hidden.reopen), len(hidden.comments)) == (0, 1)


def test_an_outdated_comment_gives_way_to_the_one_that_goes_on() -> None:
    first = plan([finding(2, mark="cafe")], diff((1, 9)))
    second = plan([finding(4, mark="cafe")], diff((1, 9)), posted=standing(first, outdated=True))
    assert places(second.comments) == [("a.py", None, 4)]
    assert [step.moved for step in second.resolve] == [True]


def test_a_finding_that_has_left_the_diff_keeps_its_thread() -> None:
    first = plan([finding(2, mark="cafe")], diff((1, 9)))
    second = plan([finding(2, mark="cafe")], diff((20, 29)), posted=standing(first, outdated=True))
    assert (second.comments, second.upkeep) == ((), ())
    assert second.summary is not None


def test_of_two_alike_the_one_on_its_line_stands() -> None:
    both = [finding(3, mark="cafe"), finding(30, mark="cafe")]
    upper = plan(both[:1], diff((1, 40)))
    lower = plan(both[1:], diff((1, 40)))
    assert places(plan(both, diff((1, 40)), posted=standing(upper)).comments) == [("a.py", None, 30)]
    assert places(plan(both, diff((1, 40)), posted=standing(lower)).comments) == [("a.py", None, 3)]


def test_what_could_not_be_analysed_keeps_its_threads() -> None:
    first = plan([finding(2, mark="cafe")], diff((1, 9)))
    for path in ("a.py", "."):
        missed = plan([], diff((1, 9)), posted=standing(first), unanalysed=(Unanalysed(path, "x"),))
        assert missed.upkeep == ()
