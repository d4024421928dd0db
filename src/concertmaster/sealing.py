"""What the kernel refuses a process from now on, asked of it by way of the C library; Linux alone knows how.

Where a system lacks one of these bars the others stand: each takes something away, and none is needed to work.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterator

_SET_DUMPABLE, _SET_SECCOMP, _SET_NO_NEW_PRIVILEGES = 4, 22, 38
_FILTER = 2
#: The layout of capabilities, and those to read whatever the mode of a file: DAC_OVERRIDE, DAC_READ_SEARCH.
_CAPABILITIES, _READING = 0x2008_0522, 0b110
#: What a filter says: this call fails with EPERM, or goes on.
_REFUSE, _ALLOW = 0x0005_0001, 0x7FFF_0000
#: Instructions of the kernel's packet filter: load a word, look at bits, compare, end.
_LOAD, _AND, _EQUAL, _AT_LEAST, _END = 0x20, 0x54, 0x15, 0x35, 0x06
#: Where a call's number, its architecture, and its arguments stand, of which each has eight bytes.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
#: Flags that a file is opened with to be written, made, or cut.
_WRITING = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC


#: Machine: what it calls itself in a filter, its column below, where calls of another convention begin.
_MACHINES = {"x86_64": (0xC000_003E, 1, 0x4000_0000), "aarch64": (0xC000_00B7, 2, 0xFFFF_FFFF)}
#: To reach others, to start programs, to look into processes, to change files, to go round all that.
_REFUSED = """
    socket 41 198, connect 42 203, bind 49 200, execve 59 221, execveat 322 281, ptrace 101 117,
    process_vm_readv 310 270, process_vm_writev 311 271, pidfd_open 434 434, pidfd_getfd 438 438,
    creat 85 -, openat2 437 437, truncate 76 45, ftruncate 77 46, rename 82 -, renameat 264 38, renameat2 316 276,
    link 86 -, linkat 265 37, symlink 88 -, symlinkat 266 36, unlink 87 -, unlinkat 263 35, mkdir 83 -, mkdirat 258 34,
    rmdir 84 -, mknod 133 -, mknodat 259 33, chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452,
    chown 92 -, fchown 93 55, lchown 94 -, fchownat 260 54,
    io_uring_setup 425 425, bpf 321 280, userfaultfd 323 282, perf_event_open 298 241, add_key 248 217,
    request_key 249 218, keyctl 250 219, mount 165 40, unshare 272 97, setns 308 268
"""
#: Calls that open a file by its path, and which of their arguments holds the flags.
_OPENING = (("open 2 -", 1), ("openat 257 56", 2))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def hide_memory(*, hidden: bool = True) -> bool:
    """Keep other processes of this user from looking into this one, as they may by default."""
    return _control(_SET_DUMPABLE, int(not hidden))


def seal() -> bool:
    """Take away from this process, for good, what a parser has no need of: network, programs, changes of files."""
    _drop_capabilities()
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.platform != "linux" or sys.maxsize < 1 << 32:
        return False
    code = b"".join(struct.pack("=HBBI", *one) for one in _instructions(*machine))
    program = _Program(len(code) // 8, code)
    return _control(_SET_NO_NEW_PRIVILEGES, 1) and _control(_SET_SECCOMP, _FILTER, ctypes.addressof(program))


def _drop_capabilities() -> None:
    """Leave root nothing but to read where it may: with the others it could look into any process."""
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    header, held = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0), (ctypes.c_uint32 * 6)()
    if library.capget(header, held) == 0:
        held[:] = [held[0] & _READING, held[1] & _READING, 0, 0, 0, 0]
        library.capset(header, held)


def _control(option: int, *values: int) -> bool:
    if sys.platform != "linux":
        return False
    arguments = (*values, 0, 0, 0, 0)[:4]
    return bool(ctypes.CDLL(None).prctl(option, *map(ctypes.c_ulong, arguments)) == 0)


def _number(call: str, column: int) -> int | None:
    told = call.split()[column]
    return None if told == "-" else int(told)


def _instructions(architecture: int, column: int, others: int) -> Iterator[tuple[int, int, int, int]]:
    """The filter, each instruction with how many to skip where it holds, and where it does not."""
    yield _LOAD, 0, 0, _ARCHITECTURE
    yield _EQUAL, 1, 0, architecture
    yield _END, 0, 0, _REFUSE
    yield _LOAD, 0, 0, _NUMBER
    yield _AT_LEAST, 0, 1, others
    yield _END, 0, 0, _REFUSE
    for call in _REFUSED.split(","):
        if (number := _number(call, column)) is not None:
            yield _EQUAL, 0, 1, number
            yield _END, 0, 0, _REFUSE
    for call, argument in _OPENING:
        if (number := _number(call, column)) is not None:
            yield _EQUAL, 0, 5, number
            yield _LOAD, 0, 0, _ARGUMENTS + 8 * argument
            yield _AND, 0, 0, _WRITING
            yield _EQUAL, 1, 0, 0
            yield _END, 0, 0, _REFUSE
            yield _LOAD, 0, 0, _NUMBER
    yield _END, 0, 0, _ALLOW
