"""One digest for the bytes of many files, of which only those are read that may be other than they were.

As in git's own index a file counts as unchanged as long as nothing that the system tells of it is other: its kind,
place, size, and times. One that was changed so shortly before it was read that a second change could have left the
same times is read again the next time.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import time

from concertmaster.project.listing import points_inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from concertmaster.remembering.memory import Memory

_STATE = struct.Struct("<QQQqqq")
_LENGTH = struct.Struct("<Q")
UNKNOWN = bytes(_STATE.size)
_NO_MODE = bytes(8)  # begins what stands for the state of something that is no regular file
DIGEST = 24
#: Nanoseconds within which some file systems give two changes the same time.
COARSEST = 2_000_000_000
#: Larger files are known by their state alone.
LARGEST = 16 * 1024 * 1024
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Known:
    """What was found the last time: the names, and for each of them its state and the digest of its bytes."""

    def __init__(self, listed: bytes, names: bytes, states: bytes, digests: bytes, whole: bytes) -> None:
        self.listed, self.names, self.states, self.digests, self.whole = listed, names, states, digests, whole

    @classmethod
    def read(cls, body: bytes | None) -> Known:
        parts, at = [], 0
        while body and at < len(body):
            start = at + _LENGTH.size
            at = start + _LENGTH.unpack_from(body, at)[0]
            parts.append(body[start:at])
        return cls(*parts) if len(parts) == 5 else cls(b"", b"", b"", b"", b"")

    def written(self) -> bytes:
        parts = (self.listed, self.names, self.states, self.digests, self.whole)
        return b"".join(_LENGTH.pack(len(part)) + part for part in parts)

    def by_name(self) -> dict[bytes, tuple[bytes, bytes]]:
        """The state and the digest of each file."""
        names = self.names.split(b"\0") if self.names else []
        return {
            name: (
                self.states[at * _STATE.size : (at + 1) * _STATE.size],
                self.digests[at * DIGEST : (at + 1) * DIGEST],
            )
            for at, name in enumerate(names)
        }


def digest_of(root: str, listed: bytes, names: Sequence[bytes], memory: Memory) -> bytes:
    """The digest of all the files below a folder; `listed` tells one set of them from another."""
    key = _digest(b"files", os.fsencode(root)).hex()
    known = Known.read(memory.recall(key))
    folder, began = _Folder(root), time.time_ns()
    states = [folder.state(name) for name in names]
    joined = b"".join(states)
    if (known.listed, known.states) == (listed, joined):
        return known.whole
    before, digests = known.by_name(), []
    for at, (name, state) in enumerate(zip(names, states, strict=True)):
        old = before.get(name)
        if old is not None and old[0] == state:
            digests.append(old[1])
            continue
        states[at], digest = folder.read(name, state, began - COARSEST)
        digests.append(digest)
    whole = _digest(*(part for pair in zip(names, digests, strict=True) for part in pair))
    found = Known(listed, b"\0".join(names), b"".join(states), b"".join(digests), whole).written()
    if found != known.written():
        memory.keep(key, found)
    return whole


class _Folder:
    """Looks at files below a folder, none of which is reached through a link."""

    def __init__(self, root: str) -> None:
        self._root, self._prefix = root, os.fsencode(root).rstrip(b"/") + b"/"
        self._linked: dict[bytes, bool] = {b"": False}

    def state(self, name: bytes) -> bytes:
        """What tells whether a file is the one that it was; of what is no file, what it is."""
        try:
            status = os.lstat(self._prefix + name)
            if self._is_linked(name.rpartition(b"/")[0]):
                return _other(b"behind a link")
        except OSError as error:
            return _other(b"missing", str(error.errno).encode())
        return _state(status) if stat.S_ISREG(status.st_mode) else self._special(name, status)

    def _special(self, name: bytes, status: os.stat_result) -> bytes:
        inside = points_inside(self._root, os.fsdecode(name))
        return _other(b"special", str((stat.S_IFMT(status.st_mode), inside)).encode())

    def _is_linked(self, folder: bytes) -> bool:
        known = self._linked.get(folder)
        if known is None:
            status = os.lstat(self._prefix + folder)
            above = folder.rpartition(b"/")[0]
            known = self._linked[folder] = not stat.S_ISDIR(status.st_mode) or self._is_linked(above)
        return known

    def read(self, name: bytes, state: bytes, settled: int) -> tuple[bytes, bytes]:
        """The state of a file under which its digest may be believed, and that digest."""
        if state.startswith(_NO_MODE):
            return state, _digest(state)
        try:
            handle = os.open(self._prefix + name, _FLAGS)
        except OSError as error:
            return UNKNOWN, _digest(b"unreadable", str(error.errno).encode())
        with os.fdopen(handle, "rb", buffering=0) as file:
            status = os.fstat(handle)
            is_read = stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST
            digest = _digest(file.read() if is_read else _state(status))
        is_settled = _state(status) == state and max(status.st_mtime_ns, status.st_ctime_ns) < settled
        return state if is_settled else UNKNOWN, digest


def _state(status: os.stat_result) -> bytes:
    return _STATE.pack(
        status.st_mode,
        status.st_ino,
        status.st_dev,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def _other(*parts: bytes) -> bytes:
    return _NO_MODE + _digest(*parts).ljust(_STATE.size - len(_NO_MODE), b"\0")


def _digest(*parts: bytes) -> bytes:
    digest = hashlib.blake2b(digest_size=DIGEST)
    for part in parts:
        digest.update(_LENGTH.pack(len(part)) + part)
    return digest.digest()
