"""A worker that dies, hangs or eats memory costs what it was at, and sees nothing of the environment."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from concertmaster.worker import Limits, Work
from concertmaster.workers import Lost, can_fork, in_workers

pytestmark = pytest.mark.skipif(not can_fork(), reason="no fork on this system")
QUICK = Limits(cpu=1, wall=20.0, memory=256 << 20)


def outcome(
    work: Work, *batches: list[int], jobs: int = 2, limits: Limits = QUICK
) -> tuple[list[object], list[Lost]]:
    done: list[object] = []
    lost: list[Lost] = []
    for answer in in_workers(work, batches, jobs=jobs, limits=limits):
        if isinstance(answer, Lost):
            lost.append(answer)
        else:
            done += answer
    return sorted(done, key=repr), lost


def test_without_items_no_process_is_made() -> None:
    assert outcome(lambda item: item) == ([], [])


def test_every_item_is_done_once_and_none_is_left_out() -> None:
    done, lost = outcome(lambda item: item, [0, 1, 2], [3], [4, 5], [6], jobs=3)
    assert done == list(range(7))
    assert lost == []


def test_an_item_without_a_result_takes_no_room() -> None:
    assert outcome(lambda item: item if item % 2 else None, [0, 1, 2, 3]) == ([1, 3], [])


def test_large_results_come_whole() -> None:
    done, _ = outcome(lambda item: str(item) * 3_000_000, [1, 2], [3])
    assert [len(str(each)) for each in done] == [3_000_000] * 3


def crash(item: int) -> int:
    if item == 2:
        os.kill(os.getpid(), signal.SIGSEGV)
    return item


def test_a_crash_costs_one_item() -> None:
    done, lost = outcome(crash, [0, 1, 2, 3], [4])
    assert done == [0, 1, 3, 4]
    assert [item.item for item in lost] == [2]
    assert "SIGSEGV" in lost[0].reason


def test_an_endless_loop_costs_one_item() -> None:
    def spin(item: int) -> int:
        while item == 1:
            pass
        return item

    done, lost = outcome(spin, [0, 1, 2])
    assert done == [0, 2]
    assert [(item.item, "more than 1 s" in item.reason) for item in lost] == [(1, True)]


def test_waiting_for_ever_costs_one_item() -> None:
    def sleep(item: int) -> int:
        if item == 1:
            time.sleep(600)
        return item

    done, lost = outcome(sleep, [0, 1, 2], limits=Limits(wall=0.5))
    assert done == [0, 2]
    assert [item.item for item in lost] == [1]


def test_memory_is_limited() -> None:
    def eat(item: int) -> object:
        try:
            return len(bytearray(1 << 30)) if item == 1 else item
        except MemoryError:
            return "refused"

    assert outcome(eat, [0, 1, 2])[0] == ["refused", 0, 2]


def test_the_limit_of_time_is_for_each_item_not_for_all() -> None:
    def work(item: int) -> int:
        until = time.process_time() + 0.4
        while time.process_time() < until:
            pass
        return item

    assert outcome(work, [0, 1, 2, 3, 4], jobs=1) == ([0, 1, 2, 3, 4], [])


def test_after_many_deaths_the_rest_is_given_up_and_told() -> None:
    def die(item: int) -> int:
        os._exit(3)

    done, lost = outcome(die, [0, 1, 2], [3, 4, 5], limits=Limits(deaths=2))
    assert done == []
    assert sorted(item.item for item in lost) == [0, 1, 2, 3, 4, 5]


def test_nothing_of_the_environment_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_TOKEN", "canary-in-the-environment")
    assert os.environ

    def look(item: int) -> object:
        seen = Path("/proc/self/environ").read_bytes() if Path("/proc/self/environ").exists() else b""
        return dict(os.environ), seen.strip(b"\0")

    assert outcome(look, [0])[0] == [({}, b"")]
    assert os.environ["CANARY_TOKEN"] == "canary-in-the-environment"


def test_a_worker_says_nothing_and_holds_no_open_files(capfd: pytest.CaptureFixture[str]) -> None:
    def shout(item: int) -> object:
        print("::error::from a worker", flush=True)
        os.write(2, b"::error::from a worker")
        return len([*Path("/proc/self/fd").iterdir()]) if Path("/proc/self/fd").exists() else 0

    with Path(__file__).open("rb"):
        done, _ = outcome(shout, [0])
    assert capfd.readouterr() == ("", "")
    assert done[0] in (0, 7)  # three streams, what print writes to, two pipes, and the look itself


def children() -> set[str]:
    """The processes that this one has started, ended ones that nobody has waited for among them."""
    mine = f"PPid:\t{os.getpid()}\n"
    return {path.parent.name for path in Path("/proc").glob("[0-9]*/status") if mine in _read(path)}


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it ended meanwhile
        return ""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc, which lists processes, here")
def test_who_stops_listening_leaves_no_process_behind() -> None:
    before = children()
    found: Iterator[object] = in_workers(lambda item: item, [[0], [1], [2], [3]], jobs=2)
    next(found)
    assert children() - before
    found.close()  # type: ignore[attr-defined]
    assert children() <= before


def test_who_did_an_item_alone_does_no_others() -> None:
    answers = in_workers(lambda item: (item, os.getpid()), [[0], [1], [2]], jobs=1, alone={0})
    pids = dict(each for answer in answers if not isinstance(answer, Lost) for each in answer)
    assert pids[0] != pids[1] == pids[2]
