"""What decides how a review ends, and where that is said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from concertmaster.action import run_action
from concertmaster.github.retry import Retry
from tests.github_server import GitHub, events
from tests.github_server.calls import Reply
from tests.github_server.faults import Effect, connection_reset, page, status, truncated
from tests.jobs import NEW, OLD, PIN, Job, Open

IMPORT = "from orchestrator.types import SubscriptionLifecycle\n"
FILLER = "".join(f"LINE_{number} = {number}\n" for number in range(40))


def blobs(github: GitHub) -> int:
    return len(github.journal.calls("GET", "/git/blobs/"))


# -- what a pull request brings in -------------------------------------------------------------------------


@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", ""], ids=["LF", "CRLF", "none"])
def test_what_was_there_before_does_not_decide(job: Open, checkout: bool, ending: str) -> None:
    old = (FILLER + IMPORT).replace("\n", ending or "\n").removesuffix("" if ending else "\n")
    made = job({"main.py": old, "é b/x.py": old}, {"main.py": f"# more\n{old}", "é b/x.py": f"{old}\n# more"})
    made.checkout = checkout
    code, told = made.run()
    assert (code, told["errors"], told["new"]) == (0, "2", "0")


def test_the_old_texts_need_no_calls(github: GitHub, job: Open) -> None:
    files = {f"f{number}.py": FILLER + IMPORT for number in range(20)}
    made = job(files, {path: f"{text}# more\n" for path, text in files.items()})
    assert made.run()[1]["new"] == "0"
    assert blobs(github) == 0


def test_old_texts_that_do_not_follow_from_the_diff_are_fetched(
    github: GitHub, job: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.github_server.diff.LARGEST_PATCH", 0)
    made = job({"main.py": FILLER + IMPORT}, {"main.py": f"{FILLER}{IMPORT}# more\n"})
    assert made.run()[1]["new"] == "0"
    assert blobs(github) == 1


def test_one_more_of_the_same_is_new(job: Open) -> None:
    twice = f"def a():\n    {IMPORT}"
    made = job({"main.py": twice}, {"main.py": twice + twice.replace("a()", "b()")})
    code, told = made.run()
    assert (code, told["errors"], told["new"]) == (1, "2", "1")


def test_the_same_again_in_one_function_is_new(job: Open) -> None:
    once = f"def a():\n    {IMPORT}"
    made = job({"main.py": once}, {"main.py": f"{once}    x = 1\n    {IMPORT}"})
    code, told = made.run()
    assert (code, told["errors"], told["new"]) == (1, "2", "1")


def test_what_moves_within_its_file_and_is_indented_anew_is_not_new(job: Open) -> None:
    old = f"def a():\n    {IMPORT}\n\n{FILLER}"
    new = f"{FILLER}\n\ndef b():\n    if DEBUG:\n        {IMPORT}"
    code, told = job({"main.py": old}, {"main.py": new}).run()
    assert (code, told["errors"], told["new"]) == (0, "1", "0")


@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
@pytest.mark.parametrize("rest", [f"{FILLER}# less\n", None], ids=["taken out", "the file is gone"])
def test_what_moves_to_another_file_is_not_new(job: Open, rest: str | None, checkout: bool) -> None:
    new = {"main.py": rest, "sub/new.py": f"def a():\n    {IMPORT}", "more.py": "x = 1\n"}
    made = job({"main.py": FILLER + IMPORT, "more.py": "x = 2\n"}, new)
    made.checkout = checkout
    code, told = made.run()
    assert (code, told["errors"], told["new"]) == (0, "1", "0")


def test_what_is_kept_now_excuses_no_copy_of_it(job: Open) -> None:
    kept = IMPORT.rstrip() + "  # concertmaster: ignore[old-namespace] read by 4.x\n"
    code, told = job({"main.py": IMPORT}, {"main.py": kept, "new.py": IMPORT}).run()
    assert (code, told["errors"], told["new"]) == (1, "1", "1")


def test_a_renamed_file_brings_nothing_in(job: Open) -> None:
    text = FILLER + IMPORT
    made = job({"old.py": text}, {"old.py": None, "sub/new.py": f"# moved\n{text}"})
    assert made.run()[0] == 0


def test_code_in_another_file_is_new(job: Open) -> None:
    made = job({"old.py": FILLER + IMPORT}, {"new.py": IMPORT})
    assert made.run()[0] == 1


def test_what_the_base_kept_is_new_when_it_is_not_kept_any_more(job: Open) -> None:
    kept = IMPORT.rstrip() + "  # concertmaster: ignore[old-namespace] read by 4.x\n"
    assert job({"main.py": kept}, {"main.py": IMPORT}).run()[0] == 1


def test_a_project_within_a_repository_is_compared_with_itself(job: Open) -> None:
    made = job(
        {"sub/pyproject.toml": PIN.format("5.0.4"), "sub/main.py": FILLER + IMPORT},
        {"sub/main.py": None, "sub/moved.py": f"{FILLER}{IMPORT}# more\n"},
    )
    made.inputs = {"working-directory": "sub"}
    code, told = made.run()
    assert (code, told["errors"], told["new"]) == (0, "1", "0")


def test_a_raised_pin_answers_for_everything(job: Open) -> None:
    made = job({"main.py": OLD}, {"pyproject.toml": PIN.format("5.0.4")}, release="4.8.2")
    code, told = made.run()
    assert (code, told["new"]) == (1, "3")


# -- everything --------------------------------------------------------------------------------------------


def test_the_whole_repository_decides_where_the_workflow_says_so(job: Open) -> None:
    made = job({"main.py": OLD}, {"new.py": NEW})
    assert made.run()[0] == 0
    made.inputs = {"new-only": "false"}
    code, told = made.run()
    assert (code, told["new"]) == (1, "3")


def test_the_whole_repository_decides_where_the_base_says_so(job: Open) -> None:
    settings = PIN.format("5.0.4") + "[tool.concertmaster]\nnew-only = false\n"
    made = job({"main.py": OLD, "pyproject.toml": settings}, {"new.py": NEW})
    assert made.run()[0] == 1
    made.inputs = {"new-only": "true"}
    assert made.run()[0] == 0


def test_anything_else_is_no_answer(job: Open, capsys: pytest.CaptureFixture[str]) -> None:
    made = job({}, {"new.py": NEW})
    made.inputs = {"new-only": "perhaps"}
    assert made.run()[0] == 2
    assert "true or false" in capsys.readouterr().out


# -- settings that a pull request proposes -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            'exclude = ["*"]',
            "(`exclude`). It was judged by those of its base. With the new ones 2 findings",
        ),
        ('ignore = ["old-namespace"]\nfail-on = "never"', "(`ignore` and `fail-on`)"),
        ('select = ["workflow-description"]', "With the new ones 2 findings would not be told"),
        (
            '[tool.concertmaster.per-path-ignores]\n"main.py" = ["old-namespace"]',
            "With the new ones 2 findings",
        ),
        ("prose = true", "(`prose`). It was judged by those of its base."),
        ("nonsense = 1", "and they cannot be used"),
    ],
)
def test_settings_that_are_proposed_change_nothing_and_are_told(job: Open, settings: str, told: str) -> None:
    text = FILLER + IMPORT + FILLER + "import orchestrator.db\n"
    new = {
        "main.py": f"{text}# more\n",
        "pyproject.toml": f"{PIN.format('5.0.4')}[tool.concertmaster]\n{settings}\n",
    }
    made = job({"main.py": text}, new)
    assert made.run()[1]["errors"] == "2"
    assert told in made.summaries()[0]


def test_settings_alone_are_told_where_nothing_else_is(job: Open) -> None:
    settings = PIN.format("5.0.4") + '[tool.concertmaster]\nexclude = ["*"]\n'
    made = job({"main.py": NEW}, {"pyproject.toml": settings})
    assert made.run()[0] == 0
    (summary,) = made.summaries()
    assert "changes Concertmaster's own settings (`exclude`)" in summary


# -- on the commit -----------------------------------------------------------------------------------------

MARKING = {"contents": "read", "pull_requests": "write", "checks": "write", "statuses": "write"}
LOST = {"502": status(502), "reset": connection_reset(), "truncated": truncated(), "page": page()}


def marking(made: Job, kind: str) -> Job:
    made.permissions = MARKING
    made.inputs = {"check": kind}
    return made


def test_nothing_is_set_on_a_commit_unless_it_is_wanted(job: Open) -> None:
    made = job({}, {"new.py": OLD})
    made.run()
    assert made.remote.state.statuses == []
    assert made.remote.state.check_runs == []


@pytest.mark.parametrize(
    ("text", "state"), [(NEW, "success"), (OLD, "failure"), ("def (\nimport orchestrator\n", "error")]
)
def test_a_status_says_how_it_ended(job: Open, text: str, state: str) -> None:
    made = marking(job({}, {"new.py": text}), "status")
    made.run()
    (found,) = made.remote.state.statuses
    assert (found.sha, found.state, found.context) == (made.pull.head.sha, state, "Concertmaster")


@pytest.mark.parametrize(
    ("text", "conclusion"), [(NEW, "success"), (OLD, "failure"), ("def (\nimport orchestrator\n", "failure")]
)
def test_a_check_run_is_never_neutral(job: Open, text: str, conclusion: str) -> None:
    made = marking(job({}, {"new.py": text}), "check-run")
    made.run()
    (found,) = made.remote.state.check_runs
    assert (found.head_sha, found.status, found.conclusion) == (made.pull.head.sha, "completed", conclusion)


def test_all_annotations_are_there_fifty_a_call(github: GitHub, job: Open) -> None:
    made = marking(
        job({}, {f"f{number:03}.py": "import orchestrator.db\n" for number in range(120)}), "check-run"
    )
    made.run()
    (found,) = made.remote.state.check_runs
    assert len({annotation["path"] for annotation in found.annotations}) == 120
    assert len(github.journal.calls("*", "/check-runs")) == 3


def test_more_annotations_than_there_is_time_for_are_counted(
    job: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concertmaster.github.check.MAX_ANNOTATIONS", 60)
    made = marking(
        job({}, {f"f{number:03}.py": "import orchestrator.db\n" for number in range(61)}), "check-run"
    )
    made.run()
    (found,) = made.remote.state.check_runs
    assert len(found.annotations) == 60
    assert str(found.output["summary"]).startswith(
        "1 more finding beside the 60 that have an annotation.\n\n"
    )


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("verb", ["POST", "PATCH"])
def test_a_check_run_is_set_once_whatever_gets_lost(
    github: GitHub, job: Open, verb: str, fault: str, done: bool
) -> None:
    made = marking(
        job({}, {f"f{number}.py": "import orchestrator.db\n" for number in range(60)}), "check-run"
    )
    github.faults.add(verb, "/check-runs", LOST[fault], after=done)
    assert made.run()[0] == 1
    (found,) = made.remote.state.check_runs
    assert len(found.annotations) == 60


@pytest.mark.parametrize("kind", ["status", "check-run"])
def test_a_check_that_cannot_be_set_in_an_outage_is_not_green(github: GitHub, job: Open, kind: str) -> None:
    made = marking(job({}, {"new.py": NEW}), kind)
    github.faults.add("POST", "/(statuses|check-runs)", status(502), times=99)
    assert made.run()[0] == 3


@pytest.mark.parametrize("kind", ["status", "check-run"])
def test_a_review_that_could_not_be_posted_is_no_success_on_the_commit(
    github: GitHub, job: Open, kind: str
) -> None:
    made = marking(job({}, {"new.py": OLD}), kind)
    made.inputs["fail-on"] = "never"
    github.faults.add("POST", "/reviews", status(502), times=99)
    assert made.run()[0] == 3
    state = made.remote.state
    assert [item.state for item in state.statuses] == ["error"] * (kind == "status")
    assert [item.conclusion for item in state.check_runs] == ["failure"] * (kind == "check-run")


def test_a_check_that_the_token_may_not_set_is_told(job: Open, capsys: pytest.CaptureFixture[str]) -> None:
    made = marking(job({}, {"new.py": OLD}), "check-run")
    made.permissions = {"contents": "read", "pull_requests": "write"}
    assert made.run()[0] == 1
    assert "The check-run could not be set" in capsys.readouterr().out


def test_a_check_of_another_kind_is_refused(job: Open) -> None:
    assert marking(job({}, {"new.py": NEW}), "neutral").run()[0] == 2


# -- merge queues ------------------------------------------------------------------------------------------


@dataclass
class OtherEvent(Job):
    """A job that is started by something else than the pull request."""

    made: events.Event | None = None

    def event(self) -> events.Event:
        assert self.made is not None
        return self.made


def other(made: Job, event: events.Event) -> OtherEvent:
    return OtherEvent(made.github, made.remote, made.pull, made.folder, MARKING, made=event, runs=50)


@pytest.mark.parametrize(("text", "ended"), [(NEW, 0), (OLD, 1), ("def (\nimport orchestrator\n", 3)])
def test_a_merge_group_is_judged_and_not_spoken_to(job: Open, text: str, ended: int) -> None:
    made = job({"main.py": OLD}, {"new.py": text})
    queued = other(made, made.remote.merge_group_event(made.pull))
    queued.inputs = {"check": "status"}
    code, told = queued.run()
    assert (code, told["result"]) == (ended, "unposted")
    assert (made.pull.reviews, made.summaries()) == ([], [])
    assert [item.state == "success" for item in made.remote.state.statuses] == [ended == 0]


def test_all_findings_of_a_merge_group_are_annotations(job: Open, capsys: pytest.CaptureFixture[str]) -> None:
    made = job({}, {"new.py": OLD})
    other(made, made.remote.merge_group_event(made.pull)).run()
    assert capsys.readouterr().out.count("file=new.py") == 3


def test_a_merge_group_with_more_files_than_are_compared_is_judged_all_the_same(job: Open) -> None:
    made = job({}, {f"f{number:03}.txt": "x\n" for number in range(301)} | {"z.py": OLD})
    code, told = other(made, made.remote.merge_group_event(made.pull)).run()
    assert (code, told["new"]) == (1, "3")


@pytest.mark.every_server
def test_the_check_run_of_a_merge_group_is_on_its_trial_commit(job: Open) -> None:
    made = job({}, {"new.py": OLD})
    event = made.remote.merge_group_event(made.pull)
    queued = other(made, event)
    queued.inputs = {"check": "check-run"}
    assert queued.run()[0] == 1
    (found,) = made.remote.state.check_runs
    assert (found.head_sha, found.conclusion, len(found.annotations)) == (event.sha, "failure", 3)


def test_a_merge_group_that_is_dissolved_asks_for_nothing(job: Open) -> None:
    made = job({}, {"new.py": OLD})
    event = made.remote.merge_group_event(made.pull)
    event.payload["action"] = "destroyed"
    assert run_action(other(made, event).environment(), pause=0) == 0
    assert made.remote.state.statuses == []


# -- lists that are not to be believed ---------------------------------------------------------------------

EMPTY = Effect(Reply(200, []))


def test_a_pull_request_that_changes_nothing_is_green(job: Open) -> None:
    made = job({"new.py": OLD}, {"new.py": OLD})
    assert made.event().payload["pull_request"]["changed_files"] == 0
    assert made.run()[0] == 0


def test_an_empty_list_of_changed_files_is_asked_for_again(github: GitHub, job: Open) -> None:
    made = job({}, {"new.py": OLD})
    github.faults.add("GET", "/pulls/1/files", EMPTY)
    assert made.run()[0] == 1
    assert made.places() == [("new.py", 1, 2), ("new.py", 5, 5)]


def test_an_empty_list_of_changed_files_that_lasts_is_not_green(
    github: GitHub, job: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    made = job({}, {"new.py": OLD})
    github.faults.add("GET", "/pulls/1/files", EMPTY, times=99)
    assert run_action(made.environment(), pause=0, retry=Retry(sleep=lambda _: None)) == 3
    assert "a list that cannot be empty" in capsys.readouterr().out
    assert made.pull.reviews == []


def test_an_empty_list_of_comments_doubles_nothing(github: GitHub, job: Open) -> None:
    made = job({}, {"new.py": OLD})
    assert made.run()[0] == 1
    made.remote.push("feature", {"more.py": "import orchestrator.db\n"})
    github.faults.add("GET", "/pulls/1/comments", EMPTY)
    assert made.run()[0] == 1
    assert made.places() == [("more.py", 1, 1), ("new.py", 1, 2), ("new.py", 5, 5)]


def test_what_a_comparison_leaves_out_is_told_by_the_two_trees(github: GitHub, job: Open) -> None:
    made = job({"gone.py": NEW}, {"gone.py": None, "new.py": OLD})
    queued = other(made, made.remote.merge_group_event(made.pull))
    base, head = made.remote.sha("main"), made.remote.sha("refs/pull/1/merge")
    nothing = {"files": [], "merge_base_commit": {"sha": base}}
    github.faults.add("GET", f"/compare/{base}...{head}", Effect(Reply(200, nothing)), times=99)
    assert run_action(queued.environment(), pause=0) == 1


@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
def test_a_list_without_some_of_the_changed_files_hides_nothing(
    github: GitHub, job: Open, checkout: bool
) -> None:
    made = job(
        {"changed.py": NEW, "other.py": NEW}, {"changed.py": OLD, "new.py": OLD, "other.py": f"#\n{NEW}"}
    )
    made.checkout = checkout
    short = [{"filename": "other.py", "status": "modified"}]
    github.faults.add("GET", "/pulls/1/files", Effect(Reply(200, short)))
    code, told = made.run()
    assert (code, told["new"]) == (1, "6")
    assert {path for path, _, _ in made.places()} == {"changed.py", "new.py"}


# -- forks -------------------------------------------------------------------------------------------------


@pytest.fixture
def forked(github: GitHub, tmp_path: Path) -> Job:
    remote = github.create_repository("octo-org/network", {"pyproject.toml": PIN.format("5.0.4")})
    fork = remote.fork("stranger")
    fork.push("feature", {"new.py": OLD})
    return Job(github, remote, remote.open_pull_request("main", "feature", source=fork), tmp_path)


def test_a_fork_is_told_why_there_are_no_comments(forked: Job, capsys: pytest.CaptureFixture[str]) -> None:
    forked.permissions = {"contents": "read", "pull_requests": "read"}
    code, told = forked.run()
    assert (code, told["result"]) == (1, "refused")
    printed = capsys.readouterr().out
    assert printed.count("file=new.py") == 3
    assert "workflows of a fork" in printed
    assert forked.pull.reviews == []


@pytest.mark.every_server
def test_the_second_workflow_of_a_pair_comments_on_a_fork(forked: Job) -> None:
    second = other(forked, forked.remote.workflow_run_event(forked.pull))
    code, told = second.run()
    assert (code, told["result"]) == (1, "posted")
    assert second.places() == [("new.py", 1, 2), ("new.py", 5, 5)]


@pytest.mark.parametrize("what", ["moved on", "closed"])
def test_the_second_workflow_leaves_alone_what_is_not_there_any_more(forked: Job, what: str) -> None:
    event = forked.remote.workflow_run_event(forked.pull)
    if what == "closed":
        forked.pull.issue.state = "closed"
    else:
        forked.pull.head.sha = forked.remote.sha("main")
    second = other(forked, event)
    assert run_action(second.environment(), pause=0) == 0
    assert forked.pull.reviews == []


def test_a_list_of_pull_requests_that_makes_no_sense_is_not_green(github: GitHub, forked: Job) -> None:
    github.faults.add("GET", "/pulls$", Effect(Reply(200, [{"number": "x"}])), times=99)
    second = other(forked, forked.remote.workflow_run_event(forked.pull))
    assert run_action(second.environment(), pause=0, retry=Retry(sleep=lambda _: None)) == 3


# -- calls -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("files", [1, 90])
def test_a_first_review_is_a_dozen_calls_at_most(github: GitHub, job: Open, files: int) -> None:
    old = {f"f{number:02}.py": FILLER for number in range(files)}
    made = job(old, {path: f"{text}import orchestrator.db\n" for path, text in old.items()})
    assert made.run()[0] == 1
    assert len(made.pull.review_comments) == files
    assert len(github.journal) <= 12


@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
def test_a_review_of_a_push_that_mends_everything_is_a_dozen_calls_at_most(
    github: GitHub, job: Open, checkout: bool
) -> None:
    old = {f"f{number:02}.py": FILLER for number in range(99)}
    bad = "import orchestrator.db, orchestrator.types, orchestrator.forms, orchestrator.domain\n"
    made = job(old, {path: f"{text}{bad}" for path, text in old.items()})
    made.permissions = {"contents": "write", "pull_requests": "write"}
    made.checkout = checkout
    assert made.run()[1]["findings"] == "396"
    made.remote.push("feature", {path: f"{text}import orchestrator.core.db\n" for path, text in old.items()})
    before = len(github.journal)
    assert made.run()[0] == 0
    assert all(thread.resolved_by for thread in made.pull.threads)
    assert len(github.journal) - before <= 12
