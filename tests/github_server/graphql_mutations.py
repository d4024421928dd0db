"""What GraphQL changes: threads resolved, comments minimised, replies, commits on a branch."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from tests.github_server import conversation, permissions
from tests.github_server.calls import Refusal
from tests.github_server.graphql_base import Context, Failure, no_node
from tests.github_server.graphql_nodes import commit, of_node, review_comment, thread
from tests.github_server.routes_contents import commit_on_branch
from tests.github_server.state import Comment, IssueComment, Repository, Review, ReviewComment, Thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.github_server.gitwrite import Content
    from tests.github_server.state import Json

    Mutations = dict[str, Callable[[Context, Json], Json]]

MINIMIZE = ("pull_requests:write", "issues:write")


def _node(context: Context, node_id: str, kind: type[Any]) -> Any:
    found = context.hub.nodes.get(node_id)
    if not isinstance(found, kind):
        raise no_node(node_id)
    return found


def _demand(context: Context, repository: Repository, *needs: str) -> None:
    permissions.demand(repository, context.token, needs)


def _resolve(context: Context, wanted: Json, *, resolved: bool) -> Json:
    """Resolving needs write access to the contents; the pull request's permission alone does not do."""
    found: Thread = _node(context, wanted["threadId"], Thread)
    _demand(context, found.pull.repository, "contents:write")
    found.resolved_by = context.token.user if resolved else None
    return _payload(wanted, thread=thread(context, found))


def _payload(wanted: Json, **fields: Any) -> Json:
    return {"clientMutationId": wanted.get("clientMutationId"), **fields}


def _repository_of(comment: Comment) -> Repository:
    match comment:
        case IssueComment():
            return comment.issue.repository
        case ReviewComment():
            return comment.review.pull.repository
        case Review():
            return comment.pull.repository
    raise Failure("UNPROCESSABLE", "This cannot be minimized")


def _minimize(context: Context, wanted: Json, reason: str | None) -> Json:
    comment: Comment = _node(context, wanted["subjectId"], Comment)
    _demand(context, _repository_of(comment), *MINIMIZE)
    comment.minimized = reason
    name = "minimizedComment" if reason else "unminimizedComment"
    return _payload(wanted, **{name: of_node(context, comment)})


def _reply(context: Context, wanted: Json) -> Json:
    found: Thread = _node(context, wanted["pullRequestReviewThreadId"], Thread)
    _demand(context, found.pull.repository, "pull_requests:write")
    comment = conversation.reply(context.hub, found, context.token.user, wanted["body"])
    return _payload(wanted, comment=review_comment(context, comment))


def _commit(context: Context, wanted: Json) -> Json:
    """Only on top of the commit that the client knows: `expectedHeadOid` is the lock."""
    repo, branch = _branch(context, wanted["branch"])
    _demand(context, repo, "contents:write")
    tip = repo.git.resolve(f"refs/heads/{branch}")
    if tip is None:
        raise Failure("NOT_FOUND", f'Branch "{branch}" could not be found')
    expected = wanted["expectedHeadOid"]
    if tip != expected:
        message = f'Expected branch to point to "{expected}" but it did not. Pull and try again.'
        raise Failure("STALE_DATA", message)
    changes = wanted.get("fileChanges") or {}
    files: dict[str, Content | None] = {
        item["path"]: _decoded(item["contents"]) for item in changes.get("additions", [])
    }
    for item in changes.get("deletions", []):
        if repo.git.read(f"{tip}:{item['path']}") is None:
            message = f"A path was requested for deletion which does not exist as of commit oid `{tip}`"
            raise Failure("UNPROCESSABLE", message)
        files[item["path"]] = None
    words = wanted["message"]
    message = words["headline"] + (f"\n\n{words['body']}" if words.get("body") else "")
    sha = commit_on_branch(context.hub, context.token, repo, branch, files, message)
    ref = {"__typename": "Ref", "id": f"REF_{branch}", "name": branch, "prefix": "refs/heads/"}
    made = commit(context, repo, sha)
    return _payload(wanted, commit=made, ref=ref | {"target": made})


def _branch(context: Context, wanted: Json) -> tuple[Repository, str]:
    name = wanted.get("repositoryNameWithOwner")
    if not name or not wanted.get("branchName"):
        raise Failure("UNPROCESSABLE", "Branch must be given as repositoryNameWithOwner and branchName")
    owner, _, short = name.partition("/")
    return context.hub.visible_repository(owner, short, context.token), wanted["branchName"]


def _decoded(contents: str) -> bytes:
    try:
        return base64.b64decode(contents, validate=True)
    except binascii.Error as error:
        raise Failure("UNPROCESSABLE", "Contents are not valid Base64") from error


def _update_refs(context: Context, wanted: Json) -> Json:
    """All references or none; `beforeOid` is where each must be, for `force` too."""
    repo: Repository = _node(context, wanted["repositoryId"], Repository)
    _demand(context, repo, "contents:write")
    for update in wanted["refUpdates"]:
        _check_update(context, repo, update)
    for update in wanted["refUpdates"]:
        repo.git.set_reference(update["name"], update["afterOid"])
        context.hub.branch_moved(repo, update["name"].removeprefix("refs/heads/"))
    return _payload(wanted)


def _check_update(context: Context, repo: Repository, update: Json) -> None:
    name, after = update["name"], update["afterOid"]
    tip = repo.git.references(name).get(name)
    if not name.startswith("refs/heads/") or repo.git.commit(after) is None:
        raise Failure("UNPROCESSABLE", f"{name} cannot be updated to {after}")
    if update.get("beforeOid") not in (None, tip):
        raise Failure("UNPROCESSABLE", f"Reference cannot be updated: {name} is at {tip}")
    if tip and not update.get("force") and not repo.git.is_ancestor(tip, after):
        raise Failure("UNPROCESSABLE", "Update is not a fast forward")
    try:
        permissions.check_protection(repo, name)
        permissions.check_workflow_files(repo, context.token, tip, after)
    except Refusal as refusal:
        raise Failure("FORBIDDEN", str(refusal)) from refusal


MUTATIONS: Mutations = {
    "resolveReviewThread": lambda context, wanted: _resolve(context, wanted, resolved=True),
    "unresolveReviewThread": lambda context, wanted: _resolve(context, wanted, resolved=False),
    "minimizeComment": lambda context, wanted: _minimize(context, wanted, _reason(wanted["classifier"])),
    "unminimizeComment": lambda context, wanted: _minimize(context, wanted, None),
    "addPullRequestReviewThreadReply": _reply,
    "createCommitOnBranch": _commit,
    "updateRefs": _update_refs,
}


def root(context: Context) -> Json:
    def resolver(carry_out: Callable[[Context, Json], Json]) -> Callable[..., Json]:
        return lambda _info, **arguments: carry_out(context, arguments["input"])

    return {name: resolver(carry_out) for name, carry_out in MUTATIONS.items()}


def _reason(classifier: str) -> str:
    return classifier.lower().replace("_", "-")
