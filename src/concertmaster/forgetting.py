"""Secrets that a process has, and what one that was made from it forgets of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

#: What is shorter is no secret.
SHORTEST = 16
_has_secrets = False


def keep_secret(text: str) -> None:
    """Know that this process has a secret from now on, so that others are not to look into its memory."""
    global _has_secrets
    _has_secrets = _has_secrets or len(text) >= SHORTEST


def drop_secrets() -> None:
    """Know of no secret any more."""
    global _has_secrets
    _has_secrets = False


def has_secrets() -> bool:
    return _has_secrets


def take_secret(name: str) -> None:
    """Take a variable out of the environment of this process, and out of what others are shown of it."""
    value = os.environ.pop(name, "")
    if value.strip():
        keep_secret(value.strip())
        _overwrite_block([value.encode(errors="surrogateescape")])


def forget() -> None:
    """Leave nothing in this process of the environment.

    What was copied elsewhere and freed may still be in its memory. To look for it there is not safe, since a place may
    be used anew meanwhile; a worker has nobody to tell it to.
    """
    os.environ.clear()
    _overwrite_block()
    drop_secrets()


def _overwrite_block(values: Iterable[bytes] = ()) -> None:
    """Overwrite the block that `/proc/PID/environ` shows, or only these values in it."""
    try:
        fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
        start, end = int(fields[47]), int(fields[48])
        with Path("/proc/self/mem").open("r+b", buffering=0) as memory:
            memory.seek(start)
            block = memory.read(end - start)
            cleared = b"\0" * len(block) if not values else block
            for value in values:
                cleared = cleared.replace(value, b"\0" * len(value))
            memory.seek(start)
            memory.write(cleared)
    except (OSError, ValueError, IndexError):
        pass  # a system without these files does not show the environment by them either
