"""The files of a pull request's commits: from the checkout where it holds the same bytes, else from GitHub.

A checkout is usually at the trial merge, not at the head, and its files may have been changed since. So each
file is compared by its object id with the commit's own, and none is read that differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from concertmaster.github.paths import is_safe
from concertmaster.github.refusals import GitHubError
from concertmaster.github.shapes import Tree, TreeEntry, object_id
from concertmaster.project.dependencies import is_manifest
from concertmaster.project.files import UnreadableFileError, WorkingTree, is_ours, most_bytes
from concertmaster.projects import inside
from concertmaster.runner import is_modelled
from concertmaster.subjects import is_judged

#: More files than this are taken out of the commit's archive, as long as that can be had.
FEW, FEW_BYTES = 60, 2 * 1024 * 1024
#: Files without an archive; and those of them that come one by one, since they are no text.
MAX_FETCHED, MAX_SINGLE = 1_000, 40
#: What is held of files that the checkout does not have.
MAX_HELD = 256 * 1024 * 1024
_TOO_MANY = "neither in the checkout nor to be had from GitHub within its limits: add actions/checkout before"


class Source(Protocol):
    """Contents on GitHub, each of them what its object id says."""

    def blob(self, sha: str) -> bytes:
        """One file."""
        ...

    def texts(self, sizes: Mapping[str, int]) -> Iterable[tuple[str, bytes]]:
        """Those of some files that are text; `sizes` tells how long each is."""
        ...

    def archive(
        self, commit: str, wanted: Mapping[str, str], most: int, found: MutableMapping[str, bytes]
    ) -> None:
        """Put wanted files of a commit (paths to object ids) into `found`, maybe not all."""
        ...


class Blobs:
    """Contents by object id. Files are compared with the checkout by their path; `source` gives the others."""

    def __init__(self, source: Source, checkout: Path | None) -> None:
        self._source = source
        self._checkout = WorkingTree(checkout.resolve(), ()) if checkout else None
        self._known: dict[str, bytes] = {}
        self._given: dict[str, bytes] = {}
        self._asked = self._held = 0

    def give(self, sha: str, data: bytes) -> None:
        """Contents that need not be fetched."""
        if self._held + len(data) <= MAX_HELD:
            self._given[sha] = data
            self._held += len(data)

    def load(self, entries: Iterable[TreeEntry], commit: str = "") -> None:
        """Fetch what the checkout does not hold, as far as the limits go, the smallest files first."""
        wanted = sorted((item for item in entries if self._is_missing(item)), key=lambda item: item.size)
        held = self._held
        missing: dict[str, TreeEntry] = {}
        for item in wanted:
            held += item.size
            if held > MAX_HELD:
                break
            missing[item.sha] = item
        if commit and (len(missing) > FEW or sum(item.size for item in missing.values()) > FEW_BYTES):
            paths = {item.path: sha for sha, item in missing.items()}
            self._source.archive(commit, paths, max(item.size for item in missing.values()), self._known)
        self._ask({sha: item.size for sha, item in missing.items() if sha not in self._known})
        self._held = sum(map(len, (*self._known.values(), *self._given.values())))

    def has(self, entry: TreeEntry) -> bool:
        """Whether a file can be read."""
        known = entry.sha in self._known or entry.sha in self._given
        return entry.size <= most_bytes(entry.path) and (known or self._local(entry) is not None)

    def _is_missing(self, entry: TreeEntry) -> bool:
        return entry.size <= most_bytes(entry.path) and not self.has(entry)

    def _ask(self, sizes: Mapping[str, int]) -> None:
        """Files by themselves: text a hundred a call, and what is none, or not served so, one by one."""
        chosen = dict(list(sizes.items())[: max(0, MAX_FETCHED - self._asked)])
        self._asked += len(chosen)
        if len(chosen) > 1:
            with suppress(GitHubError):  # each of them may still come by itself
                self._known.update(self._source.texts(chosen))
        for sha in [sha for sha in chosen if sha not in self._known][:MAX_SINGLE]:
            self._known[sha] = self._source.blob(sha)

    def read(self, entry: TreeEntry) -> bytes:
        """The bytes of a file.

        Raises:
            UnreadableFileError: it is too large, or neither in the checkout nor loaded.
        """
        most = most_bytes(entry.path)
        if entry.size > most:
            raise UnreadableFileError(f"larger than {most // 1024} KiB")
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


def _is_wanted(path: str) -> bool:
    """Whether a run may want the bytes of a file."""
    return is_judged(path) or is_modelled(path) or is_manifest(path)


class CommitFiles:
    """A commit as a project: its regular files, below a folder and not in others within where those are given."""

    def __init__(self, tree: Tree, blobs: Blobs, *, folder: str = "", others: Iterable[str] = ()) -> None:
        skipped = tuple(others)
        found = (
            (inside(entry.path, folder, skipped), entry) for entry in tree.entries if is_safe(entry.path)
        )
        self._entries = {path: entry for path, entry in found if path is not None}
        self.paths = tuple(sorted(path for path in self._entries if is_ours(path)))
        self._blobs = blobs
        self._commit = tree.commit

    def has(self, path: str) -> bool:
        """Whether the commit holds such a file."""
        return path in self._entries

    def give(self, path: str, data: bytes) -> None:
        """What a file may hold; where it does, it need not be fetched."""
        entry = self._entries.get(path)
        if entry is not None and object_id(data) == entry.sha:
            self._blobs.give(entry.sha, data)

    def load(self, wanted: Callable[[str], bool]) -> None:
        """Have the files ready whose path is wanted."""
        self._blobs.load((self._entries[path] for path in self.paths if wanted(path)), self._commit)

    def lacking(self, wanted: Callable[[str], bool]) -> list[str]:
        """The wanted files that cannot be read: too large, or not to be had."""
        return [path for path in self.paths if wanted(path) and not self._blobs.has(self._entries[path])]

    def identity(self) -> bytes:
        """A name for what the files are, by their object ids, and for which of them cannot be had."""
        lacking = {*self.lacking(_is_wanted)}
        return repr(
            [(path, one.sha, path in lacking) for path, one in sorted(self._entries.items())]
        ).encode()

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            UnreadableFileError: the commit has no such file, or it cannot be had.
        """
        if path not in self._entries:
            raise UnreadableFileError("not a regular file of this commit")
        return self._blobs.read(self._entries[path])
