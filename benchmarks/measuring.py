"""Runs commands in turn, so that what else a machine does falls on all of them, and tells time and memory."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.tools import Tool

#: As on anybody's machine: byte code is kept, and no option comes from outside.
_ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "NO_COLOR")
}


@dataclass
class Figures:
    """The runs of one command: seconds by the clock and of all processors, and bytes at their most."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.wall)

    def ratio(self, other: Figures) -> float:
        """The median of the ratios of runs that were neighbours."""
        return statistics.median(a / b for a, b in zip(self.wall, other.wall, strict=False))


def interleaved(tools: Sequence[Tool], folder: Path, rounds: int) -> dict[str, Figures]:
    """A, B, C, A, B, C, …; one more round at last looks at memory, and is not timed."""
    found = {tool.name: Figures() for tool in tools}
    for tool in tools:
        if rounds > 1 or tool.warm:
            _run(tool, folder)
    for _ in range(rounds):
        for tool in tools:
            wall, cpu = _run(tool, folder)
            found[tool.name].wall.append(wall)
            found[tool.name].cpu.append(cpu)
    for tool in tools:
        found[tool.name].memory = _memory(tool, folder)
    return found


def _run(tool: Tool, folder: Path) -> tuple[float, float]:
    with _place(tool, folder) as place:
        before, started = os.times(), time.perf_counter()
        done = _start(tool, place).wait()
        wall, after = time.perf_counter() - started, os.times()
    if done not in tool.codes:
        raise SystemExit(f"{tool.name} ended with {done} in {folder}")
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def _start(tool: Tool, place: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        tool.arguments(place),
        cwd=place,
        env={**_ENVIRONMENT, **tool.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class _place:  # noqa: N801
    """The corpus itself, or a copy of it that may be written; made and removed outside of what is timed."""

    def __init__(self, tool: Tool, folder: Path) -> None:
        self._copied, self._folder, self._copy = tool.writes, folder, ""

    def __enter__(self) -> Path:
        if not self._copied:
            return self._folder
        self._copy = tempfile.mkdtemp(prefix="benchmark-")
        subprocess.run(["cp", "-a", f"{self._folder}/.", self._copy], check=True)
        return Path(self._copy)

    def __exit__(self, *_: object) -> None:
        if self._copied:
            shutil.rmtree(self._copy)


def _memory(tool: Tool, folder: Path) -> int:
    """The most that all processes together held, shared pages counted once; 0 where a run is too short to see."""
    with _place(tool, folder) as place:
        process, most = _start(tool, place), 0
        ended = threading.Event()

        def wait() -> None:
            process.wait()
            ended.set()

        waiter = threading.Thread(target=wait)
        waiter.start()
        while not ended.wait(0.01):
            most = max(most, sum(_share(number) for number in _below(process.pid)))
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
