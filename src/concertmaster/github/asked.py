"""What a workflow run is asked for, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from concertmaster.github.commands import Command, Misread


class Request(Struct, frozen=True):
    """The pull request to review. `head_repository` is None when the fork was deleted.

    A merge group is reviewed like a pull request without a number: there is nothing to comment on. How many files
    change is None where nobody has said so.
    """

    owner: str
    name: str
    number: int
    head_sha: str
    base_sha: str
    head_ref: str
    base_ref: str
    head_repository: str | None
    action: str = "opened"
    draft: bool = False
    author: str = ""
    is_open: bool = True
    may_modify: bool = False  # the people of the base repository may push to a fork's branch
    changed_files: int | None = None

    @property
    def repository(self) -> str:
        return f"{self.owner}/{self.name}"

    def called(self, repository: str) -> Request:
        """The same in a repository that has another name now."""
        owner, _, name = repository.partition("/")
        head = self.head_repository if self.is_fork else repository
        return replace(self, owner=owner, name=name, head_repository=head)

    @property
    def is_fork(self) -> bool:
        """Whether the head is in another repository, so that the token may only read."""
        return self.head_repository != self.repository


class EarlierRun(Struct, frozen=True):
    """A workflow that ran on a pull request; which one that is must be asked, since its payload may not tell."""

    repository: str
    head_owner: str
    head_branch: str
    head_sha: str


class Closed(Struct, frozen=True):
    """A pull request that was closed, by a merge or without one."""

    repository: str
    number: int
    base_ref: str
    head_sha: str
    is_merged: bool


class Spoken(Struct, frozen=True):
    """A comment of a person on a pull request that holds commands; `thread` is where an answer on lines belongs."""

    repository: str
    number: int
    comment: int
    author: str
    commands: tuple[Command | Misread, ...]
    is_review: bool = False
    thread: int = 0


class Skipped(Struct, frozen=True):
    """An event that asks for no review, and why not."""

    reason: str
