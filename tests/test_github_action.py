"""The action in a runner's environment, on a GitHub that is held to its own description."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path

import pytest

from concertmaster.action import run_action
from concertmaster.github.retry import Retry
from tests.github_server import GitHub
from tests.github_server.calls import Reply
from tests.github_server.faults import Effect, connection_reset, meanwhile, status
from tests.github_server.hub import BOT
from tests.jobs import NEW, OLD, PIN, Job, Open, outputs

# -- nothing to do --------------------------------------------------------------------------------------


def test_a_clean_pull_request_is_not_spoken_to(job: Open) -> None:
    clean = job({"main.py": NEW}, {"new.py": NEW})
    code, told = clean.run()
    assert code == 0
    assert (told["result"], told["verdict"]) == ("nothing-new", "nothing to mend")
    assert clean.summaries() == []
    assert clean.pull.reviews == []


def test_old_code_that_the_pull_request_leaves_alone_is_left_alone(job: Open) -> None:
    assert job({"main.py": OLD}, {"new.py": NEW}).run()[0] == 0


def test_a_closed_pull_request_asks_for_no_token(
    github: GitHub, job: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    done = job({}, {"new.py": OLD})
    event = done.remote.event(done.pull, "closed")
    environment = github.runner_environment(event, {}, done.folder)
    assert run_action(environment) == 0
    assert "Nothing to review" in capsys.readouterr().out
    assert len(github.journal) == 0


# -- suggestions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
def test_pressing_every_button_writes_what_fix_writes(job: Open, checkout: bool, ending: str) -> None:
    old, new = OLD.replace("\n", ending), NEW.replace("\n", ending)
    made = job({}, {"new.py": old, "naïve b/wörk flow's.py": f"#{ending}{old}"})
    made.checkout = checkout
    code, told = made.run()
    assert code == 1
    assert (told["errors"], told["warnings"], told["suggestions"]) == ("4", "2", "4")
    made.press_all()
    assert made.remote.read("new.py", "feature").decode() == new
    assert made.remote.read("naïve b/wörk flow's.py", "feature").decode() == f"#{ending}{new}"
    code, told = made.run()
    assert (code, told["verdict"]) == (0, "nothing to mend")


@pytest.mark.every_server
def test_a_second_run_on_the_same_commit_says_nothing_new(github: GitHub, job: Open) -> None:
    made = job(
        {"main.py": OLD, "pyproject.toml": PIN.format("4.8.2")},
        {"pyproject.toml": PIN.format("5.0.4"), "new.py": OLD},
    )
    made.run()
    before = (made.places(), made.summaries(), len(made.pull.reviews))
    writes = len(github.journal.writes())
    assert made.run()[1]["result"] == "nothing-new"
    assert (made.places(), made.summaries(), len(made.pull.reviews)) == before
    asked = github.journal.writes()[writes:]
    assert {exchange.path for exchange in asked} == {github.hub.urls.graphql_path}
    assert not any("mutation" in exchange.body["query"] for exchange in asked)


@pytest.mark.every_server
def test_a_new_commit_is_told_only_what_is_new(job: Open) -> None:
    made = job({}, {"new.py": OLD})
    made.run()
    assert made.places() == [("new.py", 1, 2), ("new.py", 5, 5)]
    made.remote.push("feature", {"new.py": f"# moved\n{OLD}", "other.py": "import orchestrator.db\n"})
    made.run()
    assert made.places() == [("new.py", 1, 2), ("new.py", 5, 5), ("other.py", 1, 1)]


@pytest.mark.every_server
def test_the_finding_outside_the_diff_is_in_the_summary(job: Open) -> None:
    filler = "".join(f"LINE_{number} = {number}\n" for number in range(40))
    made = job({"main.py": OLD + filler}, {"main.py": OLD + filler.replace("LINE_39", "LAST")})
    assert made.run()[0] == 0
    assert made.places() == []
    (summary,) = made.summaries()
    assert "brings none of this in" in summary
    assert f"/blob/{made.pull.head.sha}/main.py#L1)" in summary


def test_a_push_that_the_summary_has_nothing_to_say_of_leaves_it_as_it_is(github: GitHub, job: Open) -> None:
    filler = "".join(f"LINE_{number} = {number}\n" for number in range(40))
    made = job(
        {"new.py": f"import orchestrator.db\n{filler}"},
        {"new.py": f"import orchestrator.db\n{filler}X = 1\n"},
    )
    made.run()
    (said,) = made.summaries()
    assert f"/blob/{made.pull.head.sha}/new.py#L1" in said
    made.remote.push("feature", {"note.txt": "x\n"})
    assert made.run()[1]["result"] == "nothing-new"
    assert made.summaries() == [said]
    made.remote.push("feature", {"new.py": f"\nimport orchestrator.db\n{filler}X = 1\n"})
    assert made.run()[1]["result"] == "posted"
    assert made.summaries() != [said]


# -- the release ----------------------------------------------------------------------------------------


def test_raising_the_pin_judges_the_whole_project(job: Open) -> None:
    made = job({"main.py": OLD}, {"pyproject.toml": PIN.format("5.0.4")}, release="4.8.2")
    code, told = made.run()
    assert (code, told["installed"]) == (1, "5.0.4")
    (summary,) = made.summaries()
    assert "from `4.8.2` to `5.0.4`" in summary
    assert "main.py" in summary


def test_a_pin_that_was_raised_on_the_base_since_is_not_this_pull_requests(job: Open) -> None:
    made = job({"main.py": OLD}, {"new.py": "x = 1\n"}, release="4.8.2")
    made.remote.push("main", {"pyproject.toml": PIN.format("5.0.4")})
    made.pull.base.sha = made.remote.sha("main")
    assert made.run()[0] == 0


def test_inputs_come_before_the_project(job: Open) -> None:
    made = job({}, {"new.py": OLD}, release="4.8.2")
    assert made.run()[1]["verdict"] == "nothing to mend"
    made.inputs = {"from": "5.0.4", "target": "5.1.0", "fail-on": "never"}
    code, told = made.run()
    assert code == 0
    assert (told["installed"], told["target"], told["errors"]) == ("5.0.4", "5.1.0", "2")


def test_a_folder_is_judged_as_a_project_of_its_own(job: Open) -> None:
    base = {
        "sub/pyproject.toml": PIN.format("5.0.4"),
        "pyproject.toml": "[project]\nname = 'x'\nversion = '1'\n",
    }
    made = job(base, {"sub/new.py": OLD, "other/new.py": OLD})
    made.inputs = {"working-directory": "./sub/"}
    assert made.run()[0] == 1
    assert {path for path, _, _ in made.places()} == {"sub/new.py"}
    made.press_all()
    assert made.remote.read("sub/new.py", "feature").decode() == NEW


# -- what must not be believed --------------------------------------------------------------------------


def test_settings_are_those_of_the_base(job: Open) -> None:
    silenced = PIN.format("5.0.4") + '[tool.concertmaster]\nexclude = ["*"]\n'
    made = job({"main.py": NEW}, {"pyproject.toml": silenced, "new.py": OLD, "main.py": OLD})
    assert made.run()[0] == 1
    assert len(made.places()) == 4
    made.remote.push("main", {"pyproject.toml": silenced})
    made.remote.push("feature", {"main.py": OLD}, base="main", force=True)
    made.pull.base.sha = made.remote.sha("main")
    assert made.run()[0] == 0


def test_a_file_that_was_changed_in_the_checkout_is_read_from_github(job: Open) -> None:
    made = job({}, {"new.py": OLD})
    environment = made.environment()
    workspace = Path(environment["GITHUB_WORKSPACE"])
    (workspace / "new.py").write_text("print('nothing of the framework')\n")
    (workspace / "pyproject.toml").unlink()
    (workspace / "pyproject.toml").symlink_to("/etc/passwd")
    assert run_action(environment, pause=0) == 1
    assert made.places() == [("new.py", 1, 2), ("new.py", 5, 5)]


def test_a_strangers_mark_silences_nothing(job: Open) -> None:
    made = job({"main.py": OLD}, {"pyproject.toml": PIN.format("5.0.4"), "new.py": OLD}, release="4.8.2")
    made.run()
    marks = [comment.body.partition("\n")[0] for comment in made.pull.review_comments]
    summary_mark = made.summaries()[0].partition("\n")[0]
    made.pull.threads.clear()
    made.pull.issue.comments.clear()
    for mark in marks:
        comment = {"path": "new.py", "line": 1, "side": "RIGHT", "body": mark}
        made.remote.review(
            made.pull, "stranger", event="COMMENT", comments=[comment], commit_id=made.pull.head.sha
        )
    made.remote.comment(made.pull, summary_mark, "stranger")
    made.run()
    assert len(made.pull.review_comments) == 2 * len(marks)
    assert made.pull.issue.comments[0].body == summary_mark
    assert len(made.pull.issue.comments) == 2


HOSTILE_NAMES = [
    "a\n::error::b.py", "a\"b'c.py", "@octocat/#1.py", "##[error]x.py", "<img src=x>.py", "\u202eyp.py", "-x.py",
    " b/ b/x.py", "a`b``c.py", "$(id).py", "[a](http:x).py", "%0A::error::.py", "\x1b[31m.py", "::stop.py",
]  # fmt: skip


def test_hostile_names_stay_names(github: GitHub, job: Open, capfd: pytest.CaptureFixture[str]) -> None:
    broken = {f"broken/{name}": "def (\nimport orchestrator\n" for name in HOSTILE_NAMES}
    made = job({}, {**dict.fromkeys(HOSTILE_NAMES, OLD), **broken})
    made.checkout = False
    code, told = made.run()
    assert code == 3
    assert told["unanalysed"] == str(len(HOSTILE_NAMES))
    printed = "".join(capfd.readouterr())
    for line in re.split(r"\r\n|\r|\n", printed):
        assert "##[" not in line.partition("::")[0]
        assert not line.lstrip().startswith("::") or re.match(r"::(error|warning|notice) ", line)
    (summary,) = made.summaries()
    quoted = re.sub(r"(`+)[^`].*?\1", "", summary)
    assert "@octocat" not in quoted
    assert "<img" not in quoted
    made.press_all()
    for name in HOSTILE_NAMES:
        assert made.remote.git.read(f"{made.remote.sha('feature')}:{name}").data.decode() == NEW  # type: ignore[union-attr]


HOSTILE_TEXT = '''\
import orchestrator.db

NAME = """
```suggestion
@octocat <script>alert(1)</script> fixes #1
``` ````` ~~~
<!-- concertmaster:summary:0 -->
::set-output name=x::y
""" + orchestrator.db.__name__
'''


def test_hostile_text_in_a_suggestion_stays_text(job: Open, capfd: pytest.CaptureFixture[str]) -> None:
    made = job({}, {"new.py": HOSTILE_TEXT})
    made.run()
    made.press_all()
    assert made.remote.read("new.py", "feature").decode() == HOSTILE_TEXT.replace(
        "orchestrator.db", "orchestrator.core.db"
    )
    assert "::set-output" not in "".join(capfd.readouterr())


def test_the_token_is_shown_to_nobody(github: GitHub, job: Open, capfd: pytest.CaptureFixture[str]) -> None:
    made = job({"main.py": OLD}, {"pyproject.toml": PIN.format("5.0.4"), "new.py": OLD}, release="4.8.2")
    github.faults.add("POST", "/reviews", status(500), times=99)
    environment = made.environment()
    secret = environment["INPUT_GITHUB-TOKEN"]
    run_action(environment, pause=0, retry=Retry(sleep=lambda _: None))
    seen = "".join(capfd.readouterr()) + repr(github.journal) + repr(made.pull.issue.comments)
    seen += "".join(Path(environment[name]).read_text() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"))
    for form in (
        secret,
        base64.b64encode(secret.encode()).decode(),
        base64.b64encode(f"x-access-token:{secret}".encode()).decode(),
    ):
        assert form not in seen


def test_nothing_of_the_runner_is_written_but_outputs_and_summary(job: Open) -> None:
    made = job({}, {"new.py": OLD})
    environment = made.environment()
    run_action(environment, pause=0)
    for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"):
        assert Path(environment[name]).read_text() == ""


# -- when GitHub says no --------------------------------------------------------------------------------


def test_a_token_that_may_only_read_leaves_annotations_and_the_page_of_the_job(
    job: Open, capfd: pytest.CaptureFixture[str]
) -> None:
    made = job({}, {"new.py": OLD})
    made.permissions = {"contents": "read", "pull_requests": "read"}
    environment = made.environment()
    assert run_action(environment, pause=0) == 1
    printed = capfd.readouterr().out
    assert "::error file=new.py,line=1," in printed
    assert "Resource not accessible by integration" in printed
    page = Path(environment["GITHUB_STEP_SUMMARY"]).read_text()
    assert "new.py" in page
    assert "Resource not accessible by integration" in page
    assert outputs(environment)["result"] == "refused"
    assert made.pull.reviews == []


@pytest.mark.every_server
def test_a_fork_is_reviewed_like_any_other(github: GitHub, tmp_path: Path) -> None:
    remote = github.create_repository("octo-org/network", {"pyproject.toml": PIN.format("5.0.4")})
    fork = remote.fork("stranger")
    fork.push("feature", {"new.py": OLD})
    made = Job(github, remote, remote.open_pull_request("main", "feature", source=fork), tmp_path)
    assert made.run()[0] == 1
    assert made.places() == [("new.py", 1, 2), ("new.py", 5, 5)]
    fork.delete()
    made.remote.hub.tokens.clear()
    assert made.run()[1]["result"] == "nothing-new"


def test_a_refused_review_loses_no_finding(github: GitHub, job: Open) -> None:
    made = job({}, {"new.py": OLD})
    github.faults.add("POST", "/reviews", status(422, "Unprocessable Entity"))
    code, told = made.run()
    assert (code, told["result"]) == (1, "posted")
    assert made.places() == []
    (summary,) = made.summaries()
    assert "no comments on lines of `new.py`" in summary
    assert summary.count("#L") >= 2


def test_a_file_whose_diff_github_leaves_out_is_compared_here(
    github: GitHub, job: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.github_server.diff.LARGEST_PATCH", 0)
    filler = "".join(f"LINE_{number} = {number}\n" for number in range(40))
    made = job({"main.py": filler}, {"main.py": filler + OLD, "new.py": OLD})
    assert made.run()[0] == 1
    assert made.places() == [("main.py", 41, 42), ("main.py", 45, 45), ("new.py", 1, 2), ("new.py", 5, 5)]
    made.press_all()
    assert made.remote.read("main.py", "feature").decode() == filler + NEW


def test_a_file_that_cannot_be_compared_here_either_is_told_in_the_summary(
    github: GitHub, job: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.github_server.diff.LARGEST_PATCH", 0)
    monkeypatch.setattr("concertmaster.github.contents.MAX_FETCHED", 0)
    made = job({"main.py": "x = 1\n" * 3}, {"main.py": OLD, "new.py": OLD})
    assert made.run()[0] == 1
    assert {path for path, _, _ in made.places()} == {"new.py"}
    assert "no comments on lines of `main.py`" in made.summaries()[0]


def test_a_refused_review_is_posted_without_the_files_that_were_compared_here(
    github: GitHub, job: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.github_server.diff.LARGEST_PATCH", 1_000)
    made = job({}, {"long.py": OLD + "# long\n" * 200, "new.py": OLD})
    github.faults.add("POST", "/reviews", status(422, "Line could not be resolved"))
    assert made.run()[0] == 1
    assert made.places() == [("new.py", 1, 2), ("new.py", 5, 5)]
    (summary,) = made.summaries()
    assert "no comments on lines of `long.py`" in summary


def test_a_refusal_because_the_pull_request_moved_on_is_no_refusal(github: GitHub, job: Open) -> None:
    made = job({}, {"new.py": OLD})
    github.faults.add("POST", "/reviews", status(422, "Unprocessable Entity"))
    github.faults.add("GET", "/pulls/1$", Effect(Reply(200, {"head": {"sha": "f" * 40}})))
    assert made.run()[1]["result"] == "superseded"
    assert made.summaries() == []


def test_a_repository_too_large_to_be_listed_is_not_green(job: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.github_server.routes_git.LARGEST_TREE", 3)
    made = job({}, {"new.py": NEW, "other.py": NEW, "third.py": NEW})
    code, told = made.run()
    assert (code, told["unanalysed"]) == (3, "1")
    assert "lists only part" in made.summaries()[0]


def test_settings_that_cannot_be_read_are_told_and_those_of_the_base_are_taken(job: Open) -> None:
    made = job(
        {"main.py": OLD},
        {"concertmaster.toml": "nonsense = 1\n", "pyproject.toml": PIN.format("5.0.4")},
        release="4.8.2",
    )
    assert made.run()[0] == 1
    assert "changes Concertmaster's own settings" in made.summaries()[0]


def test_without_a_common_ancestor_the_base_is_the_base(github: GitHub, job: Open) -> None:
    made = job({"main.py": NEW}, {"new.py": OLD})
    github.faults.add("GET", "/compare/", status(404, "No common ancestor"))
    assert made.run()[0] == 1
    assert made.places() == [("new.py", 1, 2), ("new.py", 5, 5)]


def test_a_commit_that_is_outdated_is_not_reviewed(job: Open, github: GitHub) -> None:
    made = job({}, {"new.py": OLD})
    environment = made.environment()
    made.remote.push("feature", {"new.py": NEW})
    run_action(environment, pause=0)
    assert outputs(environment)["result"] == "superseded"
    assert [exchange.path for exchange in github.journal.writes() if "graphql" not in exchange.path] == []


def test_a_deleted_summary_is_written_anew(github: GitHub, job: Open) -> None:
    made = job({"main.py": OLD}, {"pyproject.toml": PIN.format("5.0.4")}, release="4.8.2")
    made.run()
    made.remote.push("feature", {"more.py": OLD})
    github.faults.add("PATCH", "/issues/comments", meanwhile(made.pull.issue.comments.clear))
    made.run()
    assert len(made.summaries()) == 1


def test_two_summaries_become_one(job: Open) -> None:
    made = job({"main.py": OLD}, {"pyproject.toml": PIN.format("5.0.4")}, release="4.8.2")
    made.run()
    made.remote.comment(made.pull, made.summaries()[0], BOT)
    made.remote.comment(made.pull, made.summaries()[0], "stranger")
    assert made.run()[1]["result"] == "posted"
    assert [comment.user.login for comment in made.pull.issue.comments] == [BOT, "stranger"]
    assert made.run()[1]["result"] == "nothing-new"


def test_a_summary_that_github_will_not_find_is_not_doubled(github: GitHub, job: Open) -> None:
    made = job({"main.py": OLD}, {"pyproject.toml": PIN.format("5.0.4")}, release="4.8.2")
    made.inputs = {"fail-on": "never"}
    made.run()
    made.remote.push("feature", {"more.py": OLD})
    github.faults.add("PATCH", "/issues/comments", status(404, "Not Found"))
    code, told = made.run()
    assert (code, told["result"], len(made.summaries())) == (3, "refused", 1)


@pytest.mark.parametrize("path", ["/reviews", "/issues/1/comments"], ids=["review", "summary"])
@pytest.mark.parametrize("fault", [status(502), connection_reset()], ids=["502", "reset"])
def test_an_outage_in_the_middle_doubles_nothing(github: GitHub, job: Open, fault: Effect, path: str) -> None:
    made = job({"main.py": OLD}, {"pyproject.toml": PIN.format("5.0.4"), "new.py": OLD}, release="4.8.2")
    github.faults.add("POST", path, fault, after=True)
    assert made.run()[0] == 1
    assert len(made.pull.reviews) == 1
    assert len(made.summaries()) == 1


def test_an_outage_that_lasts_is_not_green(
    github: GitHub, job: Open, capfd: pytest.CaptureFixture[str]
) -> None:
    github.faults.add("GET", "/files", status(502), times=99)
    assert job({}, {"new.py": NEW}).run()[0] == 3
    assert "could not be read from GitHub" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"github-token": ""}, "no token"),
        ({"github-token": "wrong"}, "does not accept the token"),
        ({"fail-on": "catastrophe"}, "one of error, warning, notice, never"),
        ({"target": "next"}, "not a release"),
        ({"working-directory": "../.."}, "working-directory"),
    ],
)
def test_wrong_use_ends_in_one_message(
    job: Open, capfd: pytest.CaptureFixture[str], inputs: dict[str, str], told: str
) -> None:
    made = job({}, {"new.py": NEW})
    made.inputs = inputs
    assert made.run()[0] == 2
    printed = capfd.readouterr().out
    assert printed.startswith("::error ::")
    assert told in printed
    assert "Traceback" not in printed


def test_the_entry_point_of_the_container(job: Open) -> None:
    """Isolated, in the workspace, with what a runner sets and nothing else; the workspace is never imported."""
    canary = "raise SystemExit('imported')\n"
    planted = dict.fromkeys(
        ("libcst.py", "sitecustomize.py", "github/__init__.py", "conftest.py", "setup.py"), canary
    )
    made = job(planted, {"new.py": OLD})
    environment = made.environment()
    done = subprocess.run(
        [sys.executable, "-I", "-m", "concertmaster", "review"],
        env=environment,
        cwd=environment["GITHUB_WORKSPACE"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert made.places() == [("new.py", 1, 2), ("new.py", 5, 5)]


def test_a_dry_run_shows_the_summary_too(job: Open, capsys: pytest.CaptureFixture[str]) -> None:
    made = job({"main.py": OLD}, {"pyproject.toml": PIN.format("5.0.4")}, release="4.8.2")
    environment = made.environment()
    del environment["GITHUB_OUTPUT"], environment["GITHUB_STEP_SUMMARY"]
    assert run_action(environment, dry_run=True, pause=0) == 1
    assert "--- summary comment" in capsys.readouterr().out


def test_a_dry_run_posts_nothing_and_shows_the_plan(
    github: GitHub, job: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    made = job({}, {"new.py": OLD})
    assert run_action(made.environment(), dry_run=True, pause=0) == 1
    asked = [call for call in github.journal.writes() if not call.path.endswith("/graphql")]
    assert asked == []
    assert not any("mutation" in call.body["query"] for call in github.journal.calls("POST", "/graphql"))
    printed = capsys.readouterr().out
    (word,) = re.findall(r"^::stop-commands::(\w+)$", printed, re.MULTILINE)
    assert f"\n::{word}::\n" in printed
    assert "new.py:1-2" in printed


def test_a_page_is_written_for_an_artifact(job: Open) -> None:
    made = job({}, {"new.py": OLD})
    environment = {**made.environment(), "INPUT_REPORT": "review.html"}
    run_action(environment, pause=0)
    page = Path(environment["GITHUB_WORKSPACE"]) / "review.html"
    assert "workflow-description" in page.read_text()
    assert "review.html" in Path(environment["GITHUB_OUTPUT"]).read_text()


def test_a_preview_is_written(job: Open, tmp_path: Path) -> None:
    made = job({}, {"new.py": OLD})
    page = tmp_path / "review.html"
    run_action(made.environment(), preview=page, pause=0)
    assert "workflow-description" in page.read_text()
