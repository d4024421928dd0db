"""The files of the project under review: listed once, read with limits, never followed out of the project."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from concertmaster.messages import UserError
from concertmaster.project.documents import is_document
from concertmaster.project.git import Repository
from concertmaster.project.listing import is_ours as is_ours
from concertmaster.project.listing import points_inside as points_inside
from concertmaster.project.listing import walk
from concertmaster.project.manifests.read import limit_of
from concertmaster.project.python import MAX_BYTES
from concertmaster.project.settings.read import SEARCHED, is_settings_file
from concertmaster.worker import is_worker

#: What is kept of a commit in memory.
MAX_HELD = 256 * 1024 * 1024
PYTHON = (".py", ".pyi")
#: What else a project as a whole is made of: where its migrations are, labels.
PROJECT = (".ini", ".json")


class UnreadableFileError(Exception):
    """A file that cannot be read safely; the text says why."""


class Project(Protocol):
    """What the engine needs of a project: paths relative to its root, `/` between folders, and their bytes."""

    @property
    def paths(self) -> tuple[str, ...]: ...

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            UnreadableFileError: it cannot be read, or not safely.
        """
        ...


@dataclass(frozen=True)
class WorkingTree:
    """Files on disk below a root."""

    root: Path
    paths: tuple[str, ...]
    _folders: dict[str, str | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, root: Path) -> WorkingTree:
        """The project that a folder holds: what git tracks or would, else every file below it."""
        root = root.resolve()
        return cls(root, tuple(sorted(path for path in _listed(root) if is_ours(path))))

    def below(self, wanted: Iterable[str]) -> WorkingTree:
        """The same project, limited to some files and folders."""
        prefixes = tuple(prefix.strip("/") for prefix in wanted)
        if not prefixes or "." in prefixes:
            return self
        kept = (
            p for p in self.paths if any(p == prefix or p.startswith(prefix + "/") for prefix in prefixes)
        )
        return WorkingTree(self.root, tuple(kept))

    def read(self, path: str) -> bytes:
        folder, _, name = path.rpartition("/")
        reason = self._folder_problem(folder)
        if reason:
            raise UnreadableFileError(reason)
        return _read_regular(f"{self.root}/{folder}/{name}" if folder else f"{self.root}/{name}")

    def _folder_problem(self, folder: str) -> str | None:
        """A folder that is reached through a symbolic link could lie anywhere."""
        if folder not in self._folders:
            real = os.path.realpath(f"{self.root}/{folder}")
            expected = os.path.normpath(f"{self.root}/{folder}")
            self._folders[folder] = None if real == expected else "reached through a symbolic link"
        return self._folders[folder]


@dataclass(frozen=True)
class CommitTree:
    """Files of one commit, read from the object database."""

    repository: Repository
    commit: str
    oids: dict[str, str]
    _beside: CommitTree | None = field(default=None, repr=False, compare=False)
    _known: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, repository: Repository, commit: str, *, beside: CommitTree | None = None) -> CommitTree:
        """Most files are the same in a commit `beside`: what that has read is not read again."""
        return cls(repository, commit, repository.tree(commit), beside)

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(path for path in self.oids if is_ours(path)))

    def read(self, path: str) -> bytes:
        if path not in self.oids:
            raise UnreadableFileError("not a regular file of this commit")
        if not self._known:
            self._known.update(self._contents())
        known = self._known.get(self.oids[path])
        if known is None and is_worker():  # which starts no program
            raise UnreadableFileError("larger than what is read of a commit")
        return next(self.repository.blobs([self.oids[path]])) if known is None else known

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        """What is likely to be read, asked for at once: a process for each file would cost more than to judge it."""
        wanted = {self.oids[path]: most_bytes(path) for path in self.paths if _is_kept(path)}
        there = {} if self._beside is None else self._beside._known
        same = {oid: there[oid] for oid, most in wanted.items() if oid in there and len(there[oid]) <= most}
        yield from same.items()
        sizes = self.repository.sizes([oid for oid in wanted if oid not in same])
        held, chosen = 0, []
        for oid, size in sorted(sizes.items(), key=lambda item: item[1]):
            held += size
            if size <= wanted[oid] and held <= MAX_HELD:
                chosen.append(oid)
        yield from zip(chosen, self.repository.blobs(chosen), strict=True)


class MemoryTree(Struct, frozen=True):
    """Files given as bytes, as a hosting service's API returns them."""

    files: dict[str, bytes]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(path for path in self.files if is_ours(path)))

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise UnreadableFileError("not a file of this commit")
        return self.files[path]


def is_python(path: str) -> bool:
    return path.endswith(PYTHON)


def may_be_read(path: str) -> bool:
    """Whether a run may want the bytes of a file."""
    return is_python(path) or bool(limit_of(path)) or is_settings_file(path) or is_document(path)


def _is_kept(path: str) -> bool:
    return may_be_read(path) or path.endswith(PROJECT)


def _listed(root: Path) -> Iterator[str]:
    """Paths below a folder, by git where the folder is in a repository."""
    try:
        repository = Repository.around(root)
        tracked = repository.worktree_paths()
    except UserError:
        yield from walk(root)
        return
    try:
        prefix = root.relative_to(repository.root.resolve()).as_posix()
    except ValueError:
        yield from walk(root)
        return
    for path in tracked:
        if prefix == ".":
            yield path
        elif path.startswith(prefix + "/"):
            yield path[len(prefix) + 1 :]


_REASONS = {
    errno.ELOOP: "a symbolic link; what it points to is looked at where it lies",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENOENT: "listed, but not there",
}


def _read_regular(path: str) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = _REASONS.get(getattr(error, "errno", 0) or 0, str(error))
        raise UnreadableFileError(reason) from None
    try:
        return _content(handle, path)
    finally:
        os.close(handle)


def _content(handle: int, path: str) -> bytes:
    """What an open file holds, if it is a regular one of no more bytes than are read."""
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFileError("not a regular file")
    if status.st_size > MAX_BYTES and status.st_size > (limit := most_bytes(path)):
        raise UnreadableFileError(f"larger than {limit // 1024} KiB")
    first = os.read(handle, status.st_size + 1)
    return first if len(first) == status.st_size else first + _rest(handle, most_bytes(path) - len(first))


def _rest(handle: int, most: int) -> bytes:
    """What is there beyond a first part, of a file that changes while it is read; one byte too many shows that."""
    parts = []
    while most >= 0 and (part := os.read(handle, most + 1)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def most_bytes(path: str) -> int:
    """The size, in bytes, up to which a file is read."""
    return max(MAX_BYTES, limit_of(path), SEARCHED if is_settings_file(path) or is_document(path) else 0)
