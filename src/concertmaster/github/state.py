"""How a repository stands: what its commits hold, how far a branch has come, its pull requests."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from concertmaster.github.answers import Json, objects, text
from concertmaster.github.shapes import REGULAR, Tree, TreeEntry


class Entry(Struct, frozen=True):
    """What a tree holds at a path: a file, a link, or another repository."""

    mode: str
    kind: str
    sha: str
    size: int = 0


class File(Struct, frozen=True):
    """The new bytes of a file, and whether it is executable."""

    mode: str
    data: bytes


Listing = Mapping[str, Entry]
#: What becomes of a path: something that git has already, new bytes, or nothing.
Change = Entry | File | None


class History(Struct, frozen=True):
    """The commits that a branch has and its base has not; `foreign` are those that we have not made."""

    merge_base: str
    commits: int
    foreign: tuple[str, ...]


class PullRequest(Struct, frozen=True):
    """A pull request as it stands in lists."""

    number: int
    branch: str
    body: str
    title: str
    is_open: bool
    is_merged: bool
    is_ours: bool


def listed(found: Json) -> Listing | None:
    """The files of a tree; None where there are more than GitHub lists."""
    if found.get("truncated"):
        return None
    return {
        text(item, "path"): Entry(
            text(item, "mode"), text(item, "type"), text(item, "sha"), item.get("size") or 0
        )
        for item in objects(found, "tree")
        if item.get("type") != "tree"
    }


def as_tree(listing: Listing, commit: str = "") -> Tree:
    """The regular files of a listing, where it is one of a commit."""
    regular = ((path, entry) for path, entry in listing.items() if entry.mode in REGULAR)
    return Tree(tuple(TreeEntry(path, entry.sha, entry.size) for path, entry in regular), commit=commit)
