"""What changed between two commits, as GitHub shows it: files, patches, hunks, and where a line went."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.github_server.git import Git

Side = Literal["LEFT", "RIGHT"]
HEADER = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}
LARGEST_PATCH = 300_000
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line below the first hunk header; `position` counts as GitHub's old `position` does."""

    kind: str
    old: int | None
    new: int | None
    position: int
    text: bytes

    def number(self, side: Side) -> int | None:
        return self.new if side == "RIGHT" else self.old


@dataclass(frozen=True, slots=True)
class Hunk:
    header: bytes
    old_start: int
    old_count: int
    new_start: int
    new_count: int
    lines: tuple[DiffLine, ...]

    def find(self, side: Side, number: int) -> DiffLine | None:
        return next((line for line in self.lines if line.number(side) == number and _on(line, side)), None)

    def text_to(self, last: DiffLine) -> str:
        shown = [self.header, *(x.kind.encode() + x.text for x in self.lines if x.position <= last.position)]
        return b"\n".join(shown).decode(errors="replace")


def _on(line: DiffLine, side: Side) -> bool:
    return line.kind == " " or line.kind == ("+" if side == "RIGHT" else "-")


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One changed file."""

    status: str
    path: str
    previous_path: str | None
    sha: str
    old_sha: str
    mode: str
    binary: bool
    patch: bytes
    hunks: tuple[Hunk, ...]

    @property
    def additions(self) -> int:
        return sum(line.kind == "+" for hunk in self.hunks for line in hunk.lines)

    @property
    def deletions(self) -> int:
        return sum(line.kind == "-" for hunk in self.hunks for line in hunk.lines)

    @property
    def shown_patch(self) -> str | None:
        """Nothing for binary and huge files and where no line changed."""
        if self.binary or not self.patch or len(self.patch) > LARGEST_PATCH:
            return None
        return self.patch.decode(errors="replace")

    def find(self, side: Side, number: int) -> tuple[Hunk, DiffLine] | None:
        found = ((hunk, hunk.find(side, number)) for hunk in self.hunks)
        return next(((hunk, line) for hunk, line in found if line), None)

    def at_position(self, position: int) -> DiffLine | None:
        return next((x for hunk in self.hunks for x in hunk.lines if x.position == position), None)


def diff(git: Git, old: str, new: str, *, context: int = 3) -> tuple[FileDiff, ...]:
    """Two commits (or trees) side by side; an answer is kept, since commits do not change."""
    options = ("-r", "-z", "-M", "-l0", "--raw", "-p", f"-U{context}", "--full-index", "--no-ext-diff")
    command = ("diff-tree", *options, "--no-textconv", old, new)
    return git.parsed(command, lambda raw: tuple(_files(raw)))


def _files(raw: bytes) -> Iterator[FileDiff]:
    """`--raw -z` records, an empty one, then the patches in the same order."""
    head, _, patches = raw.partition(b"\0\0")
    sections = _sections(patches)
    fields = iter(head.decode(errors="surrogateescape").rstrip("\0").split("\0") if head.strip(b"\0") else [])
    for record in fields:
        _, mode, old_sha, sha, status = record.split(" ")
        path = next(fields)
        previous, path = (path, next(fields)) if status[0] in "RC" else (None, path)
        section = next(sections)
        if status == "T":
            section = next(sections)
        hunks = tuple(_hunks(section))
        patch = section[section.index(b"\n@@ ") + 1 :].rstrip(b"\n") if hunks else b""
        binary = b"\nBinary files " in section and not hunks
        yield FileDiff(STATUS[status[0]], path, previous, sha, old_sha, mode, binary, patch, hunks)


def _sections(patches: bytes) -> Iterator[bytes]:
    starts = [m.start() for m in re.finditer(rb"^diff --git ", patches, re.MULTILINE)]
    for start, end in zip(starts, [*starts[1:], len(patches)], strict=True):
        yield patches[start:end]


def _hunks(section: bytes) -> Iterator[Hunk]:
    start = section.find(b"\n@@ ")
    lines = section[start + 1 :].split(b"\n") if start >= 0 else []
    positions = count()
    found: list[tuple[bytes, list[tuple[int, bytes]]]] = []
    for line, position in zip(lines, positions, strict=False):
        if line.startswith(b"@@ "):
            found.append((line, []))
        elif line:
            found[-1][1].append((position, line))
    for header, body in found:
        yield _hunk(header, body)


def _hunk(header: bytes, body: list[tuple[int, bytes]]) -> Hunk:
    match = HEADER.match(header)
    assert match, header
    old_start, old_count, new_start, new_count = (int(x) if x is not None else 1 for x in match.groups())
    old, new = old_start, new_start
    lines: list[DiffLine] = []
    for position, line in body:
        kind = chr(line[0])
        has_old, has_new = kind in " -", kind in " +"
        lines.append(DiffLine(kind, old if has_old else None, new if has_new else None, position, line[1:]))
        old, new = old + has_old, new + has_new
    return Hunk(header, old_start, old_count, new_start, new_count, tuple(lines))


def by_path(files: tuple[FileDiff, ...], path: str) -> FileDiff | None:
    return next((file for file in files if file.path == path), None)


def moved(git: Git, old: str, new: str, path: str, lines: range) -> tuple[str, int] | None:
    """Where these lines of a file are in a later commit: its path then, and how far they moved.

    Nothing when one of them was changed or torn from the others.
    """
    if old == new:
        return path, 0
    changed = (f for f in diff(git, old, new, context=0) if f.status != "added")
    file = next((f for f in changed if (f.previous_path or f.path) == path), None)
    if file is None:
        return path, 0
    if file.status == "removed" or file.binary:
        return None
    shift = 0
    for hunk in file.hunks:
        if hunk.old_count and hunk.old_start < lines.stop and lines.start < hunk.old_start + hunk.old_count:
            return None
        if not hunk.old_count and lines.start <= hunk.old_start < lines.stop - 1:
            return None
        if hunk.old_start < lines.start:
            shift += hunk.new_count - hunk.old_count
    return file.path, shift
