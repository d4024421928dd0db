"""What GitHub remembers besides git: people, pull requests, comments, threads, checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.github_server.anchors import Anchor
    from tests.github_server.git import Git

Json = dict[str, Any]


class Clock:
    """Moves on by a second whenever somebody looks, so that every run of a test tells the same times."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self.now = start

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass(slots=True)
class Node:
    """Everything that has an id of its own."""

    id: int
    node_id: str


@dataclass(slots=True)
class User(Node):
    login: str
    type: str = "User"

    @property
    def email(self) -> str:
        return f"{self.id}+{self.login}@users.noreply.github.com"


@dataclass(frozen=True, slots=True)
class Token:
    """Who speaks, and what they may do: `{"pull_requests": "write"}`; None means everything."""

    user: User
    permissions: dict[str, str] | None = None
    repositories: frozenset[str] | None = None

    @property
    def is_app(self) -> bool:
        return self.user.type == "Bot"

    def allows(self, permission: str, level: str) -> bool:
        if self.permissions is None:
            return True
        granted = self.permissions.get(permission)
        return granted == "write" or (granted == "read" and level == "read")


@dataclass(slots=True)
class Label(Node):
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(slots=True)
class Reaction(Node):
    user: User
    content: str
    created_at: datetime


@dataclass(slots=True)
class Comment(Node):
    """What issue comments, review comments and reviews share."""

    user: User
    body: str
    created_at: datetime
    updated_at: datetime
    reactions: list[Reaction] = field(default_factory=list, kw_only=True)
    minimized: str | None = field(default=None, kw_only=True)


@dataclass(slots=True)
class IssueComment(Comment):
    issue: Issue


@dataclass(slots=True)
class Issue(Comment):
    """The half of a pull request that it shares with issues."""

    repository: Repository
    number: int
    title: str
    state: str = "open"
    state_reason: str | None = None
    labels: list[Label] = field(default_factory=list)
    assignees: list[User] = field(default_factory=list)
    comments: list[IssueComment] = field(default_factory=list)
    closed_at: datetime | None = None
    locked: bool = False
    pull: PullRequest | None = None
    editor: User | None = None


@dataclass(slots=True)
class Branch:
    """One side of a pull request; a deleted fork leaves no repository."""

    repository: Repository | None
    ref: str
    sha: str
    owner: User


@dataclass(slots=True)
class PullRequest(Node):
    issue: Issue
    base: Branch
    head: Branch
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_commit: str | None = None
    maintainer_can_modify: bool = True
    queued: bool = False
    reviews: list[Review] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    requested_reviewers: list[User] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.issue.number

    @property
    def repository(self) -> Repository:
        return self.issue.repository

    @property
    def review_comments(self) -> list[ReviewComment]:
        """Those that everybody sees: not the ones of reviews that were never submitted."""
        found = [comment for thread in self.threads for comment in thread.comments]
        return sorted((c for c in found if c.review.state != "PENDING"), key=lambda comment: comment.id)


@dataclass(slots=True)
class Review(Comment):
    pull: PullRequest
    state: str
    commit_id: str
    submitted_at: datetime | None = None

    @property
    def comments(self) -> list[ReviewComment]:
        return [c for thread in self.pull.threads for c in thread.comments if c.review is self]


@dataclass(slots=True)
class Thread(Node):
    """Comments on one place of the diff."""

    pull: PullRequest
    anchor: Anchor
    diff_hunk: str
    comments: list[ReviewComment] = field(default_factory=list)
    resolved_by: User | None = None
    applied: bool = False


@dataclass(slots=True)
class ReviewComment(Comment):
    review: Review
    thread: Thread
    in_reply_to: ReviewComment | None = None


@dataclass(slots=True)
class CheckRun(Node):
    repository: Repository
    name: str
    head_sha: str
    app: User
    suite: int
    status: str = "queued"
    conclusion: str | None = None
    details_url: str | None = None
    external_id: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    output: Json = field(default_factory=dict)
    annotations: list[Json] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)


@dataclass(slots=True)
class Status(Node):
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    creator: User
    created_at: datetime


@dataclass(slots=True, eq=False)
class Repository(Node):
    owner: User
    name: str
    git: Git
    created_at: datetime
    default_branch: str = "main"
    private: bool = False
    archived: bool = False
    parent: Repository | None = None
    roles: dict[str, str] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    check_runs: list[CheckRun] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    protected: set[str] = field(default_factory=set)
    actions_may_open_pull_requests: bool = True
    actions_enabled: bool = True
    renamed_from: str | None = None
    template: bool = False
    disabled: bool = False
    topics: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def pulls(self) -> list[PullRequest]:
        return [issue.pull for issue in self.issues.values() if issue.pull]
