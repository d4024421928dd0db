"""Runs a command again whenever a file of the project changes, for migrating by hand."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from concertmaster.cli.saying import note
from concertmaster.messages import UserError
from concertmaster.outcome import CLEAN

#: Seconds between two looks at the files.
PAUSE = 0.5
#: Empties a terminal.
CLEARED = "\x1b[2J\x1b[1;1H"
State = dict[str, tuple[int, int]]


def watched(paths: list[Path] | None, run: Callable[[], int]) -> int:
    """Run now and after each change, until the user stops it; that the last run ended in is the exit code."""
    from concertmaster.cli.opening import root_around

    root = root_around([path.absolute() for path in paths or [Path.cwd()]])
    code = CLEAN
    try:
        for changed in changes(root, time.sleep):
            if sys.stdout.isatty():
                sys.stdout.write(CLEARED)
            code = _guarded(run)
            told = f" ({changed} changed)" if changed else ""
            note(f"{time.strftime('%H:%M:%S')}{told}: waiting for changes, Ctrl-C ends it.")
    except KeyboardInterrupt:
        note("")
    return code


def changes(root: Path, pause: Callable[[float], None]) -> Iterator[str]:
    """Nothing for the first look, then what has changed each time that something has, and is quiet again."""
    before = _state(root)
    yield ""
    while True:
        pause(PAUSE)
        now = _state(root)
        if now == before:
            continue
        pause(PAUSE / 5)  # an editor or `git checkout` may still be writing
        now = _state(root)
        names = sorted(path for path in now.keys() | before.keys() if now.get(path) != before.get(path))
        before = now
        if names:
            yield names[0] if len(names) == 1 else f"{len(names)} files"


def _state(root: Path) -> State:
    from concertmaster.project.files import WorkingTree

    found: State = {}
    for path in WorkingTree.open(root).paths:
        try:
            status = os.lstat(root / path)
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found


def _guarded(run: Callable[[], int]) -> int:
    """A configuration that is being edited is wrong for a while; that does not end the watch."""
    try:
        return run()
    except UserError as error:
        note("\n".join(error.lines))
        return CLEAN
