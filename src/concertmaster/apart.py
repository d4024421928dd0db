"""A process that does single things for this one which touch what strangers wrote: settings, manifests, small texts.

It is made when it is first needed, under the limits of every worker, and does one thing after the other.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import pickle
import select
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

from msgspec import Struct

from concertmaster.forgetting import has_secrets
from concertmaster.receiving import OWN, UnmeantAnswerError, received
from concertmaster.sealing import hide_memory
from concertmaster.worker import HEAD, Desk, Limits, is_worker, serve, write
from concertmaster.workers import UNMEANT, Lost, can_fork, in_workers, reason_of

LIMITS = Limits(cpu=20, wall=120.0, memory=512 << 20)
MOST_MADE = 5_000
Item = TypeVar("Item")
Result = TypeVar("Result")


class LostError(Exception):
    """What could not be done, and why."""


def each_apart(
    work: Callable[[Item], Result], items: Iterable[Item], limits: Limits = LIMITS
) -> Iterator[Result | LostError]:
    """The result of a function of a module for each item, in order; what cannot be done costs its item alone."""
    if is_worker() or not can_fork():
        yield from (_attempt(work, item) for item in items)
        return
    for item in items:
        yield _helper(limits).ask(work, item)


def apart(work: Callable[[Item], Result], item: Item, limits: Limits = LIMITS) -> Result:
    """The result of a function of a module for one item.

    Raises:
        LostError: it cannot be had.
    """
    (result,) = each_apart(work, [item], limits)
    if isinstance(result, LostError):
        raise result
    return result


def files_apart(
    work: Callable[[tuple[str, bytes]], Result], files: Iterable[tuple[str, bytes]]
) -> Iterator[tuple[str, Result | LostError]]:
    """What a function of a module makes of each file, by its path; of the same bytes nothing is made twice."""
    told = list(files)
    keys = [(work, path, hashlib.sha256(source).digest()) for path, source in told]
    news = {key: file for key, file in zip(keys, told, strict=True) if key not in _made}
    if len(_made) > MOST_MADE:
        _made.clear()
    _made.update(zip(news, each_apart(work, news.values()), strict=True))
    yield from ((path, _made[key]) for key, (path, _) in zip(keys, told, strict=True))


def once_apart(work: Callable[[], Result], limits: Limits = LIMITS) -> Result:
    """The result of a function that needs what is there already, from a process for it alone.

    Raises:
        LostError: it cannot be had.
    """
    if is_worker() or not can_fork():
        return work()
    (outcome,) = in_workers(lambda _: _do((lambda _: work(), None)), [[0]], jobs=1, limits=limits)
    if isinstance(outcome, Lost):
        raise LostError(outcome.reason)
    ((result, why),) = outcome
    if why:
        raise LostError(why)
    return result  # type: ignore[no-any-return]


def _attempt(work: Callable[[Item], Result], item: Item) -> Result | LostError:
    try:
        return work(item)
    except MemoryError:
        return LostError("needs more memory than one file may")
    except Exception as error:  # a fault of ours must not cost the rest, nor pass as a result
        return LostError(f"internal error, please report it: {type(error).__name__}: {error}")


def _do(order: Any) -> tuple[Any, str]:
    """A result, or why there is none."""
    result = _attempt(*order)
    return (None, str(result)) if isinstance(result, LostError) else (result, "")


class _Desk(Struct, frozen=True):
    pid: int
    orders: int
    answers: int


class _Helper:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._marks = mmap.mmap(-1, mmap.PAGESIZE)
        self._desk: _Desk | None = None
        self._lock = threading.Lock()

    def ask(self, work: Callable[[Item], Result], item: Item) -> Result | LostError:
        """Have it done; one that dies of it or hangs is followed by another. Threads wait for each other."""
        with self._lock:
            return self._ask(work, item)

    def _ask(self, work: Callable[[Item], Result], item: Item) -> Result | LostError:
        desk = self._desk = self._desk or self._start()
        body = pickle.dumps([(work, item)])
        with suppress(BrokenPipeError):  # it has died in between; its end of the answers says so
            write(desk.orders, HEAD.pack(len(body)) + body)
        try:
            answer = self._answer(desk)
            if answer is not None:
                ((result, why),) = received(answer, (OWN, work.__module__.partition(".")[0]))
                return LostError(why) if why else result
            return LostError(self._bury(desk))
        except BaseException as error:  # stopped in the middle of an answer, it is of no use any more
            os.kill(desk.pid, signal.SIGKILL)
            self._bury(desk)
            if isinstance(error, UnmeantAnswerError):
                return LostError(UNMEANT)
            raise

    def _start(self) -> _Desk:
        if has_secrets():
            hide_memory()
        orders, give = os.pipe()
        answers, answer = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # about threads, which the child does not use
            pid = os.fork()
        if pid == 0:
            serve(_do, Desk(orders, answer, self._marks, 0, self._limits))
        os.close(orders)
        os.close(answer)
        return _Desk(pid, give, answers)

    def _answer(self, desk: _Desk) -> bytes | None:
        """What it answers; None where it ends, or is ended for taking too long."""
        until = time.monotonic() + self._limits.wall
        received = bytearray()
        while len(received) < HEAD.size or len(received) < HEAD.size + HEAD.unpack_from(received)[0]:
            ready, _, _ = select.select([desk.answers], [], [], max(0.0, until - time.monotonic()))
            part = os.read(desk.answers, 1 << 20) if ready else b""
            if not part:
                os.kill(desk.pid, signal.SIGKILL)
                return None
            received += part
        return bytes(received[HEAD.size :])

    def _bury(self, desk: _Desk) -> str:
        """Why it ended; nothing of it is left."""
        self._desk = None
        os.close(desk.orders)
        os.close(desk.answers)
        return reason_of(os.waitpid(desk.pid, 0)[1], self._limits)


#: What was made of files, by the function and the bytes.
_made: dict[tuple[Callable[..., Any], str, bytes], Any] = {}
#: By the process that they belong to: one that was made from it by fork has its own.
_helpers: dict[tuple[int, Limits], _Helper] = {}


def _helper(limits: Limits) -> _Helper:
    key = (os.getpid(), limits)
    if key not in _helpers:
        _helpers[key] = _Helper(limits)
    return _helpers[key]
