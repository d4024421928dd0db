"""What a process gives up before it looks at files that anybody may have written."""

from __future__ import annotations

import gc
import math
import mmap
import os
import resource
import sys
import time
from pathlib import Path

from concertmaster.forgetting import forget
from concertmaster.sealing import hide_memory, seal


def confine(*kept: int, memory: int, sealed: bool = True) -> None:
    """Silence, no open files but those that are kept, no secrets, bounds on what may be used and done."""
    gc.disable()  # what is made for a file makes no cycles worth looking for before a batch is done
    hide_memory(hidden=False)  # from itself, which overwrites what it was given
    forget()
    hide_memory()
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    after = 3
    for one in sorted((*kept, sys.stdout.fileno())):
        os.closerange(after, one)
        after = one + 1
    os.closerange(after, after + 4096)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(resource.RLIMIT_AS, _address_space() + memory)
    if sealed:
        _limit(resource.RLIMIT_FSIZE, 0)
        seal()


def _address_space() -> int:
    """What the process has already, or far more where that cannot be told."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[0]) * mmap.PAGESIZE
    except (OSError, ValueError, IndexError):
        return 1 << 40


def allow(seconds: int) -> None:
    """A processor's time is limited for the whole process, so it is given anew for each item."""
    _limit(resource.RLIMIT_CPU, math.ceil(time.process_time()) + seconds)


def allow_memory(more: int) -> None:
    """Let this process hold more on top of what it holds."""
    _limit(resource.RLIMIT_AS, _address_space() + more)


def _limit(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
