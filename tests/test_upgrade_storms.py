"""Every call of an upgrade through every fault: told or overcome, mended by the next run, nothing made twice or lost.

The calls are those of a clean run. By default some faults strike one call each, by turns; with
CONCERTMASTER_SLOW=1 all strike all.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from concertmaster.github.retry import Retry
from tests.github_server import DescriptionUnavailableError, GitHub
from tests.github_server.description import FLAVOURS
from tests.github_server.storms import STORMS, Storm, never_wait_for_slow_answers
from tests.jobs import NEW, OLD, PIN
from tests.upgrades import BRANCH, Upgrade

SLOW = bool(os.environ.get("CONCERTMASTER_SLOW"))
#: Every so many faults strike by default; those between are left to the slow run.
STRIDE = int(os.environ.get("CONCERTMASTER_STRIDE", "12"))
TALES = ("first", "renewed", "shared")
OLDER = BRANCH.replace("5.5.0", "5.4.0")
MARKS = re.compile(r"[0-9a-f]{40}|http://127[\w.:]+")

Seen = tuple[object, ...]


@dataclass
class Clock:
    """Time passes when somebody sleeps."""

    now: float = field(default_factory=time.time)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Tale:
    """A repository before the run that the fault strikes."""

    job: Upgrade
    people: tuple[str, ...] = ()

    def seen(self) -> Seen:
        """What there is in the end, whatever way led there."""
        git = self.job.remote.git
        files = git.run("ls-tree", "-r", BRANCH).decode() if git.resolve(f"refs/heads/{BRANCH}") else ""
        pulls = [
            (pull.head.ref, pull.issue.state, MARKS.sub("", pull.issue.body or ""), len(pull.issue.comments))
            for pull in self.job.pulls
        ]
        return files, pulls

    def keeps_people(self) -> bool:
        tips = [self.job.remote.sha(name) for name in (BRANCH, OLDER) if self.job.remote.git.resolve(name)]
        return all(any(self.job.remote.git.is_ancestor(sha, tip) for tip in tips) for sha in self.people)


@contextmanager
def tale(kind: str, flavour: str, folder: Path) -> Iterator[Tale]:
    """A first upgrade; one whose base has moved; one that people share, and that replaces an older one."""
    with GitHub.start(flavour) as github:
        files = {"pyproject.toml": PIN.format("4.8.2"), "main.py": OLD}
        clock = Clock()
        retry = Retry(sleep=clock.sleep, now=lambda: clock.now)
        job = Upgrade(github, github.create_repository("octo-org/network", files), folder, retry=retry)
        people: tuple[str, ...] = ()
        if kind != "first":
            job.run()
            job.remote.push("main", {"late.py": OLD})
        if kind == "shared":
            job.run(target="5.4.0")
            people = (
                job.remote.push(BRANCH, {"own.py": OLD}, "A person's work"),
                job.remote.push(OLDER, {"own.md": "mine\n"}, "A person's work"),
            )
        github.journal.exchanges.clear()
        yield Tale(job, people)
        assert github.take_violations() == []


@cache
def clean(kind: str) -> tuple[int, Seen]:
    """The number of calls of a run that nothing happens to, and what it leaves."""
    with tempfile.TemporaryDirectory() as folder, tale(kind, FLAVOURS[0], Path(folder)) as told:
        assert told.job.run()[0] == 0
        calls = len(told.job.github.journal.exchanges)
        assert told.job.run()[1]["result"] == "nothing-new"
        return calls, told.seen()


def struck(number: int, kind: str) -> range:
    """The calls that a fault strikes: all, or one by turns."""
    calls = clean(kind)[0]
    return range(1, calls + 1) if SLOW else range(1 + number * 5 % calls, 2 + number * 5 % calls)


def check(told: Tale, storm: Storm, nth: int, where: str, printed: Callable[[], str], wanted: Seen) -> None:
    job = told.job
    job.github.faults.add("*", "", storm.effect, nth=nth, times=storm.times, after=storm.after)
    code, outputs = job.run()
    job.github.faults.rules.clear()
    text = printed()
    if code:
        assert re.search(r"^::error", text, re.MULTILINE), where
    elif outputs["result"] not in ("superseded", "declined"):
        assert told.seen() == wanted, where
    assert told.keeps_people(), where
    assert sum(pull.issue.state == "open" and pull.head.ref == BRANCH for pull in job.pulls) <= 1, where
    assert job.run()[0] == 0, where
    assert told.seen() == wanted, where
    assert told.keeps_people(), where
    before, writes = job.snapshot(), job.writes()
    assert job.run()[1]["result"] == "nothing-new", where
    assert (job.snapshot(), job.writes()) == (before, writes), where
    assert job.read("main.py") == NEW


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    never_wait_for_slow_answers(monkeypatch)


NAMES = list(STORMS)
CHOSEN = [
    (name, kind)
    for number, name in enumerate(NAMES)
    for turn, kind in enumerate(TALES)
    if SLOW or (number + turn * STRIDE // len(TALES)) % STRIDE == 0
]


@pytest.mark.parametrize(("name", "kind"), CHOSEN)
def test_a_fault_is_told_or_overcome(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, kind: str
) -> None:
    try:
        wanted = clean(kind)[1]
    except DescriptionUnavailableError as error:
        pytest.skip(f"GitHub's description is not available: {error}")
    number = NAMES.index(name)
    for nth in struck(number, kind):
        flavour = FLAVOURS[(number + nth) % len(FLAVOURS)]
        folder = tmp_path / str(nth)
        folder.mkdir()
        with tale(kind, flavour, folder) as told:
            capsys.readouterr()
            where = f"{name} at call {nth} of {kind} on {flavour}"
            check(told, STORMS[name], nth, where, lambda: capsys.readouterr().out, wanted)


def test_a_list_that_is_empty_by_mistake_is_asked_for_again(tmp_path: Path) -> None:
    """The pull request that was just renewed has to be among the open ones."""
    wanted = clean("shared")[1]
    with tale("shared", FLAVOURS[0], tmp_path) as told:
        told.job.github.faults.add("GET", "/pulls$", STORMS["nothing"].effect, nth=2)
        assert told.job.run()[0] == 0
        told.job.github.faults.rules.clear()
        assert told.seen() == wanted


def test_an_answer_of_another_kind_than_was_asked_for_is_overcome(tmp_path: Path) -> None:
    """An object that is none of the comparison of two commits; the next answer is one."""
    wanted = clean("shared")[1]
    with tale("shared", FLAVOURS[0], tmp_path) as told:
        told.job.github.faults.add("GET", "/compare/", STORMS["GraphQL not found"].effect)
        assert told.job.run()[0] == 0
        told.job.github.faults.rules.clear()
        assert told.seen() == wanted
        assert told.keeps_people()
