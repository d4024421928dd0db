"""The inside of a worker process: it does what is ordered, under limits, until there are no more orders."""

from __future__ import annotations

import gc
import mmap
import os
import pickle
import struct
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from concertmaster.confinement import allow, confine

HEAD = struct.Struct("!Q")
MARK = struct.Struct("!I")


class Limits(Struct, frozen=True):
    """What one item may use: seconds of a processor, seconds by the clock, and bytes on top of what there is."""

    cpu: int = 30
    wall: float = 900.0
    memory: int = 1 << 30
    deaths: int = 100  # after so many the rest is given up: somebody wants it so
    sealed: bool = True  # without network, programs, and changes of files


#: What is done with each item; the items of a batch are done by one worker, and told together.
Work = Callable[[int], Any]
Batch = Sequence[int]


class Desk(Struct, frozen=True):
    orders: int
    answers: int
    marks: mmap.mmap
    number: int
    limits: Limits


_within = False


def is_worker() -> bool:
    """Whether this process is one, so that it needs no other to look at files."""
    return _within


def serve(work: Work, desk: Desk) -> None:
    """Do what is ordered until there are no more orders; never returns."""
    ended = 1
    try:
        global _within
        _within = True
        gc.freeze()  # what was there before belongs to another process: not looked through, so not copied
        confine(desk.orders, desk.answers, memory=desk.limits.memory, sealed=desk.limits.sealed)
        is_first = True
        while (head := _read(desk.orders, HEAD.size)) is not None:
            if not is_first:
                gc.collect()
                gc.freeze()  # what a batch leaves are answers kept for the next ones: not looked through again
            is_first = False
            batch = pickle.loads(_read(desk.orders, HEAD.unpack(head)[0]) or b"")  # noqa: S301
            done = []
            for at, item in enumerate(batch):
                MARK.pack_into(desk.marks, desk.number * MARK.size, at)
                allow(desk.limits.cpu)
                result = work(item)
                if result is not None:
                    done.append(result)
            body = pickle.dumps(done, protocol=pickle.HIGHEST_PROTOCOL)
            write(desk.answers, HEAD.pack(len(body)) + body)
        ended = 0
    finally:
        os._exit(ended)


def _read(source: int, size: int) -> bytes | None:
    parts = []
    while size:
        part = os.read(source, size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def write(to: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(to, view) :]
