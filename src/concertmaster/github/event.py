"""What a workflow run was started for: the event's payload and the runner's environment, as one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from concertmaster.github.commands import Command, Misread, read_commands
from concertmaster.github.payloads import (
    AnyEvent,
    IssueCommentEvent,
    MergeGroupEvent,
    PullRequest,
    PullRequestEvent,
    ReviewCommentEvent,
    WorkflowRunEvent,
    parsed,
    read,
)
from concertmaster.messages.github import missing_variable

EVENTS = ("pull_request", "pull_request_target")
OTHERS = ("merge_group", "workflow_run")
COMMENTS = ("issue_comment", "pull_request_review_comment")


@dataclass(frozen=True, slots=True)
class Request:
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


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """A workflow that ran on a pull request; which one that is must be asked, since its payload may not tell."""

    repository: str
    head_owner: str
    head_branch: str
    head_sha: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A pull request that was closed, by a merge or without one."""

    repository: str
    number: int
    base_ref: str
    head_sha: str
    is_merged: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """A comment of a person on a pull request that holds commands; `thread` is where an answer on lines belongs."""

    repository: str
    number: int
    comment: int
    author: str
    commands: tuple[Command | Misread, ...]
    is_review: bool = False
    thread: int = 0


@dataclass(frozen=True, slots=True)
class Skipped:
    """An event that asks for no review, and why not."""

    reason: str


def read_event(environment: Mapping[str, str]) -> Request | EarlierRun | Closed | Spoken | Skipped:
    """The request that a runner's environment describes.

    A pull request is reviewed whatever happened to it: a job that ends well because it had nothing to do would
    take the place of one that failed on the same commit.

    Raises:
        UserError: a variable is missing, or the payload is not what GitHub sends.
    """
    name = required(environment, "GITHUB_EVENT_NAME")
    if name not in EVENTS + OTHERS + COMMENTS:
        return Skipped(f"a {name} event has no pull request; reviews run on pull_request")
    path = Path(required(environment, "GITHUB_EVENT_PATH"))
    payload = read(path)
    if name == "issue_comment":
        return _spoken(parsed(IssueCommentEvent, payload, path))
    if name == "pull_request_review_comment":
        return _spoken(parsed(ReviewCommentEvent, payload, path))
    if name == "merge_group":
        return _group(parsed(MergeGroupEvent, payload, path))
    if name == "workflow_run":
        return _earlier_run(parsed(WorkflowRunEvent, payload, path))
    action = parsed(AnyEvent, payload, path).action
    if action == "closed":
        return _closed(parsed(PullRequestEvent, payload, path))
    return _request(parsed(PullRequestEvent, payload, path))


def required(environment: Mapping[str, str], name: str) -> str:
    """A variable that a runner always sets.

    Raises:
        UserError: it is not set, or empty.
    """
    value = environment.get(name, "")
    if not value:
        raise missing_variable(name)
    return value


def _spoken(event: IssueCommentEvent | ReviewCommentEvent) -> Spoken | Skipped:
    """A comment that a person has just written on a pull request; bots are not listened to, ourselves least of all."""
    comment, is_review = event.comment, isinstance(event, ReviewCommentEvent)
    place = event.pull_request if isinstance(event, ReviewCommentEvent) else event.issue
    if event.action != "created":
        return Skipped("commands are read when a comment is written, not afterwards")
    if not is_review and place.pull_request is None:
        return Skipped("the comment is on an issue")
    people = (event.sender, comment.user)
    if any(person.type == "Bot" or person.login.endswith("[bot]") for person in people):
        return Skipped("the comment is by a bot")
    commands = read_commands(comment.body)
    if event.sender.login != comment.user.login or not commands:
        return Skipped("the comment holds no command")
    thread = (comment.in_reply_to_id or comment.id) if is_review else 0
    return Spoken(
        event.repository.full_name, place.number, comment.id, comment.user.login, commands, is_review, thread
    )


def _closed(event: PullRequestEvent) -> Closed:
    pull = event.pull_request
    return Closed(event.repository.full_name, pull.number, pull.base.ref, pull.head.sha, pull.merged)


def _request(event: PullRequestEvent) -> Request:
    pull, repository = event.pull_request, event.repository
    return Request(
        owner=repository.owner.login,
        name=repository.name,
        number=pull.number,
        head_sha=pull.head.sha,
        base_sha=pull.base.sha,
        head_ref=pull.head.ref,
        base_ref=pull.base.ref,
        head_repository=pull.head.repo.full_name if pull.head.repo else None,
        action=event.action,
        draft=pull.draft,
        author=pull.user.login if pull.user else "",
        is_open=pull.state == "open",
        may_modify=pull.maintainer_can_modify,
        changed_files=pull.changed_files,
    )


def _group(event: MergeGroupEvent) -> Request | Skipped:
    if event.action != "checks_requested":
        return Skipped(f"nothing is to be reviewed when a merge group is {_past(event.action)}")
    group, repository = event.merge_group, event.repository
    return Request(
        owner=repository.owner.login,
        name=repository.name,
        number=0,
        head_sha=group.head_sha,
        base_sha=group.base_sha,
        head_ref=group.head_ref,
        base_ref=group.base_ref,
        head_repository=repository.full_name,
        action=event.action,
    )


def _earlier_run(event: WorkflowRunEvent) -> EarlierRun | Skipped:
    run = event.workflow_run
    if run.event != "pull_request":
        return Skipped(f"the workflow before this one ran on {_past(run.event)}, not on pull_request")
    if run.head_repository is None or run.head_branch is None:
        return Skipped("the repository or branch that the pull request came from is gone")
    return EarlierRun(
        event.repository.full_name, run.head_repository.owner.login, run.head_branch, run.head_sha
    )


def request_of(found: Mapping[str, object]) -> Request:
    """The request for an open pull request as GitHub's API lists it.

    Raises:
        ValidationError: it is none.
    """
    pull = PullRequest.model_validate(found)
    repository = pull.base.repo
    if repository is None:
        raise ValueError("a pull request into no repository")
    return _request(PullRequestEvent(action="opened", pull_request=pull, repository=repository))


def _past(action: str | None) -> str:
    return (action or "of no known action").replace("_", " ")[:50]
