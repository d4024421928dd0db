"""Upgrade pull requests on a GitHub that is held to its own description: made once, renewed, never over a person."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from tools.generated import Unavailable, environment, project

from concertmaster.action import run_action
from concertmaster.cli import run as command
from concertmaster.project.files import MemoryTree
from concertmaster.report.upgrade import BEGIN, END
from concertmaster.upgrading import branch_of, plan_upgrade
from concertmaster.upgrading.formatting import formatter
from concertmaster.upgrading.tools import Toolbox
from concertmaster.workspace import open_workspace
from tests.github_server import GitHub, gitwrite
from tests.github_server.calls import Request
from tests.github_server.events import Event
from tests.github_server.faults import (
    Effect,
    Fault,
    connection_reset,
    graphql_errors,
    secondary_limit,
    status,
    truncated,
)
from tests.github_server.git import EXECUTABLE, Blob
from tests.github_server.hub import BOT
from tests.jobs import NEW, OLD, PIN, outputs
from tests.upgrades import BRANCH, WRITER, Start

# -- nothing to do --------------------------------------------------------------------------------------


def test_a_project_that_is_there_already_gets_nothing(start: Start) -> None:
    job = start({"pyproject.toml": PIN.format("5.5.0"), "main.py": NEW})
    before = job.snapshot()
    code, told = job.run()
    assert (code, told["result"], told["pull-request"]) == (0, "up-to-date", "")
    assert job.snapshot() == before


@pytest.mark.every_server
def test_a_second_run_changes_nothing(github: GitHub, start: Start) -> None:
    job = start()
    assert job.run()[1]["result"] == "opened"
    before = job.snapshot()
    writes = len(github.journal.writes())
    code, told = job.run()
    assert (code, told["result"], told["pull-request"]) == (0, "nothing-new", "1")
    assert job.snapshot() == before
    asked = github.journal.writes()[writes:]
    assert {exchange.path for exchange in asked} == {github.hub.urls.graphql_path}
    assert not any("mutation" in exchange.body["query"] for exchange in asked)


def test_a_base_that_moved_beside_the_upgrade_changes_nothing(start: Start) -> None:
    job = start()
    job.run()
    job.remote.push("main", {"README.md": "# Network\n"})
    before = job.snapshot()
    assert job.run()[1]["result"] == "nothing-new"
    assert job.snapshot() == before


def test_a_dry_run_writes_nothing(github: GitHub, start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    job = start()
    before = job.snapshot()
    secret = github.token(permissions=dict(WRITER))
    event = job.remote.dispatch_event()
    environment = github.runner_environment(event, {"github-token": secret, "mode": "upgrade"}, job.folder)
    assert run_action(environment, dry_run=True, pause=0) == 0
    assert outputs(environment)["result"] == "planned"
    assert job.snapshot() == before
    printed = capsys.readouterr().out
    assert f"branch {BRANCH}, 3 commits, 2 files" in printed
    assert BEGIN in printed


@pytest.mark.parametrize("name", ["pull_request", "push"])
def test_other_events_ask_for_no_upgrade(start: Start, name: str) -> None:
    job = start()
    job.remote.push("feature", {"main.py": NEW})
    if name == "pull_request":
        event = job.remote.event(job.remote.open_pull_request("main", "feature"))
    else:
        event = job.remote.push_event("feature")
    code, told = job.run(event)
    assert (code, told["result"]) == (0, "skipped")
    assert BRANCH not in job.remote.git.references()


def test_an_upgrade_starts_from_the_default_branch_only(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    job = start()
    job.remote.push("feature", {"main.py": NEW})
    event = job.remote.schedule_event()
    other = Event(event.name, event.payload, event.repository, event.actor, "refs/heads/feature", event.sha)
    assert job.run(other)[0] == 2
    assert "It is planned from the default branch, main" in capsys.readouterr().out
    assert job.pulls == []


# -- the pull request -----------------------------------------------------------------------------------


@pytest.mark.every_server
def test_pins_come_first_and_then_one_commit_a_rule(start: Start) -> None:
    job = start()
    code, told = job.run()
    assert code == 0
    wanted = {
        "result": "opened",
        "pull-request": "1",
        "installed": "4.8.2",
        "target": "5.5.0",
        "unanalysed": "0",
    }
    assert {name: told[name] for name in wanted} == wanted
    (pull,) = job.pulls
    assert (pull.head.ref, pull.base.ref, pull.issue.user.login) == (BRANCH, "main", BOT)
    assert pull.issue.title == "Upgrade orchestrator-core from 4.8.2 to 5.5.0"
    assert job.log() == [
        "Require orchestrator-core 5.5.0",
        "Workflow decorators no longer take a description (workflow-description)",
        "The framework is imported by its name of before 5.0 (old-namespace)",
    ]
    assert job.read("main.py") == NEW
    assert job.read("pyproject.toml") == PIN.format("5.5.0")


def test_commits_are_signed_and_by_the_bot(start: Start) -> None:
    job = start()
    job.run()
    commits = job.remote.git.commits(f"main..{BRANCH}")
    assert len(commits) == 3
    assert set(commits) <= job.github.hub.signed


def test_modes_and_bytes_of_files_stay(start: Start) -> None:
    latin = "# -*- coding: latin-1 -*-\n# é\nimport orchestrator.db\n".encode("latin-1")
    job = start(
        {
            "pyproject.toml": PIN.format("4.8.2"),
            "run.py": Blob(OLD.encode(), EXECUTABLE),
            "latin.py": latin,
            "windows.py": OLD.replace("\n", "\r\n"),
        }
    )
    job.run()
    modes = {entry.path: entry.mode for entry in job.remote.git.tree(job.remote.sha(BRANCH))}
    assert modes["run.py"] == EXECUTABLE
    assert job.remote.read("latin.py", BRANCH) == latin.replace(b"orchestrator.db", b"orchestrator.core.db")
    assert job.read("windows.py") == NEW.replace("\n", "\r\n")


def test_a_folder_of_the_repository_is_upgraded_alone(start: Start) -> None:
    job = start(
        {
            "services/network/pyproject.toml": PIN.format("4.8.2"),
            "services/network/main.py": OLD,
            "services/other/main.py": OLD,
        }
    )
    job.inputs["working-directory"] = "services/network"
    job.run()
    branch = branch_of("5.5.0", "services/network")
    assert job.read("services/network/main.py", branch) == NEW
    assert job.read("services/other/main.py", branch) == OLD
    assert job.run()[1]["result"] == "nothing-new"


def test_a_checkout_spares_the_calls_for_its_files(github: GitHub, start: Start) -> None:
    job = start()
    job.checkout = True
    assert job.run()[1]["result"] == "opened"
    assert job.run()[1]["result"] == "nothing-new"
    assert not [exchange for exchange in github.journal.exchanges if "/git/blobs/" in exchange.path]


def test_a_project_without_anything_to_write_is_told(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = '[[package]]\nname = "orchestrator-core"\nversion = "4.8.2"\n'
    job = start({"requirements.txt": "orchestrator-core\n", "uv.lock": lock})
    assert job.run()[0] == 2
    assert "There is nothing to commit" in capsys.readouterr().out
    assert job.pulls == []


def test_code_without_a_pin_to_raise_is_told_loudly(start: Start) -> None:
    lock = '[[package]]\nname = "orchestrator-core"\nversion = "4.8.2"\n'
    job = start({"requirements.txt": "orchestrator-core\n", "uv.lock": lock, "main.py": OLD})
    assert job.run()[1]["result"] == "opened"
    assert "**No requirement could be raised**" in job.pulls[0].issue.body
    told = "- Renew `uv.lock`: `uv lock --upgrade-package orchestrator-core` (not done here: there is no pyproject.toml"
    assert told in job.pulls[0].issue.body


def test_workflow_files_are_left_and_named(start: Start) -> None:
    workflow = "jobs:\n  test:\n    steps:\n      - run: pip install orchestrator-core==4.8.2\n"
    job = start(
        {"pyproject.toml": PIN.format("4.8.2"), "main.py": OLD, ".github/workflows/test.yml": workflow}
    )
    assert job.run()[1]["result"] == "opened"
    assert job.read(".github/workflows/test.yml") == workflow
    assert "Change `.github/workflows/test.yml`: the token of a workflow" in job.pulls[0].issue.body
    assert "`workflows: write`" in job.pulls[0].issue.body


def test_nothing_but_the_branch_the_commits_and_the_pull_request_is_written(
    github: GitHub, start: Start
) -> None:
    job = start()
    job.run()
    home = "/repos/octo-org/network"
    written = {(exchange.method, exchange.path) for exchange in github.journal.writes()}
    assert written == {
        ("POST", github.hub.urls.graphql_path),
        ("POST", f"{home}/git/trees"),
        ("POST", f"{home}/git/commits"),
        ("POST", f"{home}/git/refs"),
        ("POST", f"{home}/pulls"),
    }
    assert {name for name in job.remote.git.references() if name.startswith("refs/heads/")} == {
        "refs/heads/main",
        f"refs/heads/{BRANCH}",
    }


def test_the_command_line_is_the_action_where_there_is_a_token(
    github: GitHub, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start()
    secret = github.token(permissions=dict(WRITER))
    event = job.remote.dispatch_event()
    environment = github.runner_environment(event, {"github-token": secret}, job.folder)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert command(["upgrade", "--dry-run"]) == 0
    assert outputs(environment)["result"] == "planned"
    assert job.pulls == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "merge"),
        ("unsafe", "perhaps"),
        ("prereleases", "perhaps"),
        ("minimum-age", "a week"),
        ("working-directory", "../other"),
    ],
)
def test_an_input_that_is_not_understood_is_named(
    start: Start, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    job = start()
    job.inputs[name] = value
    assert job.run()[0] == 2
    assert f"The input {name} is" in capsys.readouterr().out
    assert job.pulls == []


def test_unsafe_commits_what_asks_to_be_checked(start: Start) -> None:
    logs = 'import logging\n\nlogging.getLogger("orchestrator.workflow")\n'
    job = start({"pyproject.toml": PIN.format("4.8.2"), "logs.py": logs})
    job.inputs["unsafe"] = "true"
    job.run()
    assert "orchestrator.core.workflow" in job.read("logs.py")


def test_a_wanted_release_names_branch_and_pins(start: Start) -> None:
    job = start(release="3.2.3")
    job.run(target="next-hop")
    assert job.pulls[0].head.ref == "concertmaster/orchestrator-core-4.8.2"
    assert job.read("pyproject.toml", "concertmaster/orchestrator-core-4.8.2") == PIN.format("4.8.2")


@pytest.mark.parametrize("target", ["5.0.0", "9.9.9", "../../x", "5.5.0\n::error::x"])
def test_a_release_that_is_none_or_faulty_is_refused(
    start: Start, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    job = start()
    before = job.snapshot()
    assert job.run(target=target)[0] == 2
    assert job.snapshot() == before
    assert "\n::error::x" not in capsys.readouterr().out


# -- a person's work ------------------------------------------------------------------------------------


def test_what_is_missing_is_added_on_top_of_a_persons_work(start: Start) -> None:
    job = start()
    job.run()
    own = job.remote.push(BRANCH, {"late.py": OLD, "notes.md": "mine\n"}, "Add a late workflow")
    code, told = job.run()
    assert (code, told["result"]) == (0, "updated")
    assert job.has(own)
    assert job.read("late.py") == NEW
    assert job.read("notes.md") == "mine\n"
    before = job.snapshot()
    assert job.run()[1]["result"] == "nothing-new"
    assert job.snapshot() == before


def test_a_persons_work_that_needs_nothing_is_left_as_it_is(start: Start) -> None:
    job = start()
    job.run()
    own = job.remote.push(BRANCH, {"main.py": NEW + "\n\nMINE = 1\n"}, "Add a constant")
    assert job.run()[1]["result"] == "nothing-new"
    assert job.remote.sha(BRANCH) == own


def test_a_base_that_moved_is_merged_into_a_persons_work(start: Start) -> None:
    job = start()
    job.run()
    own = job.remote.push(BRANCH, {"notes.md": "mine\n"}, "Take notes")
    moved = job.remote.push(
        "main", {"late.py": OLD, ".github/workflows/test.yml": "on: push\n"}, "Add a late workflow"
    )
    assert job.run()[1]["result"] == "updated"
    assert job.has(own)
    assert job.has(moved)
    assert job.read("late.py") == NEW
    assert job.read("main.py") == NEW
    assert job.read("notes.md") == "mine\n"
    assert job.read(".github/workflows/test.yml") == "on: push\n"
    before = job.snapshot()
    assert job.run()[1]["result"] == "nothing-new"
    assert job.snapshot() == before


def test_a_base_that_changed_the_same_file_is_a_persons_to_merge(start: Start) -> None:
    job = start()
    job.run()
    own = job.remote.push(BRANCH, {"main.py": NEW + "\n\nMINE = 1\n"}, "Add a constant")
    job.remote.push("main", {"main.py": OLD + "\n\nTHEIRS = 2\n", "late.py": OLD}, "Change main")
    job.run()
    assert job.remote.sha(BRANCH) == own
    assert (
        "`main` has changed `main.py`, as this branch has: merge it here by hand." in job.pulls[0].issue.body
    )


def test_a_push_while_the_run_is_at_work_is_not_lost(github: GitHub, start: Start) -> None:
    job = start()
    job.run()
    job.remote.push("main", {"late.py": OLD})
    pushed: list[str] = []

    def push() -> None:
        pushed.append(job.remote.push(BRANCH, {"notes.md": "mine\n"}, "Take notes"))

    github.faults.rules.append(Meanwhile("POST", re.compile("/git/trees$"), Effect(), deed=push))
    assert job.run()[1]["result"] == "superseded"
    assert job.has(pushed[0])
    assert job.run()[1]["result"] == "updated"
    assert job.has(pushed[0])
    assert job.read("late.py") == NEW


@dataclass
class Meanwhile(Fault):
    """Something that happens while a call is on its way, which is answered as ever."""

    deed: Callable[[], None] = lambda: None

    def strikes(self, request: Request) -> bool:
        if Fault.strikes(self, request):
            self.deed()
        return False


def test_a_new_file_that_a_person_has_taken_away_does_not_come_back(start: Start) -> None:
    job = start(DESCRIBED)
    job.run()
    branch = job.remote.sha(BRANCH)
    new = {entry.path for entry in job.remote.git.tree(branch, recursive=True)} - {
        entry.path for entry in job.remote.git.tree(job.remote.sha("main"), recursive=True)
    }
    (migration,) = new
    assert "Change a node" in job.read(migration)
    job.remote.push(BRANCH, {migration: None, "workflows/node.py": DESCRIBED["workflows/node.py"]}, "Mine")
    job.run()
    assert "Change a node" not in job.read("workflows/node.py")
    assert migration not in {
        entry.path for entry in job.remote.git.tree(job.remote.sha(BRANCH), recursive=True)
    }
    assert job.run()[1]["result"] == "nothing-new"


DESCRIBED = {
    "pyproject.toml": PIN.format("4.8.2"),
    "workflows/__init__.py": (
        "from orchestrator.workflows import LazyWorkflowInstance\n\n"
        'LazyWorkflowInstance("workflows.node", "modify_node")\n'
    ),
    "workflows/node.py": (
        "from orchestrator.workflows.utils import modify_workflow\n\n\n"
        '@modify_workflow("Change a node")\ndef modify_node(): ...\n'
    ),
    "migrations/versions/2024-03-01_93ac3e3b65f5_add_node.py": """\
