"""Secrets that a process has had, and how one that was made from it forgets them: in every page that it may write.

A fork inherits memory that nobody refers to any more: the environment, headers that were sent, what was freed.
"""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

#: Names of variables whose values nobody but their reader should see.
SECRET = re.compile(r"token|secret|passw|credential|(?:api|access|private|signing)_?key", re.IGNORECASE)
#: What is shorter, or made of fewer letters, is found in places that have nothing to do with it.
SHORTEST, LETTERS = 16, 4
#: A secret is looked for in pieces of this length, since memory that was used again may hold a part of one.
PIECE = SHORTEST
_CHUNK = 1 << 18
_kept: set[bytes] = set()


def keep_secret(text: str) -> None:
    """Have the processes that are made from now on forget a text."""
    if len(text) >= SHORTEST:
        _kept.add(text.encode(errors="surrogateescape"))


def drop_secrets() -> None:
    """Have processes that are made from now on forget no more than their environment."""
    _kept.clear()


def has_secrets() -> bool:
    return bool(_kept)


def take_secret(name: str) -> None:
    """Take a variable out of the environment of this process, and out of what others are shown of it."""
    value = os.environ.pop(name, "")
    if value.strip():
        keep_secret(value.strip())
        _overwrite_block([value.encode(errors="surrogateescape")])


def secrets_of(environment: Mapping[str, str]) -> set[bytes]:
    """The values of an environment that are secret by their names, or as passwords in addresses."""
    named = {value for name, value in environment.items() if SECRET.search(name)}
    named |= {
        found[1] for value in environment.values() for found in re.finditer("//[^/@]*:([^/@]+)@", value)
    }
    return {value.encode(errors="surrogateescape") for value in named if len(value) >= SHORTEST}


def forget() -> None:
    """Leave nothing in this process of the environment and of the secrets that are kept.

    For a process with a single thread: its memory must not change meanwhile. Where a system does not show a
    process its own memory there is nothing to be done.
    """
    secrets = _kept | secrets_of(os.environ)
    os.environ.clear()
    _overwrite_block()
    if secrets:
        _overwrite({piece for secret in secrets for piece in _pieces(secret)})
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


def _overwrite(pieces: Iterable[bytes]) -> None:
    """Overwrite these texts wherever they are, those by which they are looked for among them."""
    import ctypes  # which who only keeps a secret does not need

    buffer = bytearray(_CHUNK)
    begin = ctypes.addressof(ctypes.c_char.from_buffer(buffer))
    try:
        search = ctypes.CDLL(None).memmem
        search.restype = ctypes.c_void_p
        search.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t)
        places = [
            at + place - begin
            for at, size in _read_parts(memoryview(buffer))
            for piece in pieces
            for place in _found(search, begin, begin + size, piece)
        ]
    except (AttributeError, OSError):
        return
    for at in places:
        ctypes.memset(at, 0, PIECE)
    buffer[:] = bytes(len(buffer))


def _pieces(secret: bytes) -> Iterator[bytes]:
    starts = (*range(0, len(secret) - PIECE, PIECE), len(secret) - PIECE)
    yield from (piece for at in starts if len(set(piece := secret[at : at + PIECE])) >= LETTERS)


def _writable() -> Iterator[tuple[int, int]]:
    """The parts of this process's memory that it may write and shares with nobody."""
    for line in Path("/proc/self/maps").read_bytes().splitlines():
        place, mode = line.split()[:2]
        if mode.startswith(b"rw") and mode.endswith(b"p"):
            start, _, end = place.partition(b"-")
            yield int(start, 16), int(end, 16)


def _read_parts(buffer: memoryview) -> Iterator[tuple[int, int]]:
    """Read this memory part by part: where each stood, and how long it is. The next part comes over it.

    By way of a file, since a page may be there to fail: a look at it by itself would end the process.
    """
    with Path("/proc/self/mem").open("rb", buffering=0) as memory:
        for start, end in _writable():
            at = start
            while at < end:
                try:
                    size = os.preadv(memory.fileno(), [buffer[: end - at]], at)
                except OSError:
                    size = 0
                yield at, size
                at += _step(size, min(len(buffer), end - at), end - at)


def _step(size: int, wanted: int, left: int) -> int:
    """How far the next part lies: over a page that fails, or where this one ends, so that none is cut between two."""
    if size < wanted:
        return size + mmap.PAGESIZE
    return size if size == left else size - PIECE


def _found(search: Callable[..., int | None], start: int, end: int, piece: bytes) -> Iterator[int]:
    while (at := search(start, end - start, piece, len(piece))) is not None:
        yield at
        start = at + 1
