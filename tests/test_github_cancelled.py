"""A job that is cancelled ends at once, and says on the commit that it did."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from concertmaster import action_review, action_stacked
from tests.github_server import GitHub
from tests.github_server.faults import meanwhile
from tests.jobs import OLD, Job, Open

MARKING = {"contents": "read", "pull_requests": "write", "checks": "write", "statuses": "write"}
#: Loading is interrupted by the runs in processes of their own: here a file that is being read would stay open.
LOADED = action_review, action_stacked
#: Requests in the middle of which the runner loses patience.
MOMENTS = {"first": ("GET", "/files$"), "reading": ("GET", "/compare/"), "posting": ("POST", "/reviews$")}


def cancelling(number: signal.Signals, to: Callable[[], int] = os.getpid) -> Callable[[], None]:
    return lambda: os.kill(to(), number)


def finished(github: GitHub) -> None:
    """The request that nobody waits for any more comes to its end before the local GitHub does."""
    for fault in github.faults.rules:
        while fault.seen and not github.journal.calls(fault.method, fault.path.pattern):
            time.sleep(0.01)


@pytest.fixture
def marked(github: GitHub, job: Open) -> Iterator[Job]:
    made = job({}, {"new.py": OLD})
    made.permissions = dict(MARKING)
    made.inputs = {"check": "check-run"}
    yield made
    finished(github)


def test_a_run_that_is_not_stopped_leaves_signals_as_they_were(marked: Job) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert marked.run()[0] == 1
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_check_run_is_cancelled(
    github: GitHub, marked: Job, capsys: pytest.CaptureFixture[str], moment: str, number: signal.Signals
) -> None:
    before = signal.getsignal(number)
    github.faults.add(*MOMENTS[moment], meanwhile(cancelling(number)))
    code, told = marked.run()
    assert (code, told["conclusion"], told["result"]) == (128 + number, "cancelled", "cancelled")
    (found,) = marked.remote.state.check_runs
    assert (found.head_sha, found.status, found.conclusion) == (
        marked.pull.head.sha,
        "completed",
        "cancelled",
    )
    assert "::warning ::The run was cancelled before it was done.\n" in capsys.readouterr().out
    assert signal.getsignal(number) == before


def test_a_status_has_no_such_state_and_is_an_error(github: GitHub, marked: Job) -> None:
    marked.inputs = {"check": "status"}
    github.faults.add("GET", "/compare/", meanwhile(cancelling(signal.SIGTERM)))
    assert marked.run()[0] == 143
    (found,) = marked.remote.state.statuses
    assert (found.state, found.description) == ("error", "Cancelled before it was done")


def test_nothing_is_set_that_is_not_wanted(github: GitHub, marked: Job) -> None:
    marked.inputs = {}
    github.faults.add("GET", "/compare/", meanwhile(cancelling(signal.SIGTERM)))
    assert marked.run()[0] == 143
    assert github.journal.writes() == []


def test_a_token_that_may_not_set_it_does_not_keep_the_run_alive(
    github: GitHub, marked: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    marked.permissions = {"contents": "read", "pull_requests": "write"}
    github.faults.add("GET", "/compare/", meanwhile(cancelling(signal.SIGTERM)))
    assert marked.run()[0] == 143
    assert "The check-run could not be set to cancelled" in capsys.readouterr().out


@pytest.mark.parametrize("moment", ["first", "reading"])
def test_the_program_itself_ends_without_a_traceback(github: GitHub, marked: Job, moment: str) -> None:
    started: list[subprocess.Popen[str]] = []
    stop = meanwhile(cancelling(signal.SIGTERM, lambda: started[0].pid))
    github.faults.add(*MOMENTS[moment], stop)
    command = [sys.executable, "-I", "-m", "concertmaster", "review"]
    with subprocess.Popen(
        command, env=marked.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        started.append(process)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (143, "")
    assert "The run was cancelled" in out
    (found,) = marked.remote.state.check_runs
    assert found.conclusion == "cancelled"