from alembic import op

revision = "93ac3e3b65f5"
down_revision = None
branch_labels = ("data",)
depends_on = None


def upgrade() -> None:
    op.execute("INSERT INTO workflows (name, target, description) VALUES ('modify_node', 'MODIFY', 'Modify node')")


def downgrade() -> None:
    op.execute("DELETE FROM workflows WHERE name = 'modify_node'")
""",
}


def test_an_amended_commit_is_a_persons(start: Start) -> None:
    job = start()
    job.run()
    (*_, first) = job.remote.git.commits(f"main..{BRANCH}")
    found = job.remote.git.commit(first)
    assert found
    amended = gitwrite.write_commit(
        job.remote.git,
        tree=found.tree,
        parents=found.parents,
        message=found.message,
        author=job.github.hub.identity_of(job.github.hub.user(BOT)),
        committer=job.github.hub.identity_of(job.github.hub.user("octocat")),
    )
    job.remote.git.set_reference(f"refs/heads/{BRANCH}", amended)
    job.github.hub.branch_moved(job.remote.state, BRANCH)
    assert job.run()[1]["result"] == "updated"
    assert job.has(amended)
    assert job.read("main.py") == NEW


def test_commits_of_another_workflow_are_not_ours(start: Start) -> None:
    """A formatter that pushes as github-actions[bot] is not fought with."""
    job = start()
    job.run()
    formatted = NEW.replace("\n\n\n", "\n\n")
    theirs = job.remote.push(BRANCH, {"main.py": formatted}, "Format", author=BOT)
    assert job.run()[1]["result"] == "nothing-new"
    assert job.remote.sha(BRANCH) == theirs


def test_with_a_persons_token_nothing_is_made_anew(start: Start) -> None:
    """Commits of the token and of its owner cannot be told apart, so all of them stay."""
    job = start()
    job.login = "octocat"
    job.run()
    own = job.remote.push(
        BRANCH, {"main.py": NEW + "\n\nMINE = 1\n"}, "Add a constant\n\nMade-with: Concertmaster"
    )
    job.remote.push("main", {"late.py": OLD})
    assert job.run()[1]["result"] == "updated"
    assert job.has(own)
    assert job.read("main.py") == NEW + "\n\nMINE = 1\n"
    assert job.read("late.py") == NEW


# -- renewal --------------------------------------------------------------------------------------------


def test_a_branch_of_our_own_commits_is_made_anew_on_a_base_that_moved(start: Start) -> None:
    job = start()
    job.run()
    moved = job.remote.push("main", {"late.py": OLD, "main.py": OLD + "\n\nTHEIRS = 2\n"})
    assert job.run()[1]["result"] == "updated"
    assert job.has(moved)
    assert len(job.log()) == 3
    assert job.read("late.py") == NEW
    assert job.read("main.py") == NEW + "\n\nTHEIRS = 2\n"
    assert len(job.pulls) == 1


def test_an_upgrade_that_was_taken_back_after_its_merge_comes_again(start: Start) -> None:
    job = start()
    job.run()
    job.remote.git.set_reference("refs/heads/main", job.remote.sha(BRANCH))
    job.github.hub.branch_moved(job.remote.state, "main")
    assert job.pulls[0].merged_at
    job.remote.push("main", {"pyproject.toml": PIN.format("4.8.2"), "main.py": OLD}, "Revert")
    assert job.run()[1]["result"] == "opened"
    assert [pull.issue.state for pull in job.pulls] == ["closed", "open"]
    assert job.read("main.py") == NEW


@pytest.mark.parametrize("after", [True, False])
def test_a_lost_answer_to_making_the_branch_anew_is_looked_up(
    github: GitHub, start: Start, after: bool
) -> None:
    job = start()
    job.run()
    job.remote.push("main", {"late.py": OLD})
    github.faults.add("POST", "/graphql$", status(502), nth=3, after=after)
    code, told = job.run()
    assert (code, told.get("result")) == ((0, "updated") if after else (3, "failed"))
    assert job.run()[1]["result"] == ("nothing-new" if after else "updated")
    assert job.read("late.py") == NEW
    assert len(job.log()) == 3


def test_a_server_without_locked_updates_gets_a_merge_on_top(github: GitHub, start: Start) -> None:
    job = start()
    job.run()
    before = job.remote.sha(BRANCH)
    moved = job.remote.push("main", {"late.py": OLD})
    unknown = graphql_errors("Field 'updateRefs' doesn't exist on type 'Mutation'", "undefinedField")
    github.faults.add("POST", "/graphql$", unknown, nth=3)
    assert job.run()[1]["result"] == "updated"
    assert job.has(before)
    assert job.has(moved)
    assert job.read("late.py") == NEW
    assert job.run()[1]["result"] == "nothing-new"


def test_a_deleted_branch_comes_back_only_with_its_pull_request(start: Start) -> None:
    job = start()
    job.run()
    job.remote.delete_branch(BRANCH)
    assert job.run()[1]["result"] == "declined"


def test_a_closed_upgrade_is_not_opened_again(start: Start) -> None:
    job = start()
    job.run()
    job.github.hub.close(job.pulls[0].issue)
    job.remote.push("main", {"late.py": OLD})
    before = job.snapshot()
    code, told = job.run()
    assert (code, told["result"], told["pull-request"]) == (0, "declined", "1")
    assert job.snapshot() == before


def test_an_older_upgrade_is_closed_with_a_link(start: Start) -> None:
    job = start()
    job.run(target="5.4.0")
    job.run(target="5.5.0")
    old, new = job.pulls
    assert (old.issue.state, new.issue.state) == ("closed", "open")
    (comment,) = old.issue.comments
    assert f"Superseded by #{new.number}" in comment.body
    assert "refs/heads/concertmaster/orchestrator-core-5.4.0" in job.remote.git.references()


def test_pull_requests_of_people_are_never_closed(start: Start) -> None:
    job = start()
    job.remote.push("concertmaster/orchestrator-core-5.4.0", {"notes.md": "mine\n"})
    theirs = job.remote.open_pull_request("main", "concertmaster/orchestrator-core-5.4.0")
    job.run()
    assert theirs.issue.state == "open"


def test_a_merged_upgrade_leaves_nothing_to_do(start: Start) -> None:
    job = start()
    job.run()
    job.remote.push("main", {"pyproject.toml": PIN.format("5.5.0"), "main.py": NEW})
    assert job.run()[1]["result"] == "up-to-date"


# -- the text -------------------------------------------------------------------------------------------


def test_ticks_and_a_persons_words_survive(start: Start) -> None:
    job = start()
    job.run()
    issue = job.pulls[0].issue
    box = next(line for line in issue.body.splitlines() if line.startswith("- [ ] **"))
    mended = issue.body.replace(box, box.replace("[ ]", "[x]"))
    issue.body = f"Please look at this, Ada.\n\n{mended}\n\nDeploy on Monday.".replace("\n", "\r\n")
    job.remote.push("main", {"late.py": OLD})
    job.run()
    assert box.replace("[ ]", "[x]") in issue.body
    assert issue.body.startswith(f"Please look at this, Ada.\n\n{BEGIN}")
    assert issue.body.endswith(f"{END}\n\nDeploy on Monday.")


def test_a_text_without_our_marks_is_a_persons(start: Start) -> None:
    job = start()
    job.run()
    job.pulls[0].issue.body = "Rewritten by hand."
    job.remote.push("main", {"late.py": OLD})
    job.run()
    assert job.pulls[0].issue.body == "Rewritten by hand."
    assert job.read("late.py") == NEW


# -- permissions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("permissions", "told"),
    [
        ({"contents": "read", "pull_requests": "write"}, "`permissions: contents: write"),
        ({"contents": "write", "pull_requests": "read"}, "may not write pull requests"),
    ],
    ids=["contents", "pull requests"],
)
def test_a_missing_permission_is_named(
    start: Start, capsys: pytest.CaptureFixture[str], permissions: dict[str, str], told: str
) -> None:
    job = start()
    job.permissions = permissions
    assert job.run()[0] == 2
    assert told in capsys.readouterr().out
    assert job.pulls == []
    job.permissions = WRITER
    assert job.run()[1]["result"] == "opened"


def test_workflow_files_that_are_refused_are_named_with_the_permission(
    github: GitHub, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on a branch that brings workflow files of the default branch along."""
    job = start()
    deed = "refusing to allow a GitHub App to create or update workflow `.github/workflows/a.yml`"
    github.faults.add("POST", "/git/refs$", status(403, f"{deed} without `workflows` permission"))
    assert job.run()[0] == 2
    assert "`workflows: write`" in capsys.readouterr().out
    assert job.run()[1]["result"] == "opened"


