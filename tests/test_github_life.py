"""The life of a pull request, push by push: which threads stand after each, and in what state."""

from __future__ import annotations

import re

import pytest

from concertmaster.action import run_action
from tests.github_server import GitHub
from tests.github_server.anchors import current
from tests.github_server.faults import connection_reset, graphql_errors, page, status, truncated
from tests.github_server.state import Thread
from tests.jobs import NEW, OLD, PIN, Job, Open

IMPORT = "from orchestrator.types import SubscriptionLifecycle\n"
MENDED = IMPORT.replace("orchestrator", "orchestrator.core")
FULL = {"contents": "write", "pull_requests": "write"}
FILLER = "".join(f"LINE_{number} = {number}\n" for number in range(40))


def threads(job: Job) -> list[tuple[str, int, str]]:
    """Path, line (0 where outdated), and how it stands."""
    found = []
    for thread in job.pull.threads:
        now = None if thread.applied else current(job.pull, thread.anchor)
        path = now.path if now else thread.anchor.path
        found.append((path, (now.line if now else None) or 0, state(thread)))
    return sorted(found)


def state(thread: Thread) -> str:
    if thread.resolved_by is not None:
        return "resolved"
    return thread.comments[0].minimized or "open"


def replies(job: Job) -> list[str]:
    """What was replied, without marks and commits."""
    bodies = [comment.body for thread in job.pull.threads for comment in thread.comments[1:]]
    return [re.sub(r"<!--.*?-->\n|[0-9a-f]{40}", "", body) for body in bodies]


@pytest.fixture
def life(job: Open) -> Open:
    def opened(*given: object, **named: object) -> Job:
        made = job(*given, **named)
        made.permissions = FULL
        return made

    return opened


# -- untouched -------------------------------------------------------------------------------------------


def test_what_is_found_again_is_left_alone(github: GitHub, life: Open) -> None:
    made = life({}, {"new.py": IMPORT})
    made.run()
    made.remote.push("feature", {"other.txt": "x\n"})
    assert made.run()[1]["result"] == "nothing-new"
    made.remote.push("feature", {"new.py": f"# one\n# two\n{IMPORT}"})
    assert made.run()[1]["result"] == "nothing-new"
    assert threads(made) == [("new.py", 3, "open")]
    assert replies(made) == []


def test_a_person_who_resolves_has_the_last_word(life: Open) -> None:
    made = life({}, {"new.py": IMPORT})
    made.run()
    made.remote.resolve(made.pull.review_comments[0])
    for text in (IMPORT, f"# moved\n{IMPORT}", f"x = 1\n    \n{IMPORT}", NEW, IMPORT):
        made.remote.push("feature", {"new.py": text, "other.txt": text})
        made.run()
        assert [item[2] for item in threads(made)] == ["resolved"]
    assert replies(made) == []


def test_a_thread_with_a_reply_of_a_person_is_left_to_people(life: Open) -> None:
    made = life({}, {"new.py": IMPORT})
    made.run()
    made.remote.reply(made.pull.review_comments[0], "Must this be?")
    made.remote.push("feature", {"new.py": NEW})
    made.run()
    assert [item[2] for item in threads(made)] == ["open"]
    assert replies(made) == ["Must this be?"]


def test_what_a_person_opened_again_is_not_closed_again(life: Open) -> None:
    made = life({}, {"new.py": IMPORT})
    made.run()
    made.remote.push("feature", {"new.py": NEW})
    made.run()
    (thread,) = made.pull.threads
    thread.resolved_by = None
    made.remote.push("feature", {"other.txt": "x\n"})
    assert made.run()[1]["result"] == "nothing-new"
    assert [item[2] for item in threads(made)] == ["open"]


