"""Every call of a run through every fault: told and not green, or overcome; and mended by the next run.

The calls are those of a clean run, so that a new call is tried without being listed. By default each fault
strikes one call and each call meets one fault at least; with CONCERTMASTER_SLOW=1 all meet all.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import pytest

from concertmaster.action import run_action
from concertmaster.github.retry import Retry
from tests.github_server import DescriptionUnavailableError, GitHub
from tests.github_server.anchors import current
from tests.github_server.description import FLAVOURS
from tests.github_server.faults import graphql_errors, meanwhile
from tests.github_server.journal import Exchange
from tests.github_server.storms import FOR_GOOD, STORMS, Storm, never_wait_for_slow_answers
from tests.jobs import PIN, Job

SLOW = bool(os.environ.get("CONCERTMASTER_SLOW"))
RIGHTS = {"contents": "write", "pull_requests": "write", "checks": "write", "statuses": "write"}
BAD = "import orchestrator.db\n"
GOOD = "import orchestrator.core.db\n"
FILLER = "".join(f"LINE_{number} = {number}\n" for number in range(20))
BASE = {"pyproject.toml": PIN.format("4.8.2"), "far.py": f"# far\n{FILLER}{BAD}", "near.py": FILLER}
MANY = "".join(f"def f{number}():\n    {BAD}" for number in range(52))
FIRST = {"pyproject.toml": PIN.format("5.0.4"), "near.py": FILLER + BAD, "many.py": MANY}
SECOND = {"near.py": FILLER + GOOD, "far.py": f"# far\n{FILLER}{GOOD}", "new.py": BAD}
MARKS = re.compile(r"<!--.*?-->|[0-9a-f]{40}|[0-9a-f]{16}|http://127[\w.:]+|octo-org/\w+")
PLACES = re.compile(r"/\d+(?=/|$)|[0-9a-f]{40}(\.\.\.[0-9a-f]{40})?")

Seen = dict[str, object]


@dataclass
class Clock:
    """Time passes when somebody sleeps."""

    now: float = field(default_factory=time.time)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def retry(self) -> Retry:
        return Retry(sleep=self.sleep, now=lambda: self.now)


@dataclass
class Story:
    """A pull request at its first or second review, on a GitHub of its own."""

    job: Job
    clock: Clock = field(default_factory=Clock)

    @property
    def github(self) -> GitHub:
        return self.job.github

    def run(self) -> tuple[int, str]:
        """The exit code and what was printed."""
        environment = self.job.environment()
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            code = run_action(environment, pause=0, retry=self.clock.retry())
        return code, printed.getvalue()

    def seen(self) -> Seen:
        """What people see on the pull request."""
        pull = self.job.pull
        runs = [run for run in self.job.remote.state.check_runs if run.head_sha == pull.head.sha]
        last = runs[-1] if runs else None
        return {
            "threads": sorted(self._thread(number) for number in range(len(pull.threads))),
            "summary": [MARKS.sub("", comment.body) for comment in pull.issue.comments],
            "check": last and (last.conclusion, MARKS.sub("", str(last.output)), len(last.annotations)),
            "status": [
                (s.state, s.description) for s in self.job.remote.state.statuses if s.sha == pull.head.sha
            ][-1:],
            "pending": [review.id for review in pull.reviews if review.state == "PENDING"],
        }

    def _thread(self, number: int) -> tuple[str, int, str, int, str]:
        thread = self.job.pull.threads[number]
        now = current(self.job.pull, thread.anchor)
        how = "closed" if thread.resolved_by or thread.comments[0].minimized else "open"
        path, line = (now.path, now.line or 0) if now else (thread.anchor.path, 0)
        return path, line, how, len(thread.comments), MARKS.sub("", thread.comments[0].body)


@contextlib.contextmanager
def story(folder: Path, flavour: str, *, second: bool) -> Iterator[Story]:
    with GitHub.start(flavour) as github:
        remote = github.create_repository("octo-org/network", BASE)
        remote.push("feature", FIRST)
        job = Job(github, remote, remote.open_pull_request("main", "feature"), folder, RIGHTS, checkout=False)
        job.inputs = {"check": "status" if second else "check-run", "fail-on": "never"}
        told = Story(job)
        if second:
            assert told.run()[0] == 0
            remote.push("feature", SECOND)
        github.journal.exchanges.clear()
        yield told
        assert github.take_violations() == []


def name_of(exchange: Exchange) -> str:
    """A call without what differs between two equal runs."""
    kind = "mutation" if "mutation" in str(exchange.body) else "query"
    body = f" {kind}" if exchange.path == "/graphql" or exchange.path.endswith("/api/graphql") else ""
    page_of = exchange.query.get("page", "")
    return f"{exchange.method} {PLACES.sub('/N', exchange.path)}{body} {page_of}".replace(
        "/api/", "/"
    ).strip()


@dataclass(frozen=True)
class Clean:
    """A run that nothing happened to: its calls, and what it left behind."""

    calls: tuple[str, ...]
    seen: Seen


@cache
def clean(second: bool) -> Clean:
    import tempfile

    with (
        tempfile.TemporaryDirectory() as folder,
        story(Path(folder), FLAVOURS[0], second=second) as told,
    ):
        assert told.run()[0] == 0
        calls = tuple(map(name_of, told.github.journal.exchanges))
        return Clean(calls, told.seen())


@dataclass(frozen=True)
class Case:
    """A fault that strikes one call of one of the two runs."""

    storm: str
    second: bool
    index: int
    flavour: str


def calls_of_both() -> list[tuple[bool, int]]:
    return [(second, index) for second in (False, True) for index in range(len(clean(second).calls))]


def cases(storm: str, number: int, total: int) -> Iterator[Case]:
    """All calls, or by turns so many that each is struck by one fault."""
    everything = calls_of_both()
    chosen = everything if SLOW else [everything[i % len(everything)] for i in _turns(number, total)]
    for turn, (second, index) in enumerate(chosen):
        yield Case(storm, second, index, FLAVOURS[(number + turn) % len(FLAVOURS)])


def _turns(number: int, total: int) -> range:
    """Numbers that together with those of the other faults reach every call."""
    return range(number, max(len(calls_of_both()), number + 1), total)


def strike(told: Story, case: Case, storm: Storm) -> tuple[int, str]:
    told.github.faults.add("*", "", storm.effect, nth=case.index + 1, times=storm.times, after=storm.after)
    try:
        return told.run()
    finally:
        told.github.faults.rules.clear()


def check(told: Story, case: Case, storm: Storm) -> None:
    wanted = clean(case.second)
    call = f"{case.storm} at {wanted.calls[case.index]} of run {1 + case.second} on {case.flavour}"
    before = len(told.job.pull.reviews)
    code, printed = strike(told, case, storm)
    if storm.times == 1:
        assert name_of(told.github.journal.exchanges[case.index]) == wanted.calls[case.index], call
    left = told.seen()
    if code == 0 and left != wanted.seen:
        assert "Not all was posted" in printed, f"green, not done, and not told, after {call}"
        assert untold(told) == [], f"green, but not done, after {call}"
    elif code != 0:
        assert re.search(r"^::(error|warning)", printed, re.MULTILINE), f"nothing told after {call}"
    if "limit" not in case.storm:
        assert twice(told.github.journal.exchanges) == [], f"sent twice after {call}"
    assert len(told.job.pull.reviews) - before <= 1 + 200 * case.second, call
    code, printed = told.run()
    assert code == 0, f"{call}\n{printed}"
    assert told.seen() == wanted.seen, f"not mended after {call}"


def untold(told: Story) -> list[str]:
    """Files with something wrong of which the pull request says nothing."""
    pull = told.job.pull
    said = "".join(comment.body for comment in pull.issue.comments)
    head = pull.head.repository
    assert head is not None
    bad = [
        path
        for path in ("near.py", "far.py", "new.py", "many.py")
        if (f := head.git.read(f"{pull.head.sha}:{path}")) and BAD.encode() in f.data
    ]
    return [path for path in bad if path not in said and path not in {t.anchor.path for t in pull.threads}]


def twice(exchanges: list[Exchange]) -> list[str]:
    """Writes that were made more often than once, or sent again without looking first."""
    writes = [item for item in exchanges if is_write(item)]
    made = Counter(
        f"{item.method} {item.path} {item.body}"[:300]
        for item in writes
        if item.carried_out and is_fine(item)
    )
    found = [f"made {number} times: {what}" for what, number in made.items() if number > 1]
    for earlier, later in pairwise(exchanges):
        if is_write(earlier) and key(earlier) == key(later) and is_lost(earlier):
            found.append(f"sent again unseen: {key(later)[:300]}")
    return found


def is_write(item: Exchange) -> bool:
    return item.method != "GET" and not (item.path.endswith("/graphql") and "mutation" not in str(item.body))


def is_fine(item: Exchange) -> bool:
    return item.status is None or item.status < 300 or item.status >= 500


def is_lost(item: Exchange) -> bool:
    return item.status is None or item.status >= 500 or (item.status < 300 and not item.carried_out)


def key(item: Exchange) -> str:
    return f"{item.method} {item.path} {item.body}"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    never_wait_for_slow_answers(monkeypatch)


@pytest.fixture
def folders(tmp_path: Path) -> Callable[[], Path]:
    numbers = iter(range(10_000))

    def made() -> Path:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        return folder

    try:
        clean(False)
    except DescriptionUnavailableError as error:
        pytest.skip(f"GitHub's description is not available: {error}")
    return made


@pytest.mark.parametrize("storm", STORMS)
def test_a_fault_is_told_or_overcome(folders: Callable[[], Path], storm: str) -> None:
    for case in cases(storm, list(STORMS).index(storm), len(STORMS)):
        with story(folders(), case.flavour, second=case.second) as told:
            check(told, case, STORMS[storm])


def test_each_call_meets_a_fault_and_each_fault_a_call() -> None:
    met = [
        (case.second, case.index) for n, storm in enumerate(STORMS) for case in cases(storm, n, len(STORMS))
    ]
    assert set(met) == set(calls_of_both())


# -- what others do meanwhile ---------------------------------------------------------------------------


def some(second: bool, number: int) -> list[int]:
    """Calls of a run; a few of them by default."""
    found = range(len(clean(second).calls))
    return list(found) if SLOW else list(found[number::4])


@pytest.mark.parametrize("second", [False, True], ids=["first", "second"])
def test_a_push_meanwhile_leaves_the_review_to_the_next_run(
    folders: Callable[[], Path], second: bool
) -> None:
    for index in some(second, 1):
        with story(folders(), FLAVOURS[index % 3], second=second) as told:
            effect = meanwhile(partial(told.job.remote.push, "feature", {"note.txt": "x\n"}))
            told.github.faults.add("*", "", effect, nth=index + 1)
            code, printed = told.run()
            assert code == 0, printed
            assert twice(told.github.journal.exchanges) == []
            told.run()
            assert told.seen() == clean(second).seen, f"{clean(second).calls[index]}\n{printed}"


@pytest.mark.parametrize("second", [False, True], ids=["first", "second"])
def test_two_runs_at_once_end_as_one(folders: Callable[[], Path], second: bool) -> None:
    """Between the last look and the write nothing can be done but to clean up in the next run."""
    wanted = clean(second)
    last_look = next(i for i, call in enumerate(wanted.calls) if is_moment(wanted, i))
    for index in some(second, 2):
        with story(folders(), FLAVOURS[index % 3], second=second) as told:
            environment = told.job.environment()
            effect = meanwhile(partial(quiet, told, environment))
            told.github.faults.add("*", "", effect, nth=index + 1)
            told.run()
            if index <= last_look:
                assert told.seen() == wanted.seen, wanted.calls[index]
            told.run()
            assert shown(told.seen()) == shown(wanted.seen), wanted.calls[index]


def is_moment(wanted: Clean, index: int) -> bool:
    """The query right before the first write of comments."""
    return wanted.calls[index + 1].endswith("/reviews")


def quiet(told: Story, environment: dict[str, str]) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        assert run_action(environment, pause=0, retry=told.clock.retry()) == 0


def shown(seen: Seen) -> tuple[object, ...]:
    threads = seen["threads"]
    assert isinstance(threads, list)
    opened = [(path, line, text) for path, line, how, _, text in threads if how == "open"]
    return opened, seen["summary"], seen["pending"]


@pytest.mark.parametrize("second", [False, True], ids=["first", "second"])
def test_a_renamed_repository_is_followed(folders: Callable[[], Path], second: bool) -> None:
    with story(folders(), FLAVOURS[second], second=second) as told:
        environment = told.job.environment()
        told.job.remote.rename("renamed")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            code = run_action(environment, pause=0, retry=told.clock.retry())
        assert code == 0
        assert "The review begins anew: the repository is called octo-org/renamed now." in printed.getvalue()
        assert twice(told.github.journal.exchanges) == []
        assert told.seen() == clean(second).seen
        told.run()
        assert told.seen() == clean(second).seen


def test_a_repository_that_gets_another_name_meanwhile_loses_nothing(folders: Callable[[], Path]) -> None:
    for index in some(True, 3):
        with story(folders(), FLAVOURS[index % 3], second=True) as told:
            environment = told.job.environment()
            effect = meanwhile(partial(told.job.remote.rename, "renamed"))
            told.github.faults.add("*", "", effect, nth=index + 1)
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                code = run_action(environment, pause=0, retry=told.clock.retry())
            if told.seen() != clean(True).seen:
                assert code == 3, clean(True).calls[index]
                assert re.search(r"^::(error|warning)", printed.getvalue(), re.MULTILINE)
            assert twice(told.github.journal.exchanges) == []
            told.run()
            assert told.seen() == clean(True).seen, clean(True).calls[index]


# -- servers that can do less ---------------------------------------------------------------------------

MISSING = "Field '{}' doesn't exist on type '{}'"


@pytest.mark.parametrize("flavour", FLAVOURS[1:])
def test_without_threads_what_is_wrong_is_still_told_once(folders: Callable[[], Path], flavour: str) -> None:
    with story(folders(), flavour, second=True) as told:
        threads = len(told.job.pull.threads)
        unknown = graphql_errors(MISSING.format("reviewThreads", "PullRequest"), "undefinedField")
        told.github.faults.add("POST", "/graphql", unknown, times=FOR_GOOD)
        code, printed = told.run()
        assert code == 0
        assert "threads cannot be read, so none is resolved or opened again" in printed
        assert len(told.job.pull.threads) == threads + 1
        assert "nothing-new" in told.run()[1]


def test_what_a_server_cannot_hide_is_left_and_told(folders: Callable[[], Path]) -> None:
    with story(folders(), FLAVOURS[1], second=True) as told:
        told.job.permissions = {**RIGHTS, "contents": "read"}
        unknown = graphql_errors(MISSING.format("minimizeComment", "Mutation"), "undefinedField")
        told.github.faults.add("POST", "/graphql", unknown, times=FOR_GOOD, body=b"minimizeComment")
        code, printed = told.run()
        assert code == 0
        assert "this server cannot do that (Field 'minimizeComment'" in printed
