"""Writing into a bare repository: files straight to a commit, or blob, tree and commit one by one."""

from __future__ import annotations

import os
import shutil
import stat
from typing import TYPE_CHECKING

from tests.github_server.git import EXECUTABLE, FOLDER, GITLINK, REGULAR, SYMLINK, Blob, Git, Identity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Content = str | bytes | Blob
Changes = "Mapping[str, Content | None]"


def commit_files(
    git: Git,
    *,
    reference: str,
    parent: str | None,
    files: Mapping[str, Content | None],
    message: str,
    author: Identity,
    replace_all: bool = False,
) -> str:
    """Commit changes (None deletes) and move the reference, in one run of `git fast-import`."""
    stream = bytearray(f"commit {reference}\nmark :1\n".encode())
    stream += f"author {author.stamp}\ncommitter {author.stamp}\n".encode()
    stream += _data(message.encode())
    if parent:
        stream += f"from {parent}\n".encode()
    if replace_all:
        stream += b"deleteall\n"
    for path, content in files.items():
        stream += _change(path, content)
    stream += b"get-mark :1\ndone\n"
    written = git.run("fast-import", "--quiet", "--force", "--done", "--cat-blob-fd=1", stdin=bytes(stream))
    return written.decode().strip()


def _change(path: str, content: Content | None) -> bytes:
    name = _quoted(path)
    if content is None:
        return b"D " + name + b"\n"
    blob = as_blob(content)
    if blob.mode == GITLINK:
        return f"M {GITLINK} {blob.data.decode()} ".encode() + name + b"\n"
    return f"M {blob.mode} inline ".encode() + name + b"\n" + _data(blob.data)


def _data(data: bytes) -> bytes:
    return f"data {len(data)}\n".encode() + data + b"\n"


def _quoted(path: str) -> bytes:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.encode(errors="surrogateescape")


def as_blob(content: Content) -> Blob:
    if isinstance(content, str):
        return Blob(content.encode())
    return Blob(content) if isinstance(content, bytes) else content


def folder_files(folder: Path) -> dict[str, Content]:
    """Every file of a folder as it would be committed; `.git` stays out."""
    return dict(_walk(folder, ""))


def _walk(folder: Path, prefix: str) -> Iterator[tuple[str, Content]]:
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        path = prefix + entry.name
        if entry.is_symlink():
            yield path, Blob(os.fsencode((folder / entry.name).readlink()), SYMLINK)
        elif entry.is_dir():
            if entry.name != ".git":
                yield from _walk(folder / entry.name, path + "/")
        else:
            mode = EXECUTABLE if entry.stat().st_mode & stat.S_IXUSR else REGULAR
            yield path, Blob((folder / entry.name).read_bytes(), mode)


def write_blob(git: Git, data: bytes) -> str:
    return git.run("hash-object", "-w", "--stdin", stdin=data).decode().strip()


def write_tree(git: Git, base: str | None, entries: Sequence[tuple[str, str | None, str]]) -> str:
    """Entries of (mode, sha, path) over a base tree; no SHA deletes, a folder brings all its files."""
    index = git.scratch_index()
    environment = {"GIT_INDEX_FILE": str(index)}
    records = "".join(record for entry in entries for record in _records(git, *entry))
    try:
        if base:
            git.run("read-tree", base, environment=environment)
        command = ("update-index", "-z", "--replace", "--index-info")
        git.run(*command, stdin=records.encode(errors="surrogateescape"), environment=environment)
        return git.run("write-tree", environment=environment).decode().strip()
    finally:
        shutil.rmtree(index.parent)


def _records(git: Git, mode: str, sha: str | None, path: str) -> Iterator[str]:
    if mode == FOLDER and sha:
        for entry in git.tree(sha, recursive=True):
            if entry.type != "tree":
                yield f"{entry.mode} {entry.sha}\t{path}/{entry.path}\0"
    else:
        yield f"{mode} {sha}\t{path}\0" if sha else f"0 {'0' * 40}\t{path}\0"


def write_commit(
    git: Git, *, tree: str, parents: Sequence[str], message: str, author: Identity, committer: Identity
) -> str:
    options = [part for parent in parents for part in ("-p", parent)]
    environment = {
        "GIT_AUTHOR_NAME": author.name,
        "GIT_AUTHOR_EMAIL": author.email,
        "GIT_AUTHOR_DATE": author.date.isoformat(),
        "GIT_COMMITTER_NAME": committer.name,
        "GIT_COMMITTER_EMAIL": committer.email,
        "GIT_COMMITTER_DATE": committer.date.isoformat(),
    }
    written = git.run("commit-tree", tree, *options, stdin=message.encode(), environment=environment)
    return written.decode().strip()


def checkout(git: Git, sha: str, folder: Path) -> None:
    """A working copy as `actions/checkout` leaves one: detached, with its own `.git`."""
    folder.mkdir(parents=True, exist_ok=True)
    own = Git(folder / ".git")
    git.run("clone", "-q", "--no-checkout", "--no-hardlinks", str(git.path), str(folder))
    own.run("fetch", "-q", str(git.path), "+refs/*:refs/remotes/origin/*")
    own.run(f"--work-tree={folder}", "checkout", "-q", "--detach", sha)
