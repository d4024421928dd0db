"""The files of a pull request's commits: from the checkout where it holds the same bytes, else from GitHub.

A checkout is usually at the trial merge, not at the head, and its files may have been changed since. So each
file is compared by its object id with the commit's own, and none is read that differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from concertmaster.github.pull import Tree, TreeEntry, object_id
from concertmaster.project.files import UnreadableFileError, WorkingTree, is_ours
from concertmaster.project.python import MAX_BYTES

#: A token of a workflow has 1,000 calls an hour for the whole repository.
MAX_FETCHED = 400
_TOO_MANY = (
    f"not in the checkout, and one of more than {MAX_FETCHED} files to fetch: add actions/checkout before"
)


class Blobs:
    """Contents by object id. Files are compared with the checkout by their path; `fetch` gives the others."""

    def __init__(self, fetch: Callable[[str], bytes], checkout: Path | None) -> None:
        self._fetch = fetch
        self._checkout = WorkingTree(checkout.resolve(), ()) if checkout else None
        self._known: dict[str, bytes] = {}
        self._given: dict[str, bytes] = {}

    def give(self, data: bytes) -> None:
        """Contents that need not be fetched, if any file has just these."""
        self._given[object_id(data)] = data

    def load(self, entries: Iterable[TreeEntry]) -> None:
        """Fetch what the checkout does not hold, as far as the limit goes."""
        for entry in entries:
            is_wanted = (
                entry.sha not in self._known and entry.sha not in self._given and entry.size <= MAX_BYTES
            )
            if is_wanted and len(self._known) < MAX_FETCHED and self._local(entry) is None:
                self._known[entry.sha] = self._fetch(entry.sha)

    def read(self, entry: TreeEntry) -> bytes:
        """The bytes of a file.

        Raises:
            UnreadableFileError: it is too large, or neither in the checkout nor loaded.
        """
        if entry.size > MAX_BYTES:
            raise UnreadableFileError(f"larger than {MAX_BYTES // 1024} KiB")
        known = self._known.get(entry.sha, self._given.get(entry.sha))
        found = known if known is not None else self._local(entry)
        if found is None:
            raise UnreadableFileError(_TOO_MANY)
        return found

    def _local(self, entry: TreeEntry) -> bytes | None:
        if self._checkout is None:
            return None
        try:
            found = self._checkout.read(entry.path)
        except UnreadableFileError:
            return None
        return found if object_id(found) == entry.sha else None


class CommitFiles:
    """A commit as a project: its regular files, below a folder where one is given."""

    def __init__(self, tree: Tree, blobs: Blobs, *, folder: str = "") -> None:
        prefix = f"{folder}/" if folder else ""
        below = (entry for entry in tree.entries if entry.path.startswith(prefix) and is_safe(entry.path))
        self._entries = {entry.path[len(prefix) :]: entry for entry in below}
        self.paths = tuple(sorted(path for path in self._entries if is_ours(path)))
        self._blobs = blobs

    def has(self, path: str) -> bool:
        """Whether the commit holds such a file."""
        return path in self._entries

    def give(self, data: bytes) -> None:
        """Contents that one of the files may have, and that need not be fetched then."""
        self._blobs.give(data)

    def load(self, wanted: Callable[[str], bool]) -> None:
        """Have the files ready whose path is wanted."""
        self._blobs.load(self._entries[path] for path in self.paths if wanted(path))

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            UnreadableFileError: the commit has no such file, or it cannot be had.
        """
        if path not in self._entries:
            raise UnreadableFileError("not a regular file of this commit")
        return self._blobs.read(self._entries[path])


def is_safe(path: str) -> bool:
    """Whether a path stays below the root that it is relative to."""
    parts = path.split("/")
    return (
        not PurePosixPath(path).is_absolute() and "\0" not in path and not {"", ".", ".."}.intersection(parts)
    )
