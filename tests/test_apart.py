"""What is done in a process of its own comes back, and what dies, hangs or lies there costs itself alone."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from concertmaster.apart import LostError, apart, each_apart
from concertmaster.worker import Limits
from concertmaster.workers import can_fork

pytestmark = pytest.mark.skipif(not can_fork(), reason="no fork on this system")
QUICK = Limits(cpu=1, wall=20.0, memory=128 << 20)


def double(item: int) -> int:
    return item * 2


def where(_: int) -> tuple[int, int]:
    return os.getpid(), os.getppid()


def misbehave(act: str) -> str:
    if act == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    while act == "hang":
        pass
    if act == "sleep":
        time.sleep(600)
    if act == "eat":
        bytearray(1 << 30)
    if act == "fail":
        raise LookupError("of ours")
    return act


def test_nothing_is_asked_for_nothing() -> None:
    assert [*each_apart(double, [])] == []


def test_results_come_in_order_from_one_other_process() -> None:
    assert [*each_apart(double, [3, 1, 2])] == [6, 2, 4]
    first, second = each_apart(where, [1, 2])
    assert first == second
    assert not isinstance(first, LostError)
    assert first[0] != os.getpid() == first[1]


def test_threads_wait_for_each_other() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(lambda item: apart(double, item), range(100))] == [item * 2 for item in range(100)]


def test_within_it_no_further_process_is_made() -> None:
    assert apart(nested, 1) == (True, 4)


def nested(item: int) -> tuple[bool, int]:
    return apart(where, item)[0] == os.getpid(), apart(double, 2)


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("crash", "SIGSEGV"),
        ("hang", "more than 1 s"),
        ("eat", "more memory than one file may"),
        ("fail", "LookupError: of ours"),
    ],
)
def test_a_fault_costs_its_item_alone(act: str, told: str) -> None:
    before, lost, after = each_apart(misbehave, ["a", act, "b"], QUICK)
    assert (before, after) == ("a", "b")
    assert isinstance(lost, LostError)
    assert told in str(lost)
    with pytest.raises(LostError, match=told):
        apart(misbehave, act, QUICK)


def test_waiting_for_ever_ends() -> None:
    lost, after = each_apart(misbehave, ["sleep", "b"], Limits(wall=5.0))
    assert isinstance(lost, LostError)
    assert after == "b"


class Caller:
    """Is taken for data by pickle, and calls a function where it arrives."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path(self.path),)


def lie(path: str) -> object:
    return Caller(path)


def test_an_answer_that_would_do_something_is_refused(tmp_path: Path) -> None:
    lost, after = each_apart(lie, [str(tmp_path / "sprung"), "x"])
    assert isinstance(lost, LostError)
    assert "no result" in str(lost)
    assert isinstance(after, LostError)
    assert not (tmp_path / "sprung").exists()
    assert apart(double, 2) == 4
