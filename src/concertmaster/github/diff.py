"""Which lines of a pull request's files can carry a comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import StringIO

from msgspec import Struct
from unidiff.constants import LINE_TYPE_NO_NEWLINE
from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk, PatchedFile, PatchSet

from concertmaster.github.lines import Change, changes, split_lines

CONTEXT = 3
#: git looks this far into a file for a NUL byte before it calls the file binary.
BINARY_PREFIX = 8_000
HEADER = "--- a/f\n+++ b/f\n"


class ChangedFile(Struct, frozen=True):
    """A file of a pull request as GitHub's API lists it; `sha` is the blob on the head's side."""

    filename: str
    status: str
    sha: str | None = None
    patch: str | None = None
    additions: int = 0
    deletions: int = 0
    previous_filename: str | None = None


class DiffHunk(Struct, frozen=True):
    """A stretch of the new text that the diff shows, and the runs of lines (first, last) that are new in it."""

    new_start: int
    new_length: int
    added: tuple[tuple[int, int], ...] = ()

    @property
    def new_end(self) -> int:
        """The last line; one less than `new_start` where the hunk shows none."""
        return self.new_start + self.new_length - 1


class FileDiff(Struct, frozen=True):
    """One changed file. `known` is False where the diff could not be had: its lines may or may not be in it.

    `rebuilt` tells that the hunks were worked out from the two texts, since GitHub gave none.
    """

    path: str
    status: str
    previous_path: str | None = None
    hunks: tuple[DiffHunk, ...] = ()
    known: bool = True
    rebuilt: bool = False

    def carries(self, start_line: int, end_line: int) -> bool:
        """Whether a comment can hang on these lines: all in one hunk, on the side of the new text."""
        return any(hunk.new_start <= start_line <= end_line <= hunk.new_end for hunk in self.hunks)

    def shown(self, start_line: int, end_line: int) -> tuple[int, int] | None:
        """The part of a range of lines that one hunk shows; None where no hunk shows any of it."""
        for hunk in self.hunks:
            first, last = max(start_line, hunk.new_start), min(end_line, hunk.new_end)
            if first <= last:
                return first, last
        return None

    def changed(self, start_line: int, end_line: int) -> bool:
        """Whether the pull request added or changed one of these lines."""
        runs = (run for hunk in self.hunks for run in hunk.added)
        return any(first <= end_line and start_line <= last for first, last in runs)


def read_diff(file: ChangedFile) -> FileDiff:
    """The diff of a file from its patch; not `known` where the patch is missing, cut or not understood.

    GitHub leaves the patch away for files that are binary, too large, or renamed without a change, and
    does not say which; it may report no added lines then although there are.
    """
    hunks = None if file.patch is None else _parse(file.patch, file.additions, file.deletions)
    known = hunks is not None or file.status == "removed"
    return FileDiff(file.filename, file.status, file.previous_filename, hunks or (), known=known)


def _parse(patch: str, additions: int, deletions: int) -> tuple[DiffHunk, ...] | None:
    """The hunks of one file's patch; None unless it holds exactly the lines that it should."""
    parsed = _patched(patch)
    if parsed is None or (parsed.added, parsed.removed) != (additions, deletions):
        return None
    return tuple(_hunk(hunk) for hunk in parsed)


def _patched(patch: str) -> PatchedFile | None:
    if not patch.startswith("@@ "):
        return None
    try:
        parsed = PatchSet(StringIO(f"{HEADER}{patch}\n", newline="\n"))
    except UnidiffParseError:
        return None
    return parsed[0] if len(parsed) == 1 else None


def undo(patch: str, new: bytes) -> bytes | None:
    """A file's old text from its new one; None where the patch is not understood, and wrong where it is cut."""
    parsed = _patched(patch)
    if parsed is None:
        return None
    lines, old, position = split_lines(new), list[bytes](), 0
    for hunk in parsed:
        start = hunk.target_start - (1 if hunk.target_length else 0)
        old += (*lines[position:start], *_source(hunk))
        position = start + hunk.target_length
    return b"".join((*old, *lines[position:]))


def _source(hunk: Hunk) -> Iterator[bytes]:
    """The old lines of a hunk; the last one of a file may have no ending, which the line after it tells."""
    lines = list(hunk)
    for line, after in zip(lines, (*lines[1:], None), strict=True):
        if line.is_removed or line.is_context:
            text = line.value.encode("utf-8", "surrogatepass")
            bare = after is not None and after.line_type == LINE_TYPE_NO_NEWLINE
            yield text.removesuffix(b"\n") if bare else text


def _hunk(hunk: Hunk) -> DiffHunk:
    added = (line.target_line_no for line in hunk if line.is_added and line.target_line_no is not None)
    return DiffHunk(hunk.target_start, hunk.target_length, tuple(_runs(added)))


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Rising numbers as runs without gaps."""
    first = last = 0
    for number in numbers:
        if first and number == last + 1:
            last = number
            continue
        if first:
            yield first, last
        first = last = number
    if first:
        yield first, last


def rebuild_diff(file: ChangedFile, old: bytes, new: bytes) -> FileDiff:
    """The diff of a file worked out from its two texts, as git shows it."""
    if any(b"\0" in text[:BINARY_PREFIX] for text in (old, new)):
        hunks: tuple[DiffHunk, ...] = ()
    else:
        before, after = split_lines(old), split_lines(new)
        hunks = tuple(_shown(group, len(after)) for group in _groups(changes(before, after)))
    return FileDiff(file.filename, file.status, file.previous_filename, hunks, rebuilt=True)


def _groups(found: Iterable[Change]) -> Iterator[list[Change]]:
    """Changes whose context touches are shown as one hunk."""
    group: list[Change] = []
    for change in found:
        if group and change.start - group[-1].end > 2 * CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _shown(group: list[Change], length: int) -> DiffHunk:
    start = max(group[0].new_start - CONTEXT, 0)
    end = min(group[-1].new_end + CONTEXT, length)
    added = tuple(
        (change.new_start + 1, change.new_end) for change in group if change.new_start < change.new_end
    )
    return DiffHunk(start + 1, end - start, added)
