"""What a workflow run was started for: the event's payload and the runner's environment, as one request."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from concertmaster.github.asked import Closed as Closed
from concertmaster.github.asked import EarlierRun as EarlierRun
from concertmaster.github.asked import Request as Request
from concertmaster.github.asked import Skipped as Skipped
from concertmaster.github.asked import Spoken as Spoken
from concertmaster.github.commands import read_commands
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

#: What the shipped workflow runs on; `edited` because the base may have changed.
ACTIONS = ("opened", "edited", "synchronize", "reopened", "ready_for_review")
EVENTS = ("pull_request", "pull_request_target")
OTHERS = ("merge_group", "workflow_run")
COMMENTS = ("issue_comment", "pull_request_review_comment")


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
