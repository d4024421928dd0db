"""Secrets that a process has, and what one that was made from it forgets of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

#: What is shorter is no secret.
SHORTEST = 16
_kept: set[bytes] = set()


def keep_secret(text: str) -> None:
    """Have a text known as a secret, of which workers are not told, and the memory with it hidden from others."""
    if len(text) >= SHORTEST:
        _kept.add(text.encode(errors="surrogateescape"))


def drop_secrets() -> None:
    """Know of no secret any more."""
    _kept.clear()


def has_secrets() -> bool:
    return bool(_kept)


def take_secret(name: str) -> None:
    """Take a variable out of the environment of this process, and out of what others are shown of it."""
    value = os.environ.pop(name, "")
    if value.strip():
        keep_secret(value.strip())
        _overwrite_block([value.encode(errors="surrogateescape")])


def forget() -> None:
    """Leave nothing in this process of the environment, or of the list of secrets.

    What was copied elsewhere and freed may still be in its memory. To look for it there is not safe, since a place may
    be used anew meanwhile; a worker has nobody to tell it to.
    """
    os.environ.clear()
    _overwrite_block()
    _kept.clear()


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
