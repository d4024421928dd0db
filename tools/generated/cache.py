"""A folder for what is costly to make: made once, kept, and safe to ask for from several processes."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).resolve().parents[2]


def folder() -> Path:
    return Path(os.environ.get("CONCERTMASTER_CACHE", REPOSITORY / ".cache")).resolve()


def once(path: Path, make: Callable[[Path], None]) -> Path:
    """Give `path`, calling `make` first unless a finished one is there.

    A folder counts as finished by a file beside it, so an interrupted run is begun again
    and the folder itself holds nothing foreign.
    """
    ready = path.with_name(f".{path.name}.ready")
    if not ready.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_name(f".{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not ready.exists():
                shutil.rmtree(path, ignore_errors=True)
                make(path)
                ready.touch()
    return path
