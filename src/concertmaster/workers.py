"""Processes for what must not take the run with it: limits on memory and time, nothing of the environment.

Everything that parses a repository's files runs in one. One that dies or hangs costs the item that it was at;
the others are done again by a new one.
"""

from __future__ import annotations

import mmap
import os
import pickle
import select
import signal
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct, field

from concertmaster.forgetting import has_secrets
from concertmaster.receiving import OWN, UnmeantAnswerError, received
from concertmaster.sealing import hide_memory
from concertmaster.worker import HEAD, MARK, Batch, Desk, Limits, Work, serve, write

UNMEANT = "the process that judged it was stopped: what it answered was no result"


class Lost(Struct, frozen=True):
    """An item that no worker could finish, by its number, and why."""

    item: int
    reason: str


def can_fork() -> bool:
    return hasattr(os, "fork") and sys.platform != "win32"


def in_workers(
    work: Work,
    batches: Sequence[Batch],
    *,
    jobs: int,
    limits: Limits | None = None,
    finished: Callable[[int], None] = lambda _: None,
    alone: Collection[int] = (),
) -> Iterator[list[Any] | Lost]:
    """Do all items, the results of each batch as one list in its order, as they come.

    `finished` is told of the number of items of each batch that is done; a worker that did an item of `alone`
    does no others, for what it holds by then. On a system that cannot fork they
    are done in this process, without any limit.
    """
    if not can_fork():
        for batch in batches:
            yield [result for result in map(work, batch) if result is not None]
        return
    pool = _Pool(work, deque(batches), limits or Limits(), finished, alone)
    try:
        yield from pool.results(min(jobs, len(batches)))
    finally:
        pool.end()


class _Worker(Struct):
    number: int
    pid: int
    orders: int
    answers: int
    batch: Batch = ()
    at: int = 0
    since: float = 0.0
    received: bytearray = field(default_factory=bytearray)


class _Pool:
    def __init__(
        self,
        work: Work,
        waiting: deque[Batch],
        limits: Limits,
        finished: Callable[[int], None],
        alone: Collection[int],
    ) -> None:
        self._finished, self._alone = finished, alone
        self._work, self._waiting, self._limits = work, waiting, limits
        self._packages = (OWN, work.__module__.partition(".")[0])
        self._marks = mmap.mmap(-1, mmap.PAGESIZE)
        self._workers: dict[int, _Worker] = {}
        self._deaths = 0

    def results(self, jobs: int) -> Iterator[list[Any] | Lost]:
        if has_secrets():
            hide_memory()
        for number in range(min(jobs, mmap.PAGESIZE // MARK.size)):
            self._start(number)
        while self._workers:
            ready, _, _ = select.select(list(self._workers), [], [], 1.0)
            for answers in ready:
                yield from self._receive(self._workers[answers])
            self._stop_hanging()

    def end(self) -> None:
        """Nothing is left behind, whatever made the caller stop."""
        for worker in list(self._workers.values()):
            os.kill(worker.pid, signal.SIGKILL)
            self._bury(worker)

    def _start(self, number: int) -> None:
        if not self._waiting:
            return
        orders, give = os.pipe()
        answers, answer = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # about threads, which the child does not use
            pid = os.fork()
        if pid == 0:
            serve(self._work, Desk(orders, answer, self._marks, number, self._limits))
        os.close(orders)
        os.close(answer)
        worker = _Worker(number, pid, give, answers)
        self._workers[answers] = worker
        self._order(worker)

    def _order(self, worker: _Worker) -> None:
        if not self._waiting:
            self._dismiss(worker)
            return
        worker.batch, worker.since, worker.at = self._waiting.popleft(), time.monotonic(), 0
        MARK.pack_into(self._marks, worker.number * MARK.size, 0)
        body = pickle.dumps(list(worker.batch))
        with suppress(BrokenPipeError):  # it has died in between; its end of the answers says so
            write(worker.orders, HEAD.pack(len(body)) + body)

    def _dismiss(self, worker: _Worker) -> None:
        """No more orders: it ends by itself."""
        os.close(worker.orders)
        worker.orders, worker.batch = -1, ()

    def _receive(self, worker: _Worker) -> Iterator[list[Any] | Lost]:
        part = os.read(worker.answers, 1 << 20)
        if not part:
            yield from self._died(worker)
            return
        worker.received += part
        if len(worker.received) < HEAD.size:
            return
        length = HEAD.unpack_from(worker.received)[0]
        if len(worker.received) >= HEAD.size + length:
            try:
                found = received(memoryview(worker.received)[HEAD.size :], self._packages)
            except UnmeantAnswerError:
                os.kill(worker.pid, signal.SIGKILL)
                yield from self._died(worker, UNMEANT)
                return
            worker.received = bytearray()
            self._finished(len(worker.batch))
            goes_on = not self._alone or set(self._alone).isdisjoint(worker.batch)
            worker.batch = ()
            if goes_on:
                self._order(worker)
            else:
                self._dismiss(worker)
                self._start(worker.number)
            yield found

    def _died(self, worker: _Worker, why: str = "") -> Iterator[Lost]:
        """Give up the item that it was at; the rest of its batch waits for another worker."""
        at, batch = self._mark(worker), worker.batch
        ended = self._bury(worker)
        if not batch:
            return
        self._deaths += 1
        yield Lost(batch[at], why or ended)
        rest = [*batch[:at], *batch[at + 1 :]]
        if self._deaths >= self._limits.deaths:
            given_up = "too many files before it took the process that judged them with them"
            yield from (Lost(item, given_up) for each in (rest, *self._waiting) for item in each)
            self._waiting.clear()
        elif rest:
            self._waiting.appendleft(rest)
        self._start(worker.number)

    def _bury(self, worker: _Worker) -> str:
        del self._workers[worker.answers]
        os.close(worker.answers)
        if worker.orders >= 0:
            os.close(worker.orders)
        _, status = os.waitpid(worker.pid, 0)
        return reason_of(status, self._limits)

    def _mark(self, worker: _Worker) -> int:
        (at,) = MARK.unpack_from(self._marks, worker.number * MARK.size)
        return min(int(at), max(0, len(worker.batch) - 1))

    def _stop_hanging(self) -> None:
        now = time.monotonic()
        for worker in self._workers.values():
            at = self._mark(worker)
            if at != worker.at:
                worker.at, worker.since = at, now
            elif worker.batch and now - worker.since > self._limits.wall:
                os.kill(worker.pid, signal.SIGKILL)


def reason_of(status: int, limits: Limits) -> str:
    """Why a process ended that should not have."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGXCPU:
            return f"took more than {limits.cpu} s to judge"
        if number == signal.SIGKILL:
            return "the process that judged it was stopped: it hung, or memory ran out"
        return f"the process that judged it crashed ({signal.Signals(number).name})"
    return "the process that judged it ended before it was done"
