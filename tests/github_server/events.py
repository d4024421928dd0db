"""Event payloads: GitHub's published examples with our repository, pull request and people filled in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.github_server import packages, payloads, payloads_git, payloads_pulls

if TYPE_CHECKING:
    from tests.github_server.hub import Hub
    from tests.github_server.state import (
        Issue,
        IssueComment,
        Json,
        PullRequest,
        Repository,
        ReviewComment,
        User,
    )

# The webhooks of GitHub's description that payloads are checked against.
DESCRIBED = (
    "issue-comment-created",
    "merge-group-checks-requested",
    "pull-request-closed",
    "pull-request-edited",
    "pull-request-opened",
    "pull-request-ready-for-review",
    "pull-request-reopened",
    "pull-request-synchronize",
    "pull-request-review-comment-created",
    "push",
    "workflow-dispatch",
    "workflow-run-completed",
)
NOTHING = "0" * 40


@dataclass(frozen=True, slots=True)
class Event:
    """What starts a workflow, and the commit that the workflow runs on."""

    name: str
    payload: Json
    repository: Repository
    actor: User
    ref: str
    sha: str
    head_ref: str = ""
    base_ref: str = ""


@cache
def _examples() -> dict[str, list[Json]]:
    entries = packages.json_member(packages.WEBHOOK_EXAMPLES, packages.WEBHOOK_MEMBER)
    return {entry["name"]: entry["examples"] for entry in entries}


def _example(hub: Hub, name: str, action: str | None, repository: Repository) -> Json:
    """The first example of an action (else of the event), moved to this host and repository."""
    candidates = _examples()[name]
    chosen = next((e for e in candidates if e.get("action") == action), candidates[0])
    text = json.dumps(chosen).replace(chosen["repository"]["full_name"], repository.full_name)
    text = text.replace("https://api.github.com", hub.urls.api).replace("https://github.com", hub.urls.web)
    moved: Json = json.loads(text)
    return {key: value for key, value in moved.items() if key not in ("organization", "installation")}


def _filled(example: Any, ours: Any) -> Any:
    """Ours wins at every depth; what we do not say stays as in the example."""
    if not isinstance(example, dict) or not isinstance(ours, dict):
        return ours
    return example | {key: _filled(example.get(key), value) for key, value in ours.items()}


def _event_payload(
    hub: Hub, name: str, action: str | None, repository: Repository, sender: User, **ours: Any
) -> Json:
    shared: Json = {
        "repository": payloads.repository(hub.urls, repository),
        "sender": payloads.user(hub.urls, sender),
    }
    if action:
        shared["action"] = action
    filled: Json = _filled(_example(hub, name, action, repository), shared | ours)
    return filled


def pull_request(
    hub: Hub, pull: PullRequest, action: str, *, sender: User, target: bool = False, **more: Any
) -> Event:
    """`target` makes it a `pull_request_target`, which runs on the default branch."""
    repo = pull.repository
    shape = payloads_pulls.full_pull(hub.urls, pull)
    payload = _event_payload(
        hub, "pull_request", action, repo, sender, number=pull.number, pull_request=shape, **more
    )
    if target or pull.merge_commit is None:
        ref, sha = _default(repo)
    else:
        ref, sha = f"refs/pull/{pull.number}/merge", pull.merge_commit
    name = "pull_request_target" if target else "pull_request"
    return Event(name, payload, repo, sender, ref, sha, pull.head.ref, pull.base.ref)


def _default(repo: Repository) -> tuple[str, str]:
    ref = f"refs/heads/{repo.default_branch}"
    return ref, repo.git.resolve(ref) or NOTHING


def push(hub: Hub, repo: Repository, branch: str, *, before: str | None, sender: User) -> Event:
    ref = f"refs/heads/{branch}"
    after = repo.git.resolve(ref) or NOTHING
    commit = _simple_commit(hub, repo, after)
    payload = _event_payload(
        hub,
        "push",
        None,
        repo,
        sender,
        ref=ref,
        before=before or NOTHING,
        after=after,
        created=before is None,
        head_commit=commit,
        commits=[commit],
        compare=f"{hub.urls.page(repo)}/compare/{(before or NOTHING)[:12]}...{after[:12]}",
        pusher={"name": sender.login, "email": sender.email},
    )
    return Event("push", payload, repo, sender, ref, after)


def _simple_commit(hub: Hub, repo: Repository, sha: str) -> Json:
    low = payloads_git.git_commit(hub, repo, sha)
    return {
        "id": sha,
        "tree_id": low["tree"]["sha"],
        "distinct": True,
        "message": low["message"],
        "timestamp": low["committer"]["date"],
        "url": low["html_url"],
        "author": low["author"] | {"username": low["author"]["name"]},
        "committer": low["committer"] | {"username": low["committer"]["name"]},
        "added": [],
        "removed": [],
        "modified": [],
    }


def merge_group(hub: Hub, pull: PullRequest, *, sender: User) -> Event:
    """The queue's trial commit; the payload names no pull request."""
    repo, base = pull.repository, pull.base
    head_ref = f"refs/heads/gh-readonly-queue/{base.ref}/pr-{pull.number}-{base.sha}"
    sha = pull.merge_commit or pull.head.sha
    repo.git.set_reference(head_ref, sha)
    commit = {
        k: v
        for k, v in _simple_commit(hub, repo, sha).items()
        if k in ("id", "tree_id", "message", "timestamp")
    }
    person = {"name": sender.login, "email": sender.email}
    group = {
        "head_sha": sha,
        "head_ref": head_ref,
        "base_sha": base.sha,
        "base_ref": f"refs/heads/{base.ref}",
        "head_commit": commit | {"author": person, "committer": person},
    }
    payload = _event_payload(hub, "merge_group", "checks_requested", repo, sender, merge_group=group)
    return Event("merge_group", payload, repo, sender, head_ref, sha)


