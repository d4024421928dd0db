"""The issue that says where a project stands: one, by the bot, edited where something is new, with boxes as buttons."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from concertmaster.report.dashboard import DONE, TITLE, Button, begin, begun, pressed
from tests.github_server.faults import connection_reset, page, status
from tests.github_server.state import Issue
from tests.jobs import PIN
from tests.upgrades import WRITER, Start, Upgrade

KEEPER = {**WRITER, "issues": "write"}
MANUAL = 'from orchestrator.db import ProcessTable\n\nlate = ProcessTable.workflow_name > "create_node"\n'


@pytest.fixture
def board(start: Start) -> Upgrade:
    upgrade = start()
    upgrade.permissions, upgrade.inputs = KEEPER, {"dashboard": "true", "offline": "true"}
    return upgrade


def boards(upgrade: Upgrade) -> list[Issue]:
    return [issue for issue in upgrade.remote.state.issues.values() if issue.pull is None]


def only(upgrade: Upgrade) -> Issue:
    (issue,) = boards(upgrade)
    return issue


def tick(upgrade: Upgrade, button: Button, *, by: str = "octocat") -> Issue:
    """A person ticks a box in the browser, which sends other line endings."""
    issue = only(upgrade)
    found = re.sub(rf"- \[ \](?= .*item,button-{button} -->)", "- [x]", issue.body)
    assert found != issue.body
    issue.body, issue.editor = found.replace("\n", "\r\n"), upgrade.github.hub.user(by)
    return issue


def writes(upgrade: Upgrade) -> int:
    verbs = ("POST", "PATCH", "PUT", "DELETE")
    return len([e for e in upgrade.github.journal.exchanges if e.method in verbs and e.path != "/graphql"])


# -- none, one, no change --------------------------------------------------------------------------------


def test_without_the_input_there_is_none(board: Upgrade) -> None:
    board.run(dashboard="false")
    assert boards(board) == []


def test_a_project_at_the_newest_release_gets_none(start: Start) -> None:
    upgrade = start({"pyproject.toml": PIN.format("5.5.0")})
    upgrade.permissions = KEEPER
    upgrade.run(dashboard="true", offline="true")
    assert boards(upgrade) == []


def test_one_run_makes_it_and_the_next_one_writes_nothing(board: Upgrade) -> None:
    assert board.run()[0] == 0
    issue = only(board)
    assert issue.title == TITLE
    assert issue.user.login == board.login
    assert issue.body.startswith(begin())
    told = (
        "**4.8.2** is installed",
        "**5.5.0** is the target, the newest release",
        "#1",
        "mended by the pull request",
    )
    assert [text for text in told if text not in issue.body] == []
    before, written = replace(issue), writes(board)
    assert board.run()[0] == 0
    assert only(board) == before
    assert writes(board) == written


def test_progress_is_told_by_looking_again(board: Upgrade) -> None:
    board.run()
    since = begun(only(board).body)
    assert since is not None
    assert " 0%:" in only(board).body
    board.remote.push("main", {"main.py": "x = 1\n"})
    board.run()
    assert begun(only(board).body) == since
    share = re.search(r" (\d+)%: ", only(board).body)
    assert share is not None
    assert 0 < int(share[1]) <= 100


def test_it_is_closed_at_the_newest_release_and_opened_for_the_next_one(board: Upgrade) -> None:
    board.run()
    board.remote.push("main", {"pyproject.toml": PIN.format("5.5.0"), "main.py": "x = 1\n"})
    board.run()
    assert (only(board).state, DONE in only(board).body) == ("closed", True)
    written = writes(board)
    board.run()
    assert writes(board) == written
    board.remote.push("main", {"pyproject.toml": PIN.format("5.0.4")})
    board.run()
    assert (only(board).state, DONE in only(board).body) == ("open", False)


def test_one_that_a_person_has_closed_stays_closed(
    board: Upgrade, capsys: pytest.CaptureFixture[str]
) -> None:
    board.run()
    board.github.hub.close(only(board))
    before = replace(only(board))
    board.remote.push("main", {"other.py": "from orchestrator.types import UUIDstr\n"})
    assert board.run()[0] == 0
    assert only(board) == before
    assert "was closed by hand, and stays closed" in capsys.readouterr().out


# -- buttons ---------------------------------------------------------------------------------------------


def test_looking_again_writes_the_issue_alone(board: Upgrade) -> None:
    board.run()
    board.remote.push("main", {"other.py": MANUAL})
    references = board.remote.git.references()
    code, _ = board.run(board.remote.issue_event(tick(board, Button.AGAIN)))
    assert code == 0
    assert pressed(only(board).body) is None
    assert "\r" not in only(board).body
    assert {n: s for n, s in board.remote.git.references().items() if "concertmaster" in n} == {
        n: s for n, s in references.items() if "concertmaster" in n
    }


def test_the_next_hop_alone(board: Upgrade) -> None:
    board.remote.push("main", {"pyproject.toml": PIN.format("4.4.0")})
    board.run()
    board.run(board.remote.issue_event(tick(board, Button.NEXT_HOP)))
    assert [p.head.ref for p in board.pulls][-1] == "concertmaster/orchestrator-core-4.8.2"
    assert "**4.8.2** is the target, **5.5.0** is the newest release." in only(board).body


def test_a_tick_is_obeyed_by_the_next_scheduled_run_too(board: Upgrade) -> None:
    board.remote.push("main", {"pyproject.toml": PIN.format("4.4.0")})
    board.run()
    tick(board, Button.NEXT_HOP)
    board.run()
    assert [p.head.ref for p in board.pulls][-1] == "concertmaster/orchestrator-core-4.8.2"


@pytest.mark.parametrize("who", ["stranger", "github-actions[bot]"])
def test_only_who_may_write_is_obeyed(board: Upgrade, who: str) -> None:
    board.run()
    written = writes(board)
    issue = tick(board, Button.NEXT_HOP, by=who)
    code, given = board.run(board.remote.issue_event(issue, sender="octocat"))
    assert (code, given["result"], writes(board)) == (0, "skipped", written)


@pytest.mark.parametrize("which", ["another issue", "opened", "a bot", "no button"])
def test_other_events_do_nothing(board: Upgrade, which: str) -> None:
    board.run()
    written = writes(board)
    if which == "another issue":
        hub = board.github.hub
        theirs = hub.add_issue(board.remote.state, hub.user("stranger"), TITLE, only(board).body)
        theirs.body = theirs.body.replace("[ ]", "[x]")
        event = board.remote.issue_event(theirs, sender="stranger")
    elif which == "no button":
        event = board.remote.issue_event(only(board))
    else:
        issue = tick(board, Button.NEXT_HOP)
        action, sender = ("opened", "octocat") if which == "opened" else ("edited", "other[bot]")
        event = board.remote.issue_event(issue, action, sender=sender)
    assert board.run(event)[0] == 0
    assert writes(board) == written


def test_without_the_input_an_edited_issue_is_none_of_its_business(board: Upgrade) -> None:
    board.run()
    calls = len(board.github.journal)
    assert board.run(board.remote.issue_event(tick(board, Button.NEXT_HOP)), dashboard="false")[0] == 0
    assert len(board.github.journal) == calls


# -- strangers and outages -------------------------------------------------------------------------------


def test_a_strangers_copy_is_not_taken_for_it(board: Upgrade) -> None:
    hub = board.github.hub
    copy = hub.add_issue(board.remote.state, hub.user("stranger"), TITLE, f"{begin()}\nMine.")
    board.run()
    assert copy.body == f"{begin()}\nMine."
    assert len(boards(board)) == 2


def test_names_of_files_do_not_come_to_life(board: Upgrade) -> None:
    name = f"a @octocat closes #1 <img src=x> `b` [x](y) {DONE}.py"
    board.remote.push("main", {name: MANUAL})
    board.run()
    assert "@octocat" in only(board).body
    shown = re.sub(r"(`+).*?\1", "", only(board).body)
    assert [text for text in ("@octocat", "closes #1", "<img", DONE) if text in shown] == []
    board.github.hub.close(only(board))
    board.run()
    assert only(board).state == "closed", "a name that holds our mark does not make it ours to open"


def test_a_pull_request_that_was_closed_is_told_and_stays_closed(board: Upgrade) -> None:
    board.run()
    board.github.hub.close(board.pulls[0].issue)
    board.run(board.remote.issue_event(tick(board, Button.OPEN)))
    assert "Its pull request #1 was closed; reopen it to have it again." in only(board).body
    assert [pull.issue.state for pull in board.pulls] == ["closed"]


def test_without_the_permission_the_upgrade_is_made_all_the_same(
    board: Upgrade, capsys: pytest.CaptureFixture[str]
) -> None:
    board.permissions = WRITER
    code, given = board.run()
    assert (code, given["result"], boards(board)) == (0, "opened", [])
    assert "`issues: write`" in capsys.readouterr().out


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("fault", [status(502), connection_reset(), page()], ids=["502", "reset", "page"])
def test_an_answer_that_gets_lost_makes_no_second_one(board: Upgrade, fault: object, done: bool) -> None:
    board.github.faults.add("POST", "/issues$", fault, after=done)  # type: ignore[arg-type]
    assert board.run()[0] == 0
    assert len(boards(board)) == 1
