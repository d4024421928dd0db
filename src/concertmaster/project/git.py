"""Reads a git repository without trusting it: no hooks, filters, external diffs or settings of its own take effect."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from concertmaster.messages import UserError, git_failed, not_a_repository, unknown_revision
from concertmaster.project.git_command import ENVIRONMENT, FILES, GIT, ROOT

REGULAR = (b"100644", b"100755")


class Change(Struct, frozen=True):
    """A file that differs between two commits: status A, M, D or R, and its path before a rename."""

    status: str
    path: str
    previous: str | None = None


class Repository:
    """A git repository, read by plumbing commands only."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def around(cls, path: Path) -> Repository:
        """The repository that holds a folder.

        Raises:
            UserError: there is none, or git is not installed.
        """
        top = _git(path, *ROOT, missing=not_a_repository(str(path)))
        return cls(Path(os.fsdecode(top.rstrip(b"\n"))))

    def run(self, *arguments: str, data: bytes | None = None) -> bytes:
        return _git(self.root, *arguments, data=data)

    def commit(self, revision: str) -> str:
        """The object id of a commit.

        Raises:
            UserError: the revision is unknown, or looks like an option.
        """
        if revision.startswith("-") or not revision.strip():
            raise unknown_revision(revision)
        name = f"{revision}^{{commit}}"
        found = _git(
            self.root,
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            name,
            missing=unknown_revision(revision),
        )
        return found.decode().strip()

    def merge_base(self, one: str, other: str) -> str:
        """The commit from which two have parted; the first of them where they have nothing in common."""
        try:
            return self.run("merge-base", one, other).decode().strip()
        except UserError:
            return one

    def worktree_paths(self) -> list[str]:
        """Tracked files and new ones that are not ignored."""
        listed = self.run(*FILES)
        return sorted(os.fsdecode(name) for name in listed.split(b"\0") if name)

    def tree(self, commit: str) -> dict[str, str]:
        """Regular files of a commit: path to object id."""
        entries = self.run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")
        return {os.fsdecode(path): oid for mode, oid, path in map(_tree_entry, entries) if mode in REGULAR}

    def sizes(self, oids: Sequence[str]) -> dict[str, int]:
        """How many bytes objects have."""
        data = "\n".join(oids).encode() + b"\n"
        lines = self.run("cat-file", "--batch-check", data=data).splitlines() if oids else []
        return {oid: int(line.split()[-1]) for oid, line in zip(oids, lines, strict=True)}

    def blobs(self, oids: Sequence[str]) -> Iterator[bytes]:
        """The contents of objects, in the order asked for."""
        output = self.run("cat-file", "--batch", data="\n".join(oids).encode() + b"\n") if oids else b""
        position = 0
        for _ in oids:
            end = output.index(b"\n", position)
            size = int(output[position:end].split()[-1])
            yield output[end + 1 : end + 1 + size]
            position = end + size + 2

    def changes(self, old: str, new: str) -> list[Change]:
        """Files that differ between two commits, renames found."""
        raw = self.run("diff-tree", "-r", "-z", "--raw", "-M", "--no-ext-diff", "--no-textconv", old, new)
        return list(_parse_raw(raw.split(b"\0")))


def _tree_entry(entry: bytes) -> tuple[bytes, str, bytes]:
    if not entry:
        return b"", "", b""
    head, path = entry.split(b"\t", 1)
    mode, _, oid = head.split(b" ")
    return mode, oid.decode(), path


def _parse_raw(fields: list[bytes]) -> Iterator[Change]:
    """`:mode mode sha sha status`, then one path, or two after a rename or copy."""
    rest = iter(field for field in fields if field)
    for head in rest:
        status = head.rsplit(b" ", 1)[-1].decode()[:1]
        first = os.fsdecode(next(rest))
        if status in "RC":
            yield Change("R" if status == "R" else "A", os.fsdecode(next(rest)), first)
        else:
            yield Change("M" if status == "T" else status, first)


def _git(where: Path, *arguments: str, data: bytes | None = None, missing: UserError | None = None) -> bytes:
    try:
        done = subprocess.run(
            [*GIT, *arguments],
            cwd=where,
            env=ENVIRONMENT,
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise git_failed(str(error)) from None
    if done.returncode:
        raise missing or git_failed(done.stderr.decode(errors="replace").strip())
    return done.stdout
