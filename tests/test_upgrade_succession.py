"""A repository that becomes several projects, or one again: what was opened before is closed, people's work stays."""

from __future__ import annotations

import json

import pytest

from concertmaster.report.dashboard import begin
from concertmaster.upgrading import branch_of
from concertmaster.upgrading.model import place_of
from tests.github_server import faults
from tests.github_server.events import Event
from tests.jobs import NEW, OLD, PIN
from tests.test_dashboard import KEEPER, boards
from tests.test_upgrade_people import Witness
from tests.test_upgrade_projects import heads
from tests.upgrades import BRANCH, WRITER, Start, Upgrade

NETWORK, CORE = "services/network", "core"
HERE, THERE = branch_of("5.5.0", NETWORK), branch_of("5.5.0", CORE)
ONE = {"pyproject.toml": PIN.format("4.8.2"), "main.py": OLD}
SEVERAL = {
    f"{NETWORK}/pyproject.toml": PIN.format("4.8.2"),
    f"{NETWORK}/main.py": OLD,
    f"{CORE}/pyproject.toml": PIN.format("4.7.1"),
    f"{CORE}/main.py": OLD,
}


def divide(job: Upgrade) -> None:
    """The default branch comes to hold two projects."""
    job.remote.push("main", {**SEVERAL, **dict.fromkeys(ONE)}, "Take the project apart")


def unite(job: Upgrade) -> None:
    """The default branch comes to hold one."""
    job.remote.push("main", {**ONE, **dict.fromkeys(SEVERAL)}, "Put the projects together")


def settles(job: Upgrade, event: Event | None = None) -> None:
    before, writes = job.snapshot(), job.writes()
    assert job.run(event)[1]["result"] == "nothing-new"
    assert (job.snapshot(), job.writes()) == (before, writes)


def told(job: Upgrade, number: int) -> str:
    (comment,) = job.pulls[number - 1].issue.comments
    return comment.body


def test_a_branch_of_anybody_else_is_about_no_project() -> None:
    assert place_of("main") is None
    assert place_of(f"{BRANCH}-in-") is None
    assert place_of(f"{BRANCH}-too") is None
    assert (place_of(BRANCH), place_of(HERE)) == ("", "services.network")


# -- from one to several -----------------------------------------------------------------------------------


def test_a_project_that_stays_one_closes_nothing(start: Start) -> None:
    job = start(ONE)
    job.run()
    job.remote.push("main", {"late.py": OLD})
    assert job.run()[1]["result"] == "updated"
    settles(job)
    assert heads(job) == [BRANCH]


def test_one_that_becomes_several_is_closed_with_links(start: Start) -> None:
    job = start(ONE)
    assert job.run()[1]["result"] == "opened"
    divide(job)
    assert job.run()[1]["result"] == "opened"
    assert (heads(job), heads(job, "closed")) == (sorted((HERE, THERE)), [BRANCH])
    assert "Superseded by #2 and #3: the repository holds 2 projects by now" in told(job, 1)
    assert "The branch stays as it is." in told(job, 1)
    assert "cherry-pick" not in told(job, 1)
    assert job.read("main.py") == NEW
    settles(job)


def test_commits_of_a_person_stay_on_the_branch_and_are_named(start: Start) -> None:
    job = start(ONE)
    job.run()
    witness = Witness(job)
    first = witness.push({"mine.py": "MINE = 1\n"})
    second = witness.push({"main.py": f"{NEW}\nMINE = 2\n"})
    divide(job)
    job.run()
    witness.check()
    assert job.remote.sha(BRANCH) == second
    assert heads(job, "closed") == [BRANCH]
    assert f"take `{first[:10]}` and `{second[:10]}` over" in told(job, 1)
    settles(job)
    witness.check()


def test_the_pull_request_of_a_person_on_such_a_branch_stays_open(start: Start) -> None:
    job = start(ONE)
    witness = Witness(job)
    witness.push({"mine.py": "MINE = 1\n"})
    job.remote.open_pull_request("main", BRANCH, title="Mine")
    divide(job)
    assert job.run()[1]["result"] == "opened"
    assert heads(job) == sorted((BRANCH, HERE, THERE))
    assert not job.pulls[0].issue.comments
    settles(job)
    witness.check()


def test_one_that_a_person_opens_again_stays_open(start: Start) -> None:
    job = start(ONE)
    job.run()
    divide(job)
    job.run()
    job.pulls[0].issue.state = "open"
    settles(job)
    assert heads(job) == sorted((BRANCH, HERE, THERE))


