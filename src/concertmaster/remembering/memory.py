"""Things that are kept from run to run, in files that nobody else could have written."""

from __future__ import annotations

import hashlib
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

FORMAT = b"concertmaster answer 2\n"
MOST_BYTES, MOST_THINGS = 32 * 1024 * 1024, 64


def no_word(_: str) -> None:
    """For who tells nobody: what is wrong with a kept thing is told by the run that makes it anew."""


class Memory:
    """Things by their keys, one file each in a folder. `owner` is whom they belong to, if not to this process."""

    def __init__(
        self, folder: str, tell: Callable[[str], None] = no_word, *, owner: int | None = None
    ) -> None:
        self._folder, self._tell, self._owner = folder, tell, owner

    def recall(self, key: str) -> bytes | None:
        """What was kept, if it is whole and nobody else could have written it."""
        path = f"{self._folder}/{key}"
        try:
            content = _read(path, {os.getuid(), self._owner})
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self._tell(f"What is kept in {path} was not used: {error}. Delete the file to be rid of this.")
            return None
        found = _decoded(content)
        if found is None:
            self._tell(f"What is kept in {path} was not used: it is damaged. It is made anew.")
        return found

    def keep(self, key: str, body: bytes) -> None:
        """Write a file so that it is there whole or not at all; a folder that cannot be written to costs nothing."""
        if len(body) > MOST_BYTES - len(FORMAT) - 200:
            return
        from contextlib import suppress
        from pathlib import Path
        from tempfile import NamedTemporaryFile

        folder = Path(self._folder)
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._forget(path for path in folder.iterdir() if path.name != key)
            with NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
                file.write(FORMAT + _digest(body) + b"\n" + body)
            self._give(file.name, self._folder)
            Path(file.name).replace(folder / key)

    def _give(self, *paths: str) -> None:
        """To the owner, who may take and bring them from run to run."""
        if self._owner not in (None, os.getuid()):
            for path in paths:
                os.chown(path, self._owner, -1)

    def _forget(self, found: Iterable[os.PathLike[str]]) -> None:
        """Make room: what was kept first goes first."""
        paths = sorted(found, key=lambda path: os.lstat(path).st_mtime_ns)
        for path in paths[: max(0, len(paths) - MOST_THINGS + 1)]:
            os.unlink(path)


def _read(path: str, owners: Collection[int | None]) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb", buffering=0) as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_uid not in owners or status.st_mode & 0o022:
            raise ValueError("others than its owner may write it")
        if status.st_size > MOST_BYTES:
            raise ValueError("it is too large")
        return file.read(MOST_BYTES + 1)


def _decoded(content: bytes) -> bytes | None:
    start = len(FORMAT) + 129
    body = content[start:]
    return body if content[:start] == FORMAT + _digest(body) + b"\n" else None


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body).hexdigest().encode()