def test_a_mark_of_somebody_else_is_never_touched(github: GitHub, life: Open) -> None:
    made = life({}, {"new.py": IMPORT})
    made.run()
    body = made.pull.review_comments[0].body
    place = {"path": "new.py", "line": 1, "side": "RIGHT", "body": body}
    made.remote.review(made.pull, "stranger", event="COMMENT", comments=[place])
    made.remote.push("feature", {"new.py": f"{NEW}# more\n"})
    made.run()
    assert [(thread.comments[0].user.login, state(thread)) for thread in made.pull.threads] == [
        ("github-actions[bot]", "resolved"), ("stranger", "open"),
    ]  # fmt: skip


# -- mended ----------------------------------------------------------------------------------------------


def test_what_is_mended_is_resolved_and_comes_back_as_the_same_thread(life: Open) -> None:
    made = life({"new.py": "x = 1\n"}, {"new.py": IMPORT})
    made.run()
    made.remote.push("feature", {"new.py": MENDED})
    assert made.run()[0] == 0
    assert threads(made) == [("new.py", 0, "resolved")]
    assert replies(made) == ["Not found any more as of ."]
    made.remote.push("feature", {"new.py": IMPORT})
    made.run()
    assert threads(made) == [("new.py", 1, "open")]
    assert replies(made)[1:] == ["Found again as of ."]
    made.remote.push("feature", {"new.py": MENDED})
    made.run()
    assert threads(made) == [("new.py", 0, "resolved")]
    assert made.run()[1]["result"] == "nothing-new"
    assert len(replies(made)) == 3


def test_what_was_applied_is_resolved(life: Open) -> None:
    made = life({}, {"new.py": OLD})
    made.run()
    made.remote.apply(made.pull, made.pull.review_comments[1])
    made.run()
    assert sorted(item[2] for item in threads(made)) == ["open", "resolved"]
    made.remote.apply(made.pull, *[c for c in made.pull.review_comments if c.thread.resolved_by is None])
    assert made.run()[0] == 0
    assert {item[2] for item in threads(made)} == {"resolved"}


def test_what_the_author_keeps_is_resolved_by_that_name(life: Open) -> None:
    made = life({}, {"new.py": IMPORT})
    made.run()
    kept = IMPORT.rstrip() + "  # concertmaster: ignore[old-namespace] @octocat read by 4.x\n"
    made.remote.push("feature", {"new.py": kept})
    assert made.run()[0] == 0
    assert threads(made) == [("new.py", 0, "resolved")]
    assert replies(made) == [
        "Kept as it is by `# concertmaster: ignore[old-namespace]` on line 1: `@octocat` read by 4.x"
    ]


def test_of_two_alike_the_one_that_was_mended_is_resolved(life: Open) -> None:
    twice = f"def a():\n    {IMPORT}{FILLER}def b():\n    {IMPORT}"
    made = life({"new.py": FILLER}, {"new.py": twice})
    made.run()
    assert [item[2] for item in threads(made)] == ["open", "open"]
    made.remote.push("feature", {"new.py": twice.replace(IMPORT, MENDED, 1)})
    made.run()
    assert threads(made) == [("new.py", 0, "resolved"), ("new.py", 44, "open")]
    assert len(made.pull.threads) == 2


def test_without_the_right_to_resolve_comments_are_hidden_and_shown_again(life: Open) -> None:
    made = life({"new.py": "x = 1\n"}, {"new.py": IMPORT})
    made.permissions = {"contents": "read", "pull_requests": "write"}
    made.run()
    made.remote.push("feature", {"new.py": MENDED})
    made.run()
    assert threads(made) == [("new.py", 0, "resolved")]
    assert made.pull.threads[0].comments[0].minimized == "resolved"
    assert made.run()[1]["result"] == "nothing-new"
    made.remote.push("feature", {"new.py": IMPORT})
    made.run()
    assert threads(made) == [("new.py", 1, "open")]


# -- moved -----------------------------------------------------------------------------------------------