def test_one_stays_open_while_a_project_cannot_be_upgraded(start: Start) -> None:
    job = start(ONE)
    job.run()
    divide(job)
    lock = '[[package]]\nname = "orchestrator-core"\nversion = "4.7.1"\n'
    gone = dict.fromkeys((f"{CORE}/pyproject.toml", f"{CORE}/main.py"))
    unpinned = {f"{CORE}/requirements.txt": "orchestrator-core\n", f"{CORE}/uv.lock": lock}
    job.remote.push("main", {**gone, **unpinned})
    assert job.run()[1]["result"] == "failed"
    assert heads(job) == sorted((BRANCH, HERE))
    job.remote.push(
        "main", {f"{CORE}/requirements.txt": "orchestrator-core==4.7.1\n", f"{CORE}/uv.lock": None}
    )
    assert job.run()[1]["result"] == "opened"
    assert heads(job) == sorted((HERE, THERE))
    assert "Superseded by #3 and #2" in told(job, 1)
    settles(job)


def test_projects_that_the_workflow_names_take_the_place_of_one(start: Start) -> None:
    job = start({**ONE, f"{CORE}/pyproject.toml": PIN.format("4.8.2"), f"{CORE}/main.py": OLD})
    job.run()
    assert heads(job) == [BRANCH]
    job.inputs["projects"] = f"{CORE}"
    job.run()
    assert heads(job) == [THERE]
    settles(job)


def test_a_run_on_one_folder_alone_closes_nothing(start: Start) -> None:
    job = start(ONE)
    job.run()
    divide(job)
    assert job.run(None, **{"working-directory": CORE})[1]["result"] == "opened"
    assert heads(job) == sorted((BRANCH, THERE))


def test_a_run_on_one_folder_leaves_the_text_of_a_run_on_all(start: Start) -> None:
    job = start(SEVERAL)
    job.run()
    before, writes = job.snapshot(), job.writes()
    assert job.run(None, **{"working-directory": CORE})[1]["result"] == "nothing-new"
    assert (job.snapshot(), job.writes()) == (before, writes)


# -- from several to one -----------------------------------------------------------------------------------


def test_several_that_become_one_are_closed_with_a_link(start: Start) -> None:
    job = start(SEVERAL)
    job.run()
    witness = Witness(job)
    mine = witness.push({f"{CORE}/mine.py": "MINE = 1\n"}, branch=THERE)
    unite(job)
    assert job.run()[1]["result"] == "opened"
    assert (heads(job), heads(job, "closed")) == ([BRANCH], sorted((HERE, THERE)))
    assert "Superseded by #3: the repository is one project by now. What people" in told(job, 1)
    assert f"`{mine[:10]}`" in told(job, 1)
    assert "Superseded by #3: the repository is one project by now. The branch stays" in told(job, 2)
    witness.check(THERE)
    settles(job)


def test_a_folder_that_is_no_project_any_more_is_closed_alone(start: Start) -> None:
    job = start({**SEVERAL, "old/pyproject.toml": PIN.format("4.6.5"), "old/main.py": OLD})
    job.run()
    job.remote.push("main", {"old/pyproject.toml": None})
    assert job.run()[1]["result"] == "updated"
    assert heads(job, "closed") == [branch_of("5.5.0", "old")]
    assert "Superseded by #1 and #3: its folder is no project of its own any more" in told(job, 2)
    settles(job)


def test_a_folder_that_another_workflow_looks_after_is_left_to_it(start: Start) -> None:
    job = start({f"{CORE}/pyproject.toml": PIN.format("4.8.2"), f"{CORE}/main.py": OLD})
    assert job.run(None, **{"working-directory": CORE})[1]["result"] == "opened"
    assert job.run()[1]["result"] == "opened"
    assert heads(job) == sorted((BRANCH, THERE))
    settles(job)


# -- there and back ----------------------------------------------------------------------------------------


def test_there_and_back_has_a_pull_request_each_time_and_keeps_every_commit(start: Start) -> None:
    job = start(ONE)
    job.run()
    plain, folder = Witness(job), Witness(job)
    plain.push({"late.py": OLD})
    for way, (opened, closed) in ((divide, ([2, 3], [1])), (unite, ([4], [2, 3])), (divide, ([5, 6], [4]))):
        way(job)
        assert job.run()[1]["result"] == "opened"
        numbers = {pull.number: pull.issue.state for pull in job.pulls}
        assert [number for number, state in numbers.items() if state == "open"] == opened
        assert all(numbers[number] == "closed" for number in closed)
        settles(job)
        if way is divide and not folder.kept:
            folder.push({f"{CORE}/late.py": OLD}, branch=THERE)
        plain.check()
    folder.check(THERE)
    assert job.read(f"{CORE}/late.py", THERE) == NEW


