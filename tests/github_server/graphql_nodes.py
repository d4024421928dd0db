"""Objects of the GraphQL API as nested mappings, whose costly parts are made when a query asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.github_server import anchors, payloads_git
from tests.github_server.graphql_base import Context, Failure, connection, lazy
from tests.github_server.payloads import association, instant
from tests.github_server.payloads_pulls import pull_page
from tests.github_server.state import (
    Comment,
    Issue,
    IssueComment,
    PullRequest,
    Repository,
    Review,
    ReviewComment,
    Thread,
)

if TYPE_CHECKING:
    from tests.github_server.state import Json, User

LONGEST_TEXT = 512_000


def actor(context: Context, person: User) -> Json:
    """A bot's login lacks the `[bot]` that REST adds."""
    is_bot = person.type == "Bot"
    return {
        "__typename": "Bot" if is_bot else "User",
        "login": person.login.removesuffix("[bot]"),
        "id": person.node_id,
        "databaseId": person.id,
        "url": f"{context.hub.urls.web}/{person.login}",
        "resourcePath": f"/{person.login}",
        "avatarUrl": f"{context.hub.urls.web}/avatars/u/{person.id}",
    }


def repository(context: Context, repo: Repository) -> Json:
    pulls = connection(lambda: repo.pulls, lambda item: pull(context, item))

    def numbered(_info: Any, number: int) -> Json:
        issue = repo.issues.get(number)
        if issue is None or issue.pull is None:
            raise Failure("NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}.")
        return pull(context, issue.pull)

    return {
        "__typename": "Repository",
        "id": repo.node_id,
        "databaseId": repo.id,
        "name": repo.name,
        "nameWithOwner": repo.full_name,
        "isPrivate": repo.private,
        "isFork": repo.parent is not None,
        "isArchived": repo.archived,
        "isTemplate": repo.template,
        "isDisabled": repo.disabled,
        "repositoryTopics": connection(lambda: repo.topics, lambda name: {"topic": {"name": name}}),
        "url": context.hub.urls.page(repo),
        "owner": lazy(lambda: actor(context, repo.owner)),
        "pullRequest": numbered,
        "pullRequests": pulls,
        "issue": lambda _info, number: issue(context, repo, number),
        "object": lambda _info, **wanted: git_object(context, repo, wanted),
    }


def issue(context: Context, repo: Repository, number: int) -> Json:
    item = repo.issues.get(number)
    if item is None or item.pull is not None:
        raise Failure("NOT_FOUND", f"Could not resolve to an Issue with the number of {number}.")
    editor = actor(context, item.editor) if item.editor else None
    return {"__typename": "Issue", "id": item.node_id, "number": number, "body": item.body, "editor": editor}


def git_object(context: Context, repo: Repository, wanted: Json) -> Json | None:
    """A commit or a file. Text that is none is replaced sign by sign, and cut when it is long."""
    found = repo.git.read(wanted.get("oid") or wanted.get("expression") or "")
    if found is None or found.type == "tree":
        return None
    if found.type == "commit":
        return commit(context, repo, found.sha)
    is_binary = b"\0" in found.data[:8_000]
    text = found.data.decode(errors="replace")
    return {
        "__typename": "Blob",
        "id": f"B_{found.sha}",
        "oid": found.sha,
        "abbreviatedOid": found.sha[:7],
        "byteSize": len(found.data),
        "isBinary": is_binary,
        "isTruncated": len(found.data) > LONGEST_TEXT,
        "text": None if is_binary else text[:LONGEST_TEXT],
        "repository": lazy(lambda: repository(context, repo)),
    }


def pull(context: Context, item: PullRequest) -> Json:
    issue = item.issue
    state = "MERGED" if item.merged_at else issue.state.upper()
    visible = [r for r in item.reviews if r.state != "PENDING" or r.user is context.token.user]
    return {
        "__typename": "PullRequest",
        "id": item.node_id,
        "databaseId": item.id,
        "number": item.number,
        "title": issue.title,
        "body": issue.body,
        "state": state,
        "isDraft": item.draft,
        "locked": issue.locked,
        "url": pull_page(context.hub.urls, item),
        "headRefName": item.head.ref,
        "headRefOid": item.head.sha,
        "baseRefName": item.base.ref,
        "baseRefOid": item.base.sha,
        "isCrossRepository": item.head.repository is not item.repository,
        "author": actor(context, issue.user),
        "repository": lazy(lambda: repository(context, item.repository)),
        "reviewThreads": connection(lambda: item.threads, lambda entry: thread(context, entry)),
        "reviews": connection(lambda: visible, lambda entry: review(context, entry)),
        "comments": connection(lambda: issue.comments, lambda entry: issue_comment(context, entry)),
    }


