"""A real bare git repository, read through one long-lived `git cat-file` and written through plumbing."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

GIT = ("git", "-c", "core.quotePath=false", "-c", "gc.auto=0", "-c", "core.attributesFile=/dev/null")
REGULAR, EXECUTABLE, SYMLINK, GITLINK, FOLDER = "100644", "100755", "120000", "160000", "040000"
SHA = re.compile(r"[0-9a-f]{40}")
Parsed = TypeVar("Parsed")
ABBREVIATED = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True, slots=True)
class Blob:
    """Content of a file that is more than its bytes: a mode goes with it."""

    data: bytes
    mode: str = REGULAR


@dataclass(frozen=True, slots=True)
class GitObject:
    sha: str
    type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a tree."""

    mode: str
    type: str
    sha: str
    size: int | None
    path: str


@dataclass(frozen=True, slots=True)
class Identity:
    name: str
    email: str
    date: datetime

    @property
    def stamp(self) -> str:
        return f"{self.name} <{self.email}> {int(self.date.timestamp())} +0000"


@dataclass(frozen=True, slots=True)
class Commit:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str
    committer: str
    message: str


class GitError(Exception):
    """git said no."""


@dataclass
class Git:
    """One bare repository."""

    path: Path
    _known: dict[tuple[str, ...], bytes] = field(default_factory=dict)
    _parsed: dict[tuple[str, ...], Any] = field(default_factory=dict)

    @classmethod
    def create(cls, path: Path, default_branch: str) -> Git:
        subprocess.run(
            [*GIT, "init", "-q", "--bare", "-b", default_branch, str(path)], check=True, env=_environment()
        )
        return cls(path)

    @classmethod
    def clone(cls, source: Path, path: Path) -> Git:
        command = [*GIT, "clone", "-q", "--bare", str(source), str(path)]
        subprocess.run(command, check=True, env=_environment(), capture_output=True)
        return cls(path)

    def run(self, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
        process = subprocess.run(
            [*GIT, f"--git-dir={self.path}", *arguments],
            input=stdin,
            capture_output=True,
            env=_environment() | dict(environment or {}),
        )
        if process.returncode:
            raise GitError(
                process.stderr.decode(errors="replace").strip() or process.stdout.decode(errors="replace")
            )
        return process.stdout

    def remembered(self, *arguments: str) -> bytes:
        """For questions about commits by SHA, whose answers never change."""
        if arguments not in self._known:
            self._known[arguments] = self.run(*arguments)
        return self._known[arguments]

    def parsed(self, arguments: tuple[str, ...], parse: Callable[[bytes], Parsed]) -> Parsed:
        """As `remembered`, for answers that take work to read."""
        if arguments not in self._parsed:
            self._parsed[arguments] = parse(self.run(*arguments))
        found: Parsed = self._parsed[arguments]
        return found

    def read(self, name: str) -> GitObject | None:
        """An object by anything that git can name: a SHA, `SHA:path`, `refs/heads/main^{tree}`."""
        if "\0" in name:
            return None
        pipe = self._reader
        assert pipe.stdin is not None
        assert pipe.stdout is not None
        pipe.stdin.write(name.encode(errors="surrogateescape") + b"\0")
        pipe.stdin.flush()
        header = pipe.stdout.readline().decode(errors="replace").split()
        if len(header) != 3 or not SHA.fullmatch(header[0]):
            return None
        data = pipe.stdout.read(int(header[2]))
        pipe.stdout.read(1)
        return GitObject(header[0], header[1], data)

    @cached_property
    def _reader(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*GIT, f"--git-dir={self.path}", "cat-file", "--batch", "-z"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )

    def close(self) -> None:
        if "_reader" in self.__dict__:
            self._reader.communicate()
            del self.__dict__["_reader"]

    def resolve(self, name: str) -> str | None:
        """The commit that a client means by a SHA, a branch, a tag or a full reference."""
        candidates = [f"refs/heads/{name}", f"refs/tags/{name}"]
        if name.startswith("refs/") or name == "HEAD" or ABBREVIATED.fullmatch(name):
            candidates.insert(0, name)
        if re.search(r"[\s~^:?*\[\\]|\.\.|@\{", name):
            return None
        for candidate in candidates:
            if found := self.read(candidate + "^{commit}"):
                return found.sha
        return None

    def commit(self, sha: str) -> Commit | None:
        found = self.read(sha + "^{commit}") if SHA.fullmatch(sha) else None
        if found is None:
            return None
        head, _, message = found.data.decode(errors="replace").partition("\n\n")
        fields = [line.partition(" ")[::2] for line in head.split("\n")]
        parents = tuple(value for key, value in fields if key == "parent")
        single = dict(reversed(fields))
        return Commit(
            found.sha, single["tree"], parents, single["author"], single["committer"], message.rstrip("\n")
        )

    def tree(self, name: str, *, recursive: bool = False) -> list[Entry]:
        options = ["-r", "-t"] if recursive else []
        listed = self.run("ls-tree", "-z", "-l", *options, name)
        return list(entries(listed))

    def references(self, prefix: str = "refs/") -> dict[str, str]:
        lines = self.run("for-each-ref", "--format=%(refname) %(objectname)", prefix).decode().split("\n")
        return dict(line.split(" ") for line in lines if line)

    def set_reference(self, name: str, sha: str) -> None:
        self.run("update-ref", name, sha)

    def delete_reference(self, name: str) -> None:
        self.run("update-ref", "-d", name)

    def merge_base(self, one: str, other: str) -> str | None:
        try:
            return self.remembered("merge-base", one, other).decode().strip()
        except GitError:
            return None

    def is_ancestor(self, one: str, other: str) -> bool:
        return one == other or self.merge_base(one, other) == one

    def commits(self, *revisions: str, limit: int | None = None) -> list[str]:
        """Newest first."""
        options = [f"--max-count={limit}"] if limit else []
        return self.remembered("rev-list", "--topo-order", *options, *revisions, "--").decode().split()

    def merged_tree(self, base: str, head: str) -> str | None:
        """The tree of a merge, or nothing when there are conflicts."""
        try:
            return self.remembered("merge-tree", "--write-tree", base, head).decode().split("\n")[0]
        except GitError:
            return None

    def fetch(self, source: Path, sha: str, reference: str) -> None:
        self.run(
            "-c", "uploadpack.allowAnySHA1InWant=true", "fetch", "-q", str(source), f"+{sha}:{reference}"
        )

    def scratch_index(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.path)) / "index"


def entries(listed: bytes) -> Iterator[Entry]:
    for line in listed.decode(errors="surrogateescape").split("\0")[:-1]:
        meta, path = line.split("\t", 1)
        mode, kind, sha, size = meta.split()
        yield Entry(mode, kind, sha, int(size) if size != "-" else None, path)


def _environment() -> dict[str, str]:
    """No configuration of the machine, nothing that asks."""
    return {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
    }
