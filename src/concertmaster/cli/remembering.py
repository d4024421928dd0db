"""What a check has said is kept, and said again as long as nothing that it depends on is other.

The key holds the bytes of every file of the project, of this program and of the index of names, the versions of
the libraries, and everything that was asked for. Kept answers are text, never run, and lie with the user's own
files: a folder inside of what is judged is not believed, since anybody may have filled it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from concertmaster.project.files import WorkingTree

FORMAT = b"concertmaster answer 1\n"
PACKAGE = Path(__file__).parent.parent
LIBRARIES = tuple(
    "ahocorasick-rs libcst markdown-it-py packaging pydantic rich ruamel-yaml sqlglot tomlkit typer".split()
)
#: What the looks of a terminal depend on, besides its size.
LOOKS = tuple(
    "NO_COLOR TERM COLORTERM FORCE_COLOR LANG LC_ALL COLUMNS FORCE_HYPERLINK TERM_PROGRAM VTE_VERSION "
    "WT_SESSION KONSOLE_VERSION TTY_COMPATIBLE".split()
)
MOST_BYTES, MOST_ANSWERS = 32 * 1024 * 1024, 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command wrote, and how it ended; one that is not `lasting` may be another one next time."""

    code: int
    lasting: bool = True


class Memory:
    """Answers by their keys, one file each."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._folder, self._tell = folder, tell

    def recall(self, key: str) -> tuple[int, str] | None:
        """An answer that was kept, if it is whole and nobody else could have written it."""
        path = self._folder / key
        try:
            content = _read(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self._tell(f"The answer kept in {path} was not used: {error}. Delete the file to be rid of this.")
            return None
        found = _decoded(content)
        if found is None:
            self._tell(f"The answer kept in {path} was not used: it is damaged. It is made anew.")
        return found

    def keep(self, key: str, code: int, text: str) -> None:
        """Write an answer so that it is there whole or not at all; a folder that cannot be written to costs nothing."""
        body = json.dumps({"code": code, "text": text}).encode()
        content = FORMAT + hashlib.blake2b(body).hexdigest().encode() + b"\n" + body
        if len(content) > MOST_BYTES:
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._forget()
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
                file.write(content)
            Path(file.name).replace(self._folder / key)

    def _forget(self) -> None:
        """Make room: the answers that were kept first go first."""
        found = sorted(self._folder.iterdir(), key=lambda path: path.lstat().st_mtime_ns)
        for path in found[: max(0, len(found) - MOST_ANSWERS + 1)]:
            path.unlink()


def _read(path: Path) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
            raise ValueError("others than its owner may write it")
        if status.st_size > MOST_BYTES:
            raise ValueError("it is too large")
        return file.read(MOST_BYTES + 1)


def _decoded(content: bytes) -> tuple[int, str] | None:
    head, _, rest = content.partition(b"\n")
    digest, _, body = rest.partition(b"\n")
    if head + b"\n" != FORMAT or hashlib.blake2b(body).hexdigest().encode() != digest:
        return None
    try:
        found = json.loads(body)
        code, text = found["code"], found["text"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return (code, text) if isinstance(code, int) and isinstance(text, str) and code in (0, 1) else None


def trusted_folder(folder: Path, roots: Iterable[Path]) -> bool:
    """Whether answers may be kept in a folder: not inside of what is judged, links followed."""
    real = folder.resolve()
    return not any(real.is_relative_to(root.resolve()) for root in roots)


def key_of(tree: WorkingTree, question: Iterable[object], indexes: Iterable[Path]) -> str:
    """One name for everything that an answer depends on."""
    digest = hashlib.blake2b(digest_size=24)
    for part in _parts(tree, question, indexes):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _parts(tree: WorkingTree, question: Iterable[object], indexes: Iterable[Path]) -> Iterator[bytes]:
    from concertmaster.project.files import UnreadableFileError, points_inside

    yield FORMAT
    yield repr((sys.implementation.cache_tag, platform.python_version(), str(tree.root), *question)).encode()
    yield repr([(name, _version(name)) for name in LIBRARIES]).encode()
    yield own_code(PACKAGE)
    for path in indexes:
        yield _content(path)
    for name in tree.paths:
        yield os.fsencode(name)
        try:
            yield hashlib.blake2b(tree.read(name)).digest()
        except UnreadableFileError as error:
            yield f"{error} {points_inside(tree.root, name)}".encode()


def own_code(package: Path) -> bytes:
    """A digest of this program: its rules and everything that runs them."""
    digest = hashlib.blake2b()
    for path in sorted(package.rglob("*.py")):
        digest.update(
            path.relative_to(package).as_posix().encode()
            + b"\0"
            + hashlib.blake2b(path.read_bytes()).digest()
        )
    return digest.digest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"


def _content(path: Path) -> bytes:
    try:
        return hashlib.blake2b(path.read_bytes()).digest()
    except OSError:
        return b"-"


def look(environment: Mapping[str, str], out: TextIO) -> tuple[object, ...]:
    """What the looks of a report depend on."""
    if not out.isatty():
        return (False,)
    return (True, shutil.get_terminal_size(), *(environment.get(name) for name in LOOKS))


class _Both(io.TextIOBase):
    """Writes through, and keeps what was written."""

    def __init__(self, out: TextIO) -> None:
        self._out, self.kept = out, io.StringIO()

    def write(self, text: str) -> int:
        self.kept.write(text)
        return self._out.write(text)

    def flush(self) -> None:
        self._out.flush()

    def isatty(self) -> bool:
        return self._out.isatty()

    def fileno(self) -> int:
        return self._out.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._out.encoding


def answered(memory: Memory | None, key: Callable[[], str], run: Callable[[], Answer]) -> int:
    """The exit code of a command that is run, or that has nothing new to say."""
    if memory is None:
        return run().code
    name = key()
    known = memory.recall(name)
    if known is not None:
        sys.stdout.write(known[1])
        return known[0]
    both = _Both(sys.stdout)
    with redirect_stdout(both):
        answer = run()
    if answer.lasting and answer.code in (0, 1):
        memory.keep(name, answer.code, both.kept.getvalue())
    return answer.code