def test_a_renamed_file_takes_its_threads_along(life: Open) -> None:
    made = life({"old.py": FILLER}, {"old.py": FILLER + IMPORT})
    made.run()
    made.remote.push("feature", {"old.py": None, "moved/new.py": FILLER + IMPORT})
    assert made.run()[1]["result"] == "nothing-new"
    assert threads(made) == [("moved/new.py", 41, "open")]


def test_code_that_moves_to_another_file_takes_its_comment_along(life: Open) -> None:
    made = life({"a.py": FILLER, "b.py": FILLER}, {"a.py": f"{FILLER}{IMPORT}", "b.py": f"{FILLER}x = 1\n"})
    made.run()
    made.remote.push("feature", {"a.py": f"{FILLER}x = 1\n", "b.py": f"{FILLER}x = 1\n{IMPORT}"})
    made.run()
    assert threads(made) == [("a.py", 0, "resolved"), ("b.py", 42, "open")]
    assert replies(made) == ["The lines have changed: a newer comment on `b.py` goes on."]


def test_an_outdated_comment_is_said_again_once(life: Open) -> None:
    made = life({}, {"new.py": f"def a():\n    {IMPORT}"})
    made.run()
    made.remote.push("feature", {"new.py": f"def a():\n        {IMPORT}"})
    made.run()
    assert threads(made) == [("new.py", 0, "resolved"), ("new.py", 2, "open")]
    assert made.run()[1]["result"] == "nothing-new"


def test_a_file_that_the_pull_request_lets_go_of_is_let_go_of(life: Open) -> None:
    made = life({"old.py": FILLER}, {"old.py": FILLER + IMPORT, "new.py": IMPORT})
    made.run()
    made.remote.push("feature", {"old.py": FILLER, "new.py": None})
    made.run()
    assert [item[2] for item in threads(made)] == ["resolved", "resolved"]
    assert sorted(replies(made)) == [
        "The file is gone as of .",
        "This pull request leaves the file alone as of .",
    ]


def test_a_file_that_cannot_be_read_any_more_is_left_alone(life: Open) -> None:
    made = life({}, {"new.py": IMPORT})
    made.run()
    made.remote.push("feature", {"new.py": "def (\nimport orchestrator\n"})
    assert made.run()[0] == 3
    assert [item[2] for item in threads(made)] == ["open"]


# -- outages ---------------------------------------------------------------------------------------------

LOST = {
    "502": status(502),
    "reset": connection_reset(),
    "truncated": truncated(),
    "page": page(),
    "limit": graphql_errors("API rate limit exceeded", "RATE_LIMITED"),
}


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("rights", ["write", "read"])
def test_threads_are_closed_and_opened_once_whatever_gets_lost(
    github: GitHub, life: Open, fault: str, done: bool, rights: str
) -> None:
    made = life({"new.py": "x = 1\n", "b.py": "x = 1\n"}, {"new.py": IMPORT, "b.py": IMPORT})
    made.permissions = {"contents": rights, "pull_requests": "write"}
    for text, wanted, said in ((IMPORT, "open", 0), (MENDED, "resolved", 2), (IMPORT, "open", 4)):
        made.remote.push("feature", {"new.py": text, "b.py": text})
        github.faults.add("POST", "/graphql", LOST[fault], body=b"mutation", after=done and fault != "limit")
        assert made.run()[1]["result"] != "failed"
        github.faults.rules.clear()
        assert [item[2] for item in threads(made)] == [wanted, wanted]
        assert len(replies(made)) == said


def test_an_outage_that_lasts_is_not_green_and_is_made_good_by_the_next_run(
    github: GitHub, life: Open
) -> None:
    made = life({}, {"new.py": IMPORT})
    made.run()
    made.remote.push("feature", {"new.py": MENDED})
    github.faults.add("POST", "/graphql", status(502), times=99, body=b"mutation")
    code, told = made.run()
    assert (code, told["result"]) == (3, "failed")
    github.faults.rules.clear()
    assert made.run()[0] == 0
    assert threads(made) == [("new.py", 0, "resolved")]