def test_the_setting_that_forbids_pull_requests_is_named(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    job = start()
    job.remote.state.actions_may_open_pull_requests = False
    assert job.run()[0] == 2
    assert '"Allow GitHub Actions to create and approve pull requests"' in capsys.readouterr().out
    job.remote.state.actions_may_open_pull_requests = True
    assert job.run()[1]["result"] == "opened"
    assert len(job.log()) == 3


# -- faults ---------------------------------------------------------------------------------------------

WRITES = [
    ("POST", "/git/trees$"),
    ("POST", "/git/commits$"),
    ("POST", "/git/refs$"),
    ("POST", "/pulls$"),
]


@pytest.mark.parametrize(("verb", "path"), WRITES, ids=[path for _, path in WRITES])
@pytest.mark.parametrize(
    ("effect", "after"),
    [
        (status(502), True),
        (status(502), False),
        (connection_reset(), True),
        (truncated(), True),
        (secondary_limit(1), False),
    ],
    ids=["502 after", "502 before", "reset", "cut", "limit"],
)
def test_a_lost_answer_makes_nothing_twice(
    github: GitHub, start: Start, verb: str, path: str, effect: Effect, after: bool
) -> None:
    job = start()
    github.faults.add(verb, path, effect, after=after)
    assert job.run()[1]["result"] == "opened"
    assert len(job.pulls) == 1
    assert len(job.log()) == 3
    assert job.read("main.py") == NEW
    assert job.run()[1]["result"] == "nothing-new"


@pytest.mark.parametrize("after", [True, False])
def test_a_lost_answer_to_moving_the_branch_is_looked_up(github: GitHub, start: Start, after: bool) -> None:
    job = start()
    job.run()
    own = job.remote.push(BRANCH, {"late.py": OLD})
    github.faults.add("PATCH", "/git/refs/", connection_reset(), after=after)
    assert job.run()[1]["result"] == "updated"
    assert job.has(own)
    assert job.read("late.py") == NEW


@pytest.mark.parametrize("path", ["/issues/1/comments$", "/pulls/1$"])
def test_closing_an_older_upgrade_is_finished_by_the_next_run(
    github: GitHub, start: Start, path: str
) -> None:
    job = start()
    job.run(target="5.4.0")
    verb = "POST" if "comments" in path else "PATCH"
    github.faults.add(verb, path, status(503), times=10)
    assert job.run()[0] == 3
    github.faults.rules.clear()
    assert job.run()[1]["result"] == "updated"
    assert [pull.issue.state for pull in job.pulls] == ["closed", "open"]
    assert len(job.pulls[0].issue.comments) == 1


def test_the_token_is_shown_to_nobody(
    github: GitHub, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    job = start()
    github.faults.add("POST", "/git/commits$", status(401, "Bad credentials"))
    job.run()
    job.run()
    captured = capsys.readouterr()
    written = captured.out + captured.err + "".join(pull.issue.body for pull in job.pulls)
    written += "".join(file.read_text() for file in job.folder.rglob("file_commands/*"))
    assert job.pulls
    assert not [secret for secret in github.hub.tokens if secret in written]


@pytest.mark.parametrize(("verb", "path"), WRITES, ids=[path for _, path in WRITES])
def test_an_outage_is_told_and_the_next_run_goes_on(
    github: GitHub, start: Start, verb: str, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    job = start()
    github.faults.add(verb, path, status(503), times=10)
    assert job.run()[0] == 3
    assert "::error ::The upgrade could not be brought to GitHub." in capsys.readouterr().out
    github.faults.rules.clear()
    assert job.run()[1]["result"] == "opened"
    assert len(job.pulls) == 1


# -- a whole project ------------------------------------------------------------------------------------


@pytest.mark.generated
@pytest.mark.skipif(
    not os.environ.get("CONCERTMASTER_SLOW"), reason="takes a minute: set CONCERTMASTER_SLOW=1 to run"
)
def test_a_generated_project_is_upgraded(start: Start, tmp_path: Path) -> None:
    try:
        environment("4.8.2")
    except Unavailable as absent:
        pytest.skip(absent.reason)
    root = tmp_path / "project"
    shutil.copytree(project("4.8.2"), root, ignore=shutil.ignore_patterns("__pycache__"))
    job = start(root)
    files = {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
    formatting = partial(formatter, tools=Toolbox())
    plan = plan_upgrade(open_workspace(MemoryTree(files)), jobs=1, formatting=formatting)
    assert job.run()[1]["result"] == "opened"
    assert job.log() == [commit.title for commit in plan.commits]
    for path, text in plan.files.items():
        assert job.remote.read(path, BRANCH) == text, path
    assert len(job.pulls[0].issue.body) < 65_536
    before = job.snapshot()
    assert job.run()[1]["result"] == "nothing-new"
    assert job.snapshot() == before
