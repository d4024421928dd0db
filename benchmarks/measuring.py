"""Runs commands in turn, so that what else a machine does falls on all of them, and tells time and memory."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.tools import Tool

#: Outside of every repository, as a user's own cache: inside of one nothing that is kept is believed.
ANSWERS = Path(tempfile.gettempdir()) / f"concertmaster-benchmarks-{os.getuid()}"
#: As on anybody's machine: byte code is kept, and no option comes from outside.
_ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in ("PYTHONDONTWRITEBYTECODE", "NO_COLOR", "CONCERTMASTER_NO_CACHE")
} | {"CONCERTMASTER_CACHE": str(ANSWERS)}


@dataclass
class Figures:
    """The runs of one command: seconds by the clock and of all processors, bytes at their most, and a bad end."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: int = 0
    ended: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.wall)

    @property
    def processors(self) -> float:
        return max(0.0, statistics.median(self.cpu))

    def ratio(self, other: Figures) -> float:
        """The median of the ratios within each round that both have run in."""
        return statistics.median(a / b for a, b in zip(self.wall, other.wall, strict=False))


def cores() -> int:
    """The processors that may be used here, which can be fewer than there are."""
    return len(os.sched_getaffinity(0))


def interleaved(tools: Sequence[Tool], folder: Path, rounds: int) -> dict[str, Figures]:
    """A, B, C, A, B, C, …; a run before makes files and byte code warm, one after looks at memory.

    A slow tool runs in the first round alone, watched while it is timed: what that costs is nothing beside it.
    """
    found = {tool.name: Figures() for tool in tools}
    for tool in tools:
        if not tool.slow and (rounds > 1 or tool.warm):
            _run(tool, folder, Figures())
    for number in range(rounds):
        for tool in tools:
            if number == 0 or not tool.slow:
                _run(tool, folder, found[tool.name], watched=tool.slow)
    for tool in tools:
        if not tool.slow:
            found[tool.name].memory = _run(tool, folder, Figures(), watched=True)
    return found


def _run(tool: Tool, folder: Path, figures: Figures, *, watched: bool = False) -> int:
    """Add a run to the figures; the most memory of it where it is watched."""
    with _place(tool, folder) as place:
        before, started = os.times(), time.perf_counter()
        process = _start(tool, place)
        memory = peak(process) if watched else 0
        code = process.wait()
        figures.wall.append(time.perf_counter() - started)
        after = os.times()
    used = after.children_user + after.children_system
    figures.cpu.append(used - before.children_user - before.children_system)
    figures.memory = max(figures.memory, memory)
    if code not in tool.codes:
        if not tool.may_die or code >= 0:
            raise SystemExit(f"{tool.name} ended with {code} in {folder}")
        figures.ended = f"ended by {signal.Signals(-code).name}"
    return memory


def _start(tool: Tool, place: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        tool.arguments(place),
        cwd=place,
        env={**_ENVIRONMENT, **tool.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@contextmanager
def _place(tool: Tool, folder: Path) -> Iterator[Path]:
    """The corpus itself, or a copy of it that may be written; made and removed outside of what is timed."""
    if not tool.writes:
        yield folder
        return
    copy = tempfile.mkdtemp(prefix="benchmark-")
    try:
        subprocess.run(["cp", "-a", f"{folder}/.", copy], check=True)
        yield Path(copy)
    finally:
        shutil.rmtree(copy)


def peak(process: subprocess.Popen[bytes]) -> int:
    """The most that all processes together held until the end, shared pages counted once; 0 for a very short run."""
    most, ended = 0, threading.Event()

    def wait() -> None:
        process.wait()
        ended.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    while not ended.wait(0.01):
        most = max(most, sum(map(_share, _below(process.pid))))
    waiter.join()
    return most


def _below(root: int) -> Iterator[int]:
    yield root
    try:
        children = Path(f"/proc/{root}/task/{root}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _below(int(child))


def _share(number: int) -> int:
    try:
        lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