def test_what_a_person_has_closed_does_not_come_back(start: Start) -> None:
    job = start(ONE)
    job.run()
    job.github.hub.close(job.pulls[0].issue)
    divide(job)
    job.run()
    unite(job)
    assert job.run()[1]["result"] == "declined"
    assert heads(job) == sorted((HERE, THERE))


def test_two_workflows_that_choose_otherwise_come_to_rest(start: Start) -> None:
    job = start({**ONE, f"{CORE}/pyproject.toml": PIN.format("4.8.2"), f"{CORE}/main.py": OLD})
    for _ in range(2):
        job.run()
        job.run(projects=CORE)
    before, writes = job.snapshot(), job.writes()
    assert job.run()[1]["result"] == "declined"
    assert job.run(projects=CORE)[1]["result"] == "nothing-new"
    assert (job.snapshot(), job.writes()) == (before, writes)


# -- dashboards ----------------------------------------------------------------------------------------------


def open_boards(job: Upgrade) -> set[str]:
    return {board.body.partition("\n")[0] for board in boards(job) if board.state == "open"}


def test_dashboards_go_with_their_projects_and_come_back(start: Start) -> None:
    job = start(ONE)
    job.permissions, job.inputs = KEEPER, {"dashboard": "true"}
    job.run()
    assert open_boards(job) == {begin()}
    for way, wanted in ((divide, {begin(NETWORK), begin(CORE)}), (unite, {begin()}), (divide, {begin(CORE)})):
        way(job)
        job.run()
        assert open_boards(job) >= wanted
        assert len(open_boards(job)) == (2 if way is divide else 1)
        settles(job)
    assert len(boards(job)) == 3


def test_a_dashboard_that_cannot_be_closed_costs_nothing_else(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    job = start(ONE)
    job.permissions, job.inputs = KEEPER, {"dashboard": "true"}
    job.run()
    number = boards(job)[0].number
    divide(job)
    job.github.faults.add("PATCH", f"/issues/{number}$", faults.status(500), times=99)
    code, outputs = job.run()
    assert (code, outputs["result"], heads(job, "closed")) == (0, "opened", [BRANCH])
    assert "::warning ::The dashboard could not be written" in capsys.readouterr().out


# -- when GitHub refuses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "effect"),
    [
        ("POST", "/issues/1/comments", faults.status(500)),
        ("PATCH", "/pulls/1", faults.status(500)),
        ("GET", "/compare/", faults.status(500)),
        ("GET", f"/heads/{BRANCH}$", faults.status(404)),
    ],
    ids=["comment", "close", "compare", "branch"],
)
def test_an_outage_while_closing_is_told_and_made_up_for(
    start: Start, capsys: pytest.CaptureFixture[str], method: str, path: str, effect: faults.Effect
) -> None:
    job = start(ONE)
    job.run()
    witness = Witness(job)
    witness.push({"mine.py": "MINE = 1\n"})
    divide(job)
    job.github.faults.add(method, path, effect, times=99)
    code, outputs = job.run()
    assert (code, outputs["result"]) == (3, "failed")
    assert "::error ::The pull request of a project that is none any more could not be closed" in (
        capsys.readouterr().out
    )
    assert heads(job) == sorted((BRANCH, HERE, THERE))
    job.github.faults.rules.clear()
    assert job.run()[1]["result"] == "updated"
    assert heads(job) == sorted((HERE, THERE))
    assert "Superseded by #2 and #3" in told(job, 1)
    assert "What people have committed here is not in there" in told(job, 1)
    settles(job)
    witness.check()


def test_a_fleet_closes_them_as_well(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    from concertmaster.cli import run as command

    job = start(ONE)
    monkeypatch.setenv("GITHUB_TOKEN", job.github.token(permissions=WRITER))
    monkeypatch.setenv("GITHUB_API_URL", job.github.hub.urls.api)
    arguments = ["fleet", "run", "octo-org/network", "--mode", "upgrade", "--offline", "--output"]
    assert command([*arguments, str(job.folder)]) == 0
    divide(job)
    monkeypatch.setenv("GITHUB_TOKEN", job.github.token(permissions=WRITER))
    assert command([*arguments, str(job.folder)]) == 0
    assert (heads(job), heads(job, "closed")) == (sorted((HERE, THERE)), [BRANCH])
    kept = json.loads((job.folder / "octo-org" / "network.json").read_text())
    assert "closed #1 in its favour" in kept["upgrade"]["reason"]
