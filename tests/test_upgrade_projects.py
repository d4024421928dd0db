"""A repository that holds several projects: each has a branch, a pull request and a dashboard of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertmaster.report.dashboard import Button, begin
from concertmaster.upgrading import branch_of, target_of
from tests.github_server import GitHub
from tests.jobs import NEW, OLD, PIN
from tests.test_dashboard import KEEPER, boards
from tests.upgrades import Start, Upgrade

NETWORK, CORE = "services/network", "core"
FILES = {
    f"{NETWORK}/pyproject.toml": PIN.format("4.8.2"),
    f"{NETWORK}/main.py": OLD,
    f"{CORE}/pyproject.toml": PIN.format("4.7.1"),
    f"{CORE}/main.py": OLD,
    "tools/main.py": OLD,
}
HERE, THERE = branch_of("5.5.0", NETWORK), branch_of("5.5.0", CORE)


def heads(job: Upgrade, state: str = "open") -> list[str]:
    return sorted(pull.head.ref for pull in job.pulls if pull.issue.state == state)


# -- names -----------------------------------------------------------------------------------------------


def test_a_project_at_the_root_has_the_plain_name() -> None:
    assert branch_of("5.5.0") == "concertmaster/orchestrator-core-5.5.0"
    assert (HERE, THERE) == (
        "concertmaster/orchestrator-core-5.5.0-in-services.network",
        "concertmaster/orchestrator-core-5.5.0-in-core",
    )


FOLDERS = st.text(min_size=1, max_size=40) | st.from_regex(r"\A[a-z.@{~^:-]+(/[a-z. -]+)?(\.lock)?\Z")
#: What git takes as the name of a branch, for the letters that can occur.
PLAIN = re.compile(
    r"concertmaster/orchestrator-core-5\.5\.0-in-(?!.*\.\.)(?!.*\.lock\Z)[A-Za-z0-9_.-]+(?<!\.)", re.ASCII
)


@given(FOLDERS, FOLDERS)
def test_every_folder_has_a_name_of_its_own_that_git_takes(one: str, other: str) -> None:
    name = branch_of("5.5.0", one)
    assert PLAIN.fullmatch(name)
    assert target_of(name, one) == "5.5.0"
    assert target_of(name) is None
    assert (target_of(name, other) is not None) == (one == other)


# -- pull requests ---------------------------------------------------------------------------------------


def test_one_project_that_is_asked_for_is_upgraded_alone(start: Start) -> None:
    job = start(FILES)
    job.inputs["working-directory"] = NETWORK
    assert job.run()[1]["result"] == "opened"
    assert heads(job) == [HERE]
    assert job.run()[1]["result"] == "nothing-new"


def test_each_project_has_a_pull_request_and_a_second_run_changes_nothing(start: Start) -> None:
    job = start(FILES)
    code, told = job.run()
    assert (code, told["result"], told["pull-request"], told["installed"]) == (
        0,
        "opened",
        "1,2",
        "4.7.1,4.8.2",
    )
    assert heads(job) == sorted((HERE, THERE))
    assert (job.read(f"{NETWORK}/main.py", HERE), job.read(f"{CORE}/main.py", HERE)) == (NEW, OLD)
    assert (job.read(f"{NETWORK}/main.py", THERE), job.read(f"{CORE}/main.py", THERE)) == (OLD, NEW)
    assert job.read("tools/main.py", HERE) == OLD
    assert [pull.issue.title for pull in job.pulls] == [
        "Upgrade orchestrator-core from 4.7.1 to 5.5.0 in core",
        "Upgrade orchestrator-core from 4.8.2 to 5.5.0 in services/network",
    ]
    before, writes = job.snapshot(), job.writes()
    assert job.run()[1]["result"] == "nothing-new"
    assert (job.snapshot(), job.writes()) == (before, writes)


def test_projects_that_the_workflow_names_and_settings_of_their_own(start: Start) -> None:
    own = f'{PIN.format("4.7.1")}\n[tool.concertmaster]\nupgrade-to = "newest-of-major"\n'
    job = start({**FILES, f"{CORE}/pyproject.toml": own})
    assert job.run(projects=f"{NETWORK}\n{CORE}")[1]["target"] == "4.8.2,5.5.0"
    assert heads(job) == sorted((branch_of("4.8.2", CORE), HERE))


def test_a_newer_target_closes_the_older_one_of_the_same_project_alone(start: Start) -> None:
    job = start(FILES)
    job.run(target="5.4.0")
    job.inputs["working-directory"] = NETWORK
    job.run()
    assert heads(job) == sorted((branch_of("5.4.0", CORE), HERE))
    assert heads(job, "closed") == [branch_of("5.4.0", NETWORK)]


def test_a_project_that_cannot_be_upgraded_costs_itself_alone(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = '[[package]]\nname = "orchestrator-core"\nversion = "4.8.2"\n'
    here = {path: text for path, text in FILES.items() if path.startswith(NETWORK)}
    job = start({**here, f"{CORE}/requirements.txt": "orchestrator-core\n", f"{CORE}/uv.lock": lock})
    code, told = job.run(projects=f"{NETWORK},{CORE}")
    assert (code, told["result"], heads(job)) == (2, "failed", [HERE])
    assert "::error ::core: There is nothing to commit" in capsys.readouterr().out


def test_persons_work_on_one_branch_stays_while_the_other_is_made_anew(start: Start) -> None:
    job = start(FILES)
    job.run()
    sha = job.remote.push(HERE, {f"{NETWORK}/own.py": OLD}, "A person's work")
    job.remote.push("main", {f"{CORE}/late.py": OLD, f"{NETWORK}/late.py": OLD}, "Move on")
    assert job.run()[1]["result"] == "updated"
    assert job.has(sha, HERE)
    assert [job.read(f"{NETWORK}/{name}.py", HERE) for name in ("own", "late")] == [NEW, NEW]
    assert job.read(f"{CORE}/late.py", THERE) == NEW
    assert job.run()[1]["result"] == "nothing-new"


# -- dashboards ------------------------------------------------------------------------------------------


def test_each_project_has_a_dashboard_and_a_box_is_about_that_project(start: Start) -> None:
    job = start(FILES)
    job.permissions, job.inputs = KEEPER, {"dashboard": "true", "offline": "true"}
    job.run(target="5.4.0")
    issues = {issue.body.partition("\n")[0]: issue for issue in boards(job)}
    assert set(issues) == {begin(NETWORK), begin(CORE)}
    issue = issues[begin(CORE)]
    issue.body = re.sub(rf"- \[ \](?= .*item,button-{Button.NEXT_HOP} -->)", "- [x]", issue.body)
    issue.editor = job.github.hub.user("octocat")
    assert job.run(job.remote.issue_event(issue), target="5.4.0")[1]["result"] == "opened"
    assert branch_of("4.8.2", CORE) in heads(job)
    assert branch_of("5.4.0", NETWORK) in heads(job)
    before, writes = job.snapshot(), job.writes()
    job.inputs["working-directory"] = NETWORK
    assert job.run(target="5.4.0")[1]["result"] == "nothing-new"
    assert (job.snapshot(), job.writes()) == (before, writes)


# -- in a fleet ------------------------------------------------------------------------------------------


def test_a_fleet_upgrades_every_project_of_a_repository(
    github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concertmaster.cli import run as command

    remote = github.create_repository("octo-org/several", FILES)
    monkeypatch.setenv(
        "GITHUB_TOKEN", github.token(permissions={"contents": "write", "pull_requests": "write"})
    )
    monkeypatch.setenv("GITHUB_API_URL", github.hub.urls.api)
    arguments = ["fleet", "run", "octo-org/several", "--mode", "upgrade", "--offline"]
    assert command([*arguments, "--output", str(tmp_path)]) == 0
    assert sorted(pull.head.ref for pull in remote.state.pulls) == sorted((HERE, THERE))
    told = json.loads((tmp_path / "octo-org" / "several.json").read_text())
    assert [one["folder"] for one in told["upgrades"]] == [CORE, NETWORK]
    assert (told["upgrade"]["result"], told["upgrade"]["pull_request"]) == ("opened", 1)
    assert "core: opened" in told["upgrade"]["reason"]
