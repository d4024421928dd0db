"""The pull request on top of a reviewed one: what could not be suggested, or what a bot's upgrade lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from concertmaster.action import run_action
from concertmaster.github.retry import Retry
from concertmaster.report.stacked import BEGIN, DONE, END
from tests.github_server import GitHub
from tests.github_server.faults import connection_reset, status
from tests.github_server.state import PullRequest
from tests.jobs import NEW, OLD, PIN, Job, Open, outputs

BRANCH = "concertmaster/follow-up-1"
FILLER = "".join(f"LINE_{number} = {number}\n" for number in range(40))
MAY_WRITE = {"contents": "write", "pull_requests": "write"}
BASE = {"main.py": OLD + FILLER, "other.py": OLD}
HEAD = {"main.py": f"{OLD}{FILLER}import orchestrator.db\n"}
DONE_MAIN = f"{NEW}{FILLER}import orchestrator.core.db\n"
Start = Callable[..., Job]


@pytest.fixture
def start(job: Open) -> Start:
    def opened(
        base: Mapping[str, str] = BASE,
        head: Mapping[str, str | None] = HEAD,
        *,
        release: str = "5.0.4",
        **inputs: str,
    ) -> Job:
        made = job(base, head, release=release)
        made.permissions, made.inputs = MAY_WRITE, inputs or {"follow-up": "true"}
        made.checkout = False
        return made

    return opened


def stacked(made: Job) -> list[PullRequest]:
    return [pull for pull in made.remote.state.pulls if pull is not made.pull]


def log(made: Job) -> list[str]:
    git = made.remote.git
    found = (git.commit(sha) for sha in git.commits("--reverse", f"feature..{BRANCH}"))
    return [commit.message.splitlines()[0] for commit in found if commit]


# -- where there is nothing to do ------------------------------------------------------------------------


def test_without_the_input_nothing_goes_on_top(github: GitHub, start: Start) -> None:
    made = start(check="none")
    made.run()
    assert stacked(made) == []
    assert not github.journal.calls("*", "/git/(refs|commits)")


def test_what_can_all_be_suggested_needs_nothing_on_top(start: Start) -> None:
    made = start(BASE, {"new.py": OLD})
    made.run()
    assert stacked(made) == []
    assert made.remote.git.references("refs/heads/concertmaster") == {}


def test_a_second_run_changes_nothing(github: GitHub, start: Start) -> None:
    made = start()
    made.run()
    before, tip = stacked(made)[0].issue.body, made.remote.sha(BRANCH)
    writes = len(github.journal.writes())
    assert made.run()[1]["result"] == "nothing-new"
    assert (stacked(made)[0].issue.body, made.remote.sha(BRANCH)) == (before, tip)
    assert not any(
        "mutation" in (call.body or {}).get("query", "mutation") for call in github.journal.writes()[writes:]
    )


# -- what is brought -------------------------------------------------------------------------------------


def test_what_could_not_be_suggested_is_brought_one_commit_a_rule(start: Start) -> None:
    made = start()
    made.run()
    (pull,) = stacked(made)
    assert (pull.base.ref, pull.head.ref) == ("feature", BRANCH)
    assert made.remote.read("main.py", BRANCH).decode() == DONE_MAIN
    assert made.remote.read("other.py", BRANCH).decode() == OLD
    assert {title.rpartition("(")[2] for title in log(made)} == {"old-namespace)", "workflow-description)"}
    assert "Follow up on #1" in pull.issue.title
    assert "Nothing of it was run" in pull.issue.body
    (summary,) = made.summaries()
    assert f"[#2]({made.github.url}/octo-org/network/pull/2)" in summary


def test_a_raised_pin_brings_the_rest_of_the_project(start: Start) -> None:
    made = start({"main.py": OLD, "sub/x.py": OLD}, {"pyproject.toml": PIN.format("5.0.4")}, release="4.8.2")
    made.inputs = {"follow-up": "true"}
    made.run()
    assert made.remote.read("main.py", BRANCH).decode() == NEW
    assert made.remote.read("sub/x.py", BRANCH).decode() == NEW
    assert "brings 2 files more" in made.summaries()[0]


def test_workflow_files_are_left(start: Start) -> None:
    workflow = "jobs:\n  a:\n    steps:\n      - run: pip install psycopg2-binary orchestrator-core==4.8.2\n"
    made = start(
        {"main.py": OLD, ".github/workflows/a.yml": workflow},
        {"pyproject.toml": PIN.format("5.0.4")},
        release="4.8.2",
    )
    made.inputs = {"follow-up": "true"}
    made.run()
    assert made.remote.read(".github/workflows/a.yml", BRANCH).decode() == workflow


def test_comments_point_at_it(start: Start) -> None:
    made = start(
        {"main.py": f"import orchestrator.db\n{FILLER}\ndef f():\n    pass\n"},
        {"main.py": f"import orchestrator.db\n{FILLER}\ndef f():\n    return orchestrator.db\n"},
    )
    made.run()
    assert len(stacked(made)) == 1


# -- over time -------------------------------------------------------------------------------------------


def test_a_push_below_beside_it_changes_nothing(start: Start) -> None:
    made = start()
    made.run()
    tip = made.remote.sha(BRANCH)
    made.remote.push("feature", {"late.py": "x = 1\n"})
    made.run()
    assert made.remote.sha(BRANCH) == tip


def test_a_push_below_to_the_same_file_makes_it_anew(start: Start) -> None:
    made = start()
    made.run()
    moved = made.remote.push("feature", {"main.py": f"# more\n{HEAD['main.py']}"})
    made.run()
    assert made.remote.read("main.py", BRANCH).decode() == f"# more\n{DONE_MAIN}"
    assert made.remote.git.merge_base(moved, made.remote.sha(BRANCH)) == moved
    assert (len(log(made)), len(stacked(made))) == (2, 1)


def test_a_persons_commit_on_it_stays(start: Start) -> None:
    made = start({**BASE, "late.py": OLD + FILLER})
    made.run()
    theirs = made.remote.push(BRANCH, {"main.py": DONE_MAIN + "# mine\n"})
    moved = made.remote.push("feature", {"late.py": f"{OLD}{FILLER}import orchestrator.db\n"})
    made.run()
    tip = made.remote.sha(BRANCH)
    assert made.remote.git.is_ancestor(theirs, tip)
    assert made.remote.git.is_ancestor(moved, tip)
    assert made.remote.read("main.py", BRANCH).decode().endswith("# mine\n")
    assert made.remote.read("late.py", BRANCH).decode() == DONE_MAIN
    assert "Left as a person has it here: `main.py`" in stacked(made)[0].issue.body
    assert made.run()[1]["result"] == "nothing-new"
    assert made.remote.sha(BRANCH) == tip


def test_what_both_have_changed_is_a_persons_to_merge(start: Start) -> None:
    made = start()
    made.run()
    theirs = made.remote.push(BRANCH, {"main.py": DONE_MAIN + "# mine\n"})
    made.remote.push("feature", {"main.py": f"# more\n{HEAD['main.py']}"})
    made.run()
    assert made.remote.sha(BRANCH) == theirs
    assert "merge it here by hand" in stacked(made)[0].issue.body


def test_words_around_the_text_stay(start: Start) -> None:
    made = start()
    made.run()
    pull = stacked(made)[0]
    pull.issue.body = f"Mine above.\r\n{pull.issue.body}\nMine below."
    made.remote.push("feature", {"main.py": f"{HEAD['main.py']}import orchestrator.forms\n"})
    made.run()
    assert pull.issue.body.startswith("Mine above.\n" + BEGIN)
    assert pull.issue.body.endswith(END + "\nMine below.")


def test_where_nothing_is_left_it_is_closed_and_comes_again_when_something_is(start: Start) -> None:
    made = start()
    made.run()
    made.remote.push("feature", {"main.py": DONE_MAIN})
    made.run()
    (pull,) = stacked(made)
    assert pull.issue.state == "closed"
    assert DONE in pull.issue.body
    assert "Nothing is left" in pull.issue.comments[0].body
    made.remote.push("feature", HEAD)
    made.run()
    assert [other.issue.state for other in stacked(made)] == ["closed", "open"]


def test_what_a_person_has_closed_is_not_opened_again(start: Start) -> None:
    made = start()
    made.run()
    made.remote.hub.close(stacked(made)[0].issue)
    made.remote.push("feature", {"new.py": OLD})
    made.run()
    assert [pull.issue.state for pull in stacked(made)] == ["closed"]
    assert "was closed; reopen it" in made.summaries()[0]


def closing(made: Job, folder: str) -> dict[str, str]:
    event = made.remote.event(made.pull, "closed")
    given: dict[str, str | bool] = {
        "github-token": made.github.token(permissions=dict(made.permissions)),
        **made.inputs,
    }
    environment = made.github.runner_environment(event, given, made.folder / folder)
    assert run_action(environment, pause=0, retry=Retry(sleep=lambda _: None)) == 0
    return outputs(environment)


def test_it_is_closed_along_with_the_pull_request_below(start: Start) -> None:
    made = start()
    made.run()
    made.remote.hub.close(made.pull.issue)
    closing(made, "closing")
    assert stacked(made)[0].issue.state == "closed"
    assert "#1 was closed" in stacked(made)[0].issue.comments[0].body


def test_it_goes_where_the_merged_one_went(start: Start) -> None:
    made = start()
    made.run()
    made.remote.hub.close(made.pull.issue)
    made.pull.merged_at = made.pull.issue.closed_at
    closing(made, "closing")
    assert (stacked(made)[0].issue.state, stacked(made)[0].base.ref) == ("open", "main")


def test_where_a_person_has_worked_on_it_it_stays_open(start: Start) -> None:
    made = start()
    made.run()
    made.remote.push(BRANCH, {"mine.py": "x = 1\n"})
    made.remote.push("feature", {"main.py": DONE_MAIN})
    made.run()
    assert stacked(made)[0].issue.state == "open"
    made.remote.hub.close(made.pull.issue)
    closing(made, "closing")
    assert stacked(made)[0].issue.state == "open"


def test_nothing_goes_on_top_of_what_is_on_top_itself(start: Start) -> None:
    made = start()
    made.run()
    upper = Job(made.github, made.remote, stacked(made)[0], made.folder / "upper", MAY_WRITE, made.inputs)
    made.remote.push(BRANCH, {"main.py": HEAD["main.py"] + "import orchestrator.forms\n"})
    upper.run()
    assert len(made.remote.state.pulls) == 2


def test_pull_requests_of_people_are_left_alone(start: Start) -> None:
    made = start()
    made.remote.push(BRANCH, {"x.txt": "1\n"}, base="feature")
    theirs = made.remote.open_pull_request("feature", BRANCH)
    made.remote.hub.close(made.pull.issue)
    closing(made, "closing")
    assert theirs.issue.state == "open"


# -- what stands in the way --------------------------------------------------------------------------------


def test_a_forks_branch_gets_nothing_on_top(github: GitHub, tmp_path: Path) -> None:
    remote = github.create_repository("octo-org/network", {"pyproject.toml": PIN.format("5.0.4"), **BASE})
    fork = remote.fork("stranger")
    fork.push("feature", HEAD)
    made = Job(github, remote, remote.open_pull_request("main", "feature", source=fork), tmp_path)
    made.permissions, made.inputs = MAY_WRITE, {"follow-up": "true"}
    made.run()
    assert stacked(made) == []
    assert "its branch is in another repository" in made.summaries()[0]


@pytest.mark.parametrize(
    ("permissions", "told"),
    [({"contents": "read", "pull_requests": "write"}, "contents: write"), (MAY_WRITE, "create and approve")],
)
def test_a_missing_permission_is_told_and_costs_nothing_else(
    start: Start, permissions: dict[str, str], told: str
) -> None:
    made = start()
    made.permissions = permissions
    made.remote.state.actions_may_open_pull_requests = False
    assert made.run()[0] == 1
    assert told in made.summaries()[0]
    assert len(made.pull.review_comments) == 1


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("path", ["/git/trees$", "/git/commits$", "/git/refs$", "/pulls$"])
@pytest.mark.parametrize("effect", [status(502), connection_reset()], ids=["502", "reset"])
def test_a_lost_answer_makes_nothing_twice(
    github: GitHub, start: Start, effect: object, path: str, after: bool
) -> None:
    made = start()
    github.faults.add("POST", path, effect, after=after)  # type: ignore[arg-type]
    made.run()
    assert (len(stacked(made)), len(log(made))) == (1, 2)


def test_an_outage_is_not_green_and_the_next_run_goes_on(github: GitHub, start: Start) -> None:
    made = start(BASE, HEAD, **{"follow-up": "true", "fail-on": "never"})
    github.faults.add("POST", "/git/refs$", status(502), times=9)
    assert made.run()[0] == 3
    github.faults.rules.clear()
    assert made.run()[0] == 0
    assert len(stacked(made)) == 1


# -- a bot that raises the number --------------------------------------------------------------------------

RAISED = {"pyproject.toml": PIN.format("5.0.4")}


@pytest.fixture
def bot(github: GitHub, tmp_path: Path) -> Callable[..., Job]:
    def opened(author: str = "renovate[bot]", branch: str = "feature", **inputs: str) -> Job:
        remote = github.create_repository(
            "octo-org/network", {"pyproject.toml": PIN.format("4.8.2"), "main.py": OLD, "sub/x.py": OLD}
        )
        remote.push(branch, RAISED)
        pull = remote.open_pull_request("main", branch, author=author)
        return Job(github, remote, pull, tmp_path, MAY_WRITE, inputs, checkout=False)

    return opened


@pytest.mark.parametrize(
    ("author", "branch"),
    [
        ("renovate[bot]", "feature"),
        ("dependabot[bot]", "feature"),
        ("octocat", "renovate/orchestrator-core-5.x"),
    ],
)
def test_the_review_of_a_bots_upgrade_says_what_it_lacks(
    bot: Callable[..., Job], author: str, branch: str
) -> None:
    made = bot(author, branch)
    made.run()
    assert "leaves the work" in made.summaries()[0]
    assert "companion: true" in made.summaries()[0]
    assert stacked(made) == []


def test_a_persons_upgrade_is_not_told_so(bot: Callable[..., Job]) -> None:
    made = bot("octocat")
    made.run()
    assert "leaves the work" not in made.summaries()[0]


def test_a_companion_brings_what_the_release_takes(bot: Callable[..., Job]) -> None:
    made = bot(companion="true")
    made.run()
    (pull,) = stacked(made)
    assert (pull.base.ref, pull.head.ref) == ("feature", BRANCH)
    assert made.remote.read("main.py", BRANCH).decode() == NEW
    assert made.remote.read("sub/x.py", BRANCH).decode() == NEW
    assert "from `4.8.2` to `5.0.4`" in pull.issue.body or "`4.8.2` to `5.0.4`" in pull.issue.body
    assert "Around the upgrade" in pull.issue.body
    assert "leaves the work" not in made.summaries()[0]
    assert made.run()[1]["result"] == "nothing-new"


def test_a_companion_goes_beside_no_other_pull_request(start: Start) -> None:
    made = start(BASE, HEAD, companion="true")
    made.run()
    assert stacked(made) == []