def thread(context: Context, item: Thread) -> Json:
    then = item.anchor
    now = None if item.applied else anchors.current(item.pull, then)
    may_resolve = context.token.allows("contents", "write")
    return {
        "__typename": "PullRequestReviewThread",
        "id": item.node_id,
        "path": now.path if now else then.path,
        "line": now.line if now else None,
        "startLine": now.start_line if now else None,
        "originalLine": then.line,
        "originalStartLine": then.start_line,
        "diffSide": then.side,
        "startDiffSide": then.start_side,
        "subjectType": then.subject_type.upper(),
        "isOutdated": now is None,
        "isResolved": item.resolved_by is not None,
        "isCollapsed": item.resolved_by is not None or now is None,
        "resolvedBy": actor(context, item.resolved_by) if item.resolved_by else None,
        "viewerCanReply": context.token.allows("pull_requests", "write"),
        "viewerCanResolve": may_resolve and item.resolved_by is None,
        "viewerCanUnresolve": may_resolve and item.resolved_by is not None,
        "pullRequest": lazy(lambda: pull(context, item.pull)),
        "repository": lazy(lambda: repository(context, item.pull.repository)),
        "comments": connection(lambda: item.comments, lambda entry: review_comment(context, entry)),
    }


def _comment(context: Context, item: Comment, repo: Repository, typename: str) -> Json:
    mine = item.user is context.token.user
    return {
        "__typename": typename,
        "id": item.node_id,
        "databaseId": item.id,
        "fullDatabaseId": str(item.id),
        "body": item.body,
        "bodyText": item.body,
        "author": actor(context, item.user),
        "authorAssociation": association(repo, item.user),
        "createdAt": instant(item.created_at),
        "updatedAt": instant(item.updated_at),
        "publishedAt": instant(item.created_at),
        "isMinimized": item.minimized is not None,
        "minimizedReason": item.minimized,
        "viewerCanMinimize": context.token.allows("pull_requests", "write"),
        "viewerDidAuthor": mine,
        "viewerCanUpdate": mine,
        "viewerCanDelete": mine,
        "viewerCanReact": True,
        "includesCreatedEdit": item.updated_at != item.created_at,
        "repository": lazy(lambda: repository(context, repo)),
    }


def issue_comment(context: Context, item: IssueComment) -> Json:
    repo = item.issue.repository
    kind = "pull" if item.issue.pull else "issues"
    url = f"{context.hub.urls.page(repo)}/{kind}/{item.issue.number}#issuecomment-{item.id}"
    own = {"url": url, "pullRequest": lazy(lambda: item.issue.pull and pull(context, item.issue.pull))}
    return _comment(context, item, repo, "IssueComment") | own


def review(context: Context, item: Review) -> Json:
    repo = item.pull.repository
    return _comment(context, item, repo, "PullRequestReview") | {
        "state": item.state,
        "submittedAt": instant(item.submitted_at),
        "url": f"{pull_page(context.hub.urls, item.pull)}#pullrequestreview-{item.id}",
        "commit": lazy(lambda: commit(context, repo, item.commit_id)),
        "pullRequest": lazy(lambda: pull(context, item.pull)),
        "comments": connection(lambda: item.comments, lambda entry: review_comment(context, entry)),
    }


def review_comment(context: Context, item: ReviewComment) -> Json:
    place = thread(context, item.thread)
    same = ("path", "line", "startLine", "originalLine", "originalStartLine", "subjectType")
    parent, request = item.in_reply_to, item.review.pull
    return _comment(context, item, request.repository, "PullRequestReviewComment") | {
        **{name: place[name] for name in same},
        "outdated": place["isOutdated"],
        "diffHunk": item.thread.diff_hunk,
        "state": "PENDING" if item.review.state == "PENDING" else "SUBMITTED",
        "url": f"{pull_page(context.hub.urls, request)}#discussion_r{item.id}",
        "replyTo": lazy(lambda: parent and review_comment(context, parent)),
        "commit": lazy(lambda: commit(context, request.repository, request.head.sha)),
        "originalCommit": lazy(lambda: commit(context, request.repository, item.thread.anchor.head_sha)),
        "pullRequestReview": lazy(lambda: review(context, item.review)),
        "pullRequest": lazy(lambda: pull(context, request)),
    }


def commit(context: Context, repo: Repository, sha: str) -> Json:
    low = payloads_git.git_commit(context.hub, repo, sha)
    signature = {"__typename": "GpgSignature", "isValid": True, "state": "VALID", "wasSignedByGitHub": True}
    url = f"{context.hub.urls.page(repo)}/commit/{sha}"
    return {
        "__typename": "Commit",
        "id": low["node_id"],
        "oid": sha,
        "abbreviatedOid": sha[:7],
        "message": low["message"],
        "messageHeadline": low["message"].partition("\n")[0],
        "url": url,
        "commitUrl": url,
        "committedDate": low["committer"]["date"],
        "authoredDate": low["author"]["date"],
        "signature": signature if low["verification"]["verified"] else None,
        "repository": lazy(lambda: repository(context, repo)),
    }


def of_node(context: Context, node: object) -> Json | None:
    """Whatever a global id stands for."""
    match node:
        case Thread():
            return thread(context, node)
        case ReviewComment():
            return review_comment(context, node)
        case Review():
            return review(context, node)
        case IssueComment():
            return issue_comment(context, node)
        case PullRequest():
            return pull(context, node)
        case Repository():
            return repository(context, node)
        case Issue() if node.pull:
            return pull(context, node.pull)
    return None