def workflow_dispatch(hub: Hub, repo: Repository, inputs: dict[str, str], *, sender: User) -> Event:
    ref, sha = _default(repo)
    workflow = ".github/workflows/upgrade.yml"
    payload = _event_payload(hub, "workflow_dispatch", None, repo, sender, ref=ref, workflow=workflow)
    return Event("workflow_dispatch", payload | {"inputs": inputs}, repo, sender, ref, sha)


def schedule(hub: Hub, repo: Repository, cron: str, *, sender: User) -> Event:
    """GitHub publishes no example: besides the cron line there is only what every payload has."""
    ref, sha = _default(repo)
    shape = payloads.repository(hub.urls, repo)
    payload = {"schedule": cron, "repository": shape, "workflow": ".github/workflows/upgrade.yml"}
    return Event("schedule", payload, repo, sender, ref, sha)


def issues(hub: Hub, issue: Issue, action: str, *, sender: User) -> Event:
    payload = _event_payload(
        hub, "issues", action, issue.repository, sender, issue=payloads.issue(hub.urls, issue)
    )
    return Event("issues", payload, issue.repository, sender, *_default(issue.repository))


def issue_comment(hub: Hub, comment: IssueComment, action: str, *, sender: User) -> Event:
    issue = comment.issue
    ours = {
        "issue": payloads.issue(hub.urls, issue),
        "comment": payloads.issue_comment(hub.urls, comment),
    }
    payload = _event_payload(hub, "issue_comment", action, issue.repository, sender, **ours)
    if issue.pull is None:
        payload["issue"].pop("pull_request", None)
    return Event("issue_comment", payload, issue.repository, sender, *_default(issue.repository))


def review_comment(hub: Hub, comment: ReviewComment, action: str, *, sender: User) -> Event:
    """On lines of a pull request; such a workflow runs on the trial merge, as a `pull_request` does."""
    pull = comment.review.pull
    simple = payloads_pulls.simple_pull(hub.urls, pull)
    ours = {"pull_request": simple, "comment": payloads_pulls.review_comment(hub.urls, comment)}
    payload = _event_payload(hub, "pull_request_review_comment", action, pull.repository, sender, **ours)
    if comment.in_reply_to is None:
        payload["comment"].pop("in_reply_to_id", None)
    ref, sha = f"refs/pull/{pull.number}/merge", pull.merge_commit or pull.head.sha
    return Event("pull_request_review_comment", payload, pull.repository, sender, ref, sha)


def workflow_run(hub: Hub, pull: PullRequest, *, sender: User, conclusion: str = "success") -> Event:
    """After a workflow on a pull request; that list is empty when the head is a fork's."""
    repo, head = pull.repository, pull.head
    own = head.repository is repo
    run = {
        "conclusion": conclusion,
        "status": "completed",
        "path": ".github/workflows/review.yml",
        "actor": payloads.user(hub.urls, sender),
        "triggering_actor": payloads.user(hub.urls, sender),
        "head_commit": _head_commit(hub, pull),
        "event": "pull_request",
        "head_branch": head.ref,
        "head_sha": head.sha,
        "repository": payloads.repository(hub.urls, repo),
        "head_repository": payloads.repository(hub.urls, head.repository or repo),
        "pull_requests": [payloads_pulls.minimal_pull(hub.urls, pull)] if own else [],
    }
    payload = _event_payload(hub, "workflow_run", "completed", repo, sender, workflow_run=run)
    return Event("workflow_run", payload, repo, sender, *_default(repo))


def _head_commit(hub: Hub, pull: PullRequest) -> Json:
    names = ("id", "tree_id", "message", "timestamp", "author", "committer")
    commit = _simple_commit(hub, pull.repository, pull.head.sha)
    return {name: commit[name] for name in names}
