"""The texts of changed files before and after: what a diff gives by itself, and what GitHub leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from concertmaster.github.contents import CommitFiles
from concertmaster.github.diff import ChangedFile, FileDiff, read_diff, rebuild_diff, undo
from concertmaster.github.shapes import Tree
from concertmaster.project.files import UnreadableFileError


def beyond(listed: Iterable[ChangedFile], head: Tree, base: Tree) -> Iterator[ChangedFile]:
    """The files that two commits tell apart and that are not listed."""
    after, before = ({item.path: item.sha for item in tree.entries} for tree in (head, base))
    named = {name for file in listed for name in (file.filename, file.previous_filename)}
    for path in sorted((after.keys() | before.keys()) - named):
        old, new = before.get(path), after.get(path)
        if old != new:
            status = "modified" if old and new else "added" if new else "removed"
            yield ChangedFile(filename=path, status=status, sha=new)


def old_text(file: ChangedFile, head: CommitFiles) -> bytes | None:
    """The old text of a file as its diff has it."""
    try:
        return undo(file.patch or "", b"" if file.status == "removed" else head.read(file.filename))
    except UnreadableFileError:
        return None


def diffs_of(
    files: Iterable[ChangedFile], head: CommitFiles, base: CommitFiles, told: set[str]
) -> Iterator[tuple[str, FileDiff]]:
    """The diffs; worked out from the two texts where GitHub gives none and there is something to say."""
    unknown: list[tuple[ChangedFile, FileDiff]] = []
    for file in files:
        diff = read_diff(file)
        if diff.known or file.filename not in told:
            yield file.filename, diff
        else:
            unknown.append((file, diff))
    before = {file.previous_filename or file.filename for file, _ in unknown}
    base.load(lambda path: path in before)
    for file, diff in unknown:
        yield file.filename, _rebuilt(file, head, base) or diff


def _rebuilt(file: ChangedFile, head: CommitFiles, base: CommitFiles) -> FileDiff | None:
    try:
        old = base.read(file.previous_filename or file.filename) if file.status != "added" else b""
        return rebuild_diff(file, old, head.read(file.filename))
    except UnreadableFileError:
        return None
