"""Pull requests as large as GitHub shows them: within its limits, told what is left out, in bounded memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.github_server import GitHub
from tests.jobs import PIN, Job

slow = pytest.mark.skipif(
    os.environ.get("CONCERTMASTER_SLOW") != "1", reason="takes minutes; set CONCERTMASTER_SLOW=1"
)
FILES, LINES = 3_000, 34
MIB = 1024
#: What the action's process and the largest of its workers may hold at their peaks.
MOST = 1_000 * MIB
PROGRAM = """
import os, resource, sys
from concertmaster.action import run_action
code = run_action(dict(os.environ), pause=0)
peak = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print("peak", *peak, code)
"""


def old(number: int, lines: int = LINES) -> str:
    return "".join(f"import orchestrator.types as name{number}x{line}\nX = 1\n" for line in range(lines))


def run(job: Job, **inputs: str) -> tuple[int, int, int, str]:
    """The exit code, the peaks of the process and of its children in KiB, and what it printed."""
    job.inputs = inputs
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    environment = {**job.environment(), **kept, "CONCERTMASTER_OFFLINE": "1"}
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=1_800
    )
    assert found.returncode == 0, found.stderr[-2_000:]
    own, children, code = map(int, found.stdout.rpartition("peak ")[2].split())
    return code, own, children, found.stdout


Opened = Callable[[dict[str, str], dict[str, str]], Job]


@pytest.fixture
def large(github: GitHub, tmp_path: Path) -> Opened:
    def opened(base: dict[str, str], head: dict[str, str]) -> Job:
        remote = github.create_repository("octo-org/network", {"pyproject.toml": PIN.format("5.0.4"), **base})
        remote.push("feature", head)
        made = Job(github, remote, remote.open_pull_request("main", "feature"), tmp_path)
        made.checkout = False
        return made

    return opened


def sizes(job: Job) -> tuple[int, int]:
    """The number of comments, and the length of the summary."""
    return len(job.pull.review_comments), max(map(len, job.summaries()))


def test_what_has_no_room_is_counted(large: Opened) -> None:
    made = large({}, {f"f{number:04}.py": old(number, 60) for number in range(10)})
    code, told = made.run()
    comments, longest = sizes(made)
    assert (code, told["errors"]) == (1, "600")
    assert comments <= 100
    assert longest <= 65_536
    assert "of the diff stand here" in made.summaries()[0] or "Not listed here" in made.summaries()[0]


@slow
@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
def test_three_thousand_files_and_a_hundred_thousand_findings(
    large: Opened, capsys: pytest.CaptureFixture[str], checkout: bool
) -> None:
    made = large({}, {f"d{number % 50}/f{number:04}.py": old(number) for number in range(FILES - 1)})
    made.checkout = checkout
    code, own, children, printed = run(made)
    calls = re.search(r"(\d+) calls to GitHub", printed)
    with capsys.disabled():
        print(
            f"\n{FILES} files, checkout {checkout}: own {own // MIB} MiB, child {children // MIB} MiB, {calls}"
        )
    comments, longest = sizes(made)
    assert code in (1, 3)
    assert comments <= 100
    assert longest <= 65_536
    assert "Not listed here for want of room" in made.summaries()[0]
    assert own < MOST
    assert children < MOST


@slow
@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
def test_more_files_than_github_lists_are_judged_all_the_same(large: Opened, checkout: bool) -> None:
    files = {f"f{number:04}.py": "import orchestrator.core.db\n" for number in range(FILES + 10)}
    made = large({}, files | {"z.py": "import orchestrator.db\n"})
    made.checkout = checkout
    code, own, _, printed = run(made)
    assert code == 1
    assert "1 error" in printed
    assert own < MOST


@slow
def test_files_without_a_patch_are_worked_out_in_a_few_calls(
    large: Opened, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.github_server.diff.LARGEST_PATCH", 0)
    base = {f"f{number:03}.py": "x = 1\n" * 50 for number in range(300)}
    made = large(base, {path: f"{text}{old(0, 2)}" for path, text in base.items()})
    code, own, _, _ = run(made)
    assert code == 1
    assert len(github.journal) - len(github.journal.calls("GET", "_codeload")) <= 20
    assert own < MOST


@slow
def test_one_file_with_very_many_findings(large: Opened) -> None:
    lines = (f"from orchestrator.types import SubscriptionLifecycle as s{line}\n" for line in range(12_000))
    made = large({}, {"huge.py": "X = 1\n".join(lines)})
    _, own, children, _ = run(made)
    comments, longest = sizes(made)
    assert comments <= 100
    assert longest <= 65_536
    assert max(own, children) < MOST