def test_one_thread_that_is_gone_does_not_keep_the_others_open(github: GitHub, life: Open) -> None:
    made = life({}, {"a.py": IMPORT, "b.py": IMPORT})
    made.run()
    made.remote.push("feature", {"a.py": MENDED, "b.py": MENDED})
    github.faults.add(
        "POST", "/graphql", graphql_errors("Could not resolve to a node", "NOT_FOUND"), body=b"mutation"
    )
    made.run()
    assert {item[2] for item in threads(made)} == {"resolved"}


def test_what_the_token_may_not_close_at_all_is_left_and_said(
    github: GitHub, life: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    made = life({}, {"new.py": IMPORT})
    made.run()
    made.remote.push("feature", {"new.py": MENDED})
    made.permissions = {"contents": "read", "pull_requests": "read"}
    code, told = made.run()
    assert (code, told["result"]) == (0, "refused")
    assert [item[2] for item in threads(made)] == ["open"]
    assert "Resource not accessible by integration" in capsys.readouterr().out


def test_a_token_that_turns_out_not_to_be_allowed_to_resolve_hides(github: GitHub, life: Open) -> None:
    made = life({}, {"a.py": IMPORT, "b.py": IMPORT})
    made.run()
    made.remote.push("feature", {"a.py": MENDED, "b.py": MENDED})
    refused = graphql_errors("Resource not accessible by integration", "FORBIDDEN")
    github.faults.add("POST", "/graphql", refused, body=b"mutation")
    assert made.run()[0] == 0
    assert [thread.comments[0].minimized for thread in made.pull.threads] == ["resolved", "resolved"]
    assert len(replies(made)) == 2


def test_a_dry_run_tells_what_would_be_resolved_and_does_nothing(
    life: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    made = life({}, {"new.py": IMPORT})
    made.run()
    made.remote.push("feature", {"new.py": MENDED})
    capsys.readouterr()
    assert run_action(made.environment(), dry_run=True, pause=0) == 0
    assert "--- resolve the thread on new.py:(outdated)" in capsys.readouterr().out
    assert [item[2] for item in threads(made)] == ["open"]


# -- all of it -------------------------------------------------------------------------------------------


def test_a_whole_life(github: GitHub, life: Open) -> None:
    made = life({"main.py": FILLER}, {"main.py": FILLER + IMPORT, "new.py": OLD})
    made.run()
    assert threads(made) == [("main.py", 41, "open"), ("new.py", 2, "open"), ("new.py", 5, "open")]
    made.remote.push("main", {"unrelated.py": "x = 1\n"})
    made.remote.push("feature", {"main.py": FILLER + IMPORT, "new.py": OLD}, base="main", force=True)
    made.run()
    assert threads(made) == [("main.py", 41, "open"), ("new.py", 2, "open"), ("new.py", 5, "open")]
    made.remote.apply(made.pull, *[c for c in made.pull.review_comments if c.thread.anchor.path == "new.py"])
    assert made.run()[0] == 1
    assert threads(made) == [("main.py", 41, "open"), ("new.py", 0, "resolved"), ("new.py", 0, "resolved")]
    made.remote.push("feature", {"new.py": OLD}, "Revert")
    made.run()
    assert [item[2] for item in threads(made)].count("open") == 3
    made.remote.push("feature", {"pyproject.toml": PIN.format("4.8.2")})
    assert made.run()[0] == 0
    assert [item[2] for item in threads(made)].count("open") == 0
    made.remote.push("feature", {"pyproject.toml": PIN.format("5.0.4")})
    made.run()
    assert [item[2] for item in threads(made)].count("open") == 3
    made.pull.issue.state = "closed"
    made.pull.issue.state = "open"
    assert made.run()[1]["result"] == "nothing-new"
    made.remote.push("feature", {"main.py": FILLER + MENDED, "new.py": NEW})
    assert made.run()[0] == 0
    assert {item[2] for item in threads(made)} == {"resolved"}
