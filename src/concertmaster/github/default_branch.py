"""The default branch as a run finds it: its commit, its files, and the projects that it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.config import FILES, load_config
from concertmaster.github.contents import Blobs, CommitFiles
from concertmaster.github.refusals import NotFoundError
from concertmaster.github.repository import Repository
from concertmaster.github.state import Listing, as_tree
from concertmaster.github.upgrade import Branch
from concertmaster.github.upgrade_pull import Chosen, Wishes
from concertmaster.project.dependencies import is_manifest
from concertmaster.projects import config_of, divide, folders, within
from concertmaster.subjects import is_judged
from concertmaster.workspace import readable


class DefaultBranch(Struct, frozen=True):
    """Read once for all projects of a repository."""

    commit: str
    listing: Listing
    blobs: Blobs

    def files(self, wishes: Wishes, listing: Listing | None = None) -> CommitFiles:
        """The files of one project, here or in another listing."""
        tree = as_tree(self.listing, self.commit) if listing is None else as_tree(listing)
        files = CommitFiles(tree, self.blobs, folder=wishes.folder, others=wishes.others)
        files.load(_matters)
        files.load(lambda _: True)
        return files

    def branch(self, repository: Repository, name: str) -> Branch | None:
        """Another branch, against this one; None where it is not there."""
        tip = repository.tip(name)
        if tip is None:
            return None
        history = repository.history(self.commit, tip)
        is_current = history.merge_base == self.commit
        before = self.listing if is_current else repository.listing(history.merge_base)
        return Branch(tip, history, before, self.listing, repository.listing(tip))

    def locks(self, wishes: Wishes, branch: Branch | None) -> dict[str, bytes]:
        """What is locked on a branch, where this one has not changed what it is made from since."""
        if branch is None:
            return {}
        before, base, now = branch.before, branch.base, branch.now
        sources = [path for path in base if path.rpartition("/")[2] in ("uv.lock", "pyproject.toml")]
        if not all(path in before and before[path].sha == base[path].sha for path in sources):
            return {}
        locks = {path: now[path] for path in sources if path.endswith("uv.lock") and path in now}
        files = self.files(wishes, locks)
        return {path: files.read(path) for path in files.paths}


def read_default_branch(repository: Repository, checkout: Path | None) -> DefaultBranch:
    """
    Raises:
        GitHubError: it is not there, or cannot be read.
    """
    commit = repository.tip(repository.default_branch)
    if commit is None:
        raise NotFoundError("the default branch has no commits")
    return DefaultBranch(commit, repository.listing(commit), Blobs(repository.contents, checkout))


def projects(branch: DefaultBranch, wishes: Wishes, named: tuple[str, ...] = ()) -> Iterator[Wishes]:
    """The wishes for each project: the one in the folder that is asked for, those that are named, else those found.

    Raises:
        UserError: the settings of the repository are malformed.
    """
    if wishes.folder:
        yield replace(wishes, chosen=Chosen.ALONE)
        return
    whole = branch.files(wishes)
    settings = load_config(lambda path: readable(whole, path))
    homes = folders(named) if named else divide(whole, settings)
    wishes = replace(wishes, chosen=Chosen.NAMED if named else Chosen.FOUND)
    if homes == ("",):
        yield wishes
        return
    for home in homes:
        config = config_of(whole, home, settings)
        yield replace(wishes, folder=home, others=within(home, homes), config=config)


def _matters(path: str) -> bool:
    """Files that decide and files that are judged come first; the others only show what an operation is for."""
    return is_judged(path) or is_manifest(path) or path in FILES
