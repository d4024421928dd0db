"""JSON of pull requests, their files, reviews and review comments."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.github_server import anchors
from tests.github_server.payloads import Urls, association, instant, issue, label, repository, rollup, user

if TYPE_CHECKING:
    from tests.github_server.diff import FileDiff
    from tests.github_server.state import Branch, Json, PullRequest, Repository, Review, ReviewComment


def pull_url(urls: Urls, pull: PullRequest) -> str:
    return f"{urls.repository(pull.repository)}/pulls/{pull.number}"


def pull_page(urls: Urls, pull: PullRequest) -> str:
    return f"{urls.page(pull.repository)}/pull/{pull.number}"


def side(urls: Urls, branch: Branch) -> Json:
    return {
        "label": f"{branch.owner.login}:{branch.ref}",
        "ref": branch.ref,
        "sha": branch.sha,
        "user": user(urls, branch.owner),
        "repo": repository(urls, branch.repository) if branch.repository else None,
    }


def minimal_pull(urls: Urls, pull: PullRequest) -> Json:
    """As check runs and workflow runs name it."""
    repo = {"id": pull.repository.id, "url": urls.repository(pull.repository), "name": pull.repository.name}
    head = {"ref": pull.head.ref, "sha": pull.head.sha, "repo": repo}
    base = {"ref": pull.base.ref, "sha": pull.base.sha, "repo": repo}
    return {"id": pull.id, "number": pull.number, "url": pull_url(urls, pull), "head": head, "base": base}


def simple_pull(urls: Urls, pull: PullRequest) -> Json:
    """As it stands in lists."""
    url, page, base = pull_url(urls, pull), pull_page(urls, pull), urls.repository(pull.repository)
    item = pull.issue
    shared = issue(urls, item)
    links = {
        "self": url,
        "html": page,
        "issue": shared["url"],
        "comments": shared["comments_url"],
        "review_comments": f"{url}/comments",
        "review_comment": f"{base}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{base}/statuses/{pull.head.sha}",
    }
    same = ("title", "user", "body", "locked", "active_lock_reason", "state", "created_at", "updated_at")
    return {name: shared[name] for name in (*same, "closed_at", "assignee", "assignees", "milestone")} | {
        "url": url,
        "id": pull.id,
        "node_id": pull.node_id,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": shared["url"],
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "number": pull.number,
        "merged_at": instant(pull.merged_at),
        "merge_commit_sha": pull.merge_commit,
        "requested_reviewers": [user(urls, person) for person in pull.requested_reviewers],
        "requested_teams": [],
        "labels": [label(urls, pull.repository, entry) for entry in item.labels],
        "draft": pull.draft,
        "head": side(urls, pull.head),
        "base": side(urls, pull.base),
        "_links": {name: {"href": target} for name, target in links.items()},
        "author_association": association(pull.repository, item.user),
        "auto_merge": None,
    }


def full_pull(urls: Urls, pull: PullRequest) -> Json:
    files = anchors.files_of(pull)
    git = pull.repository.git
    mergeable = None if pull.merged_at else pull.merge_commit is not None
    return simple_pull(urls, pull) | {
        "merged": pull.merged_at is not None,
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": {None: "unknown", True: "clean", False: "dirty"}[mergeable],
        "merged_by": user(urls, pull.merged_by) if pull.merged_by else None,
        "comments": len(pull.issue.comments),
        "review_comments": len(pull.review_comments),
        "maintainer_can_modify": pull.maintainer_can_modify and pull.head.repository is not pull.repository,
        "commits": len(git.commits(f"{pull.base.sha}..{pull.head.sha}")),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


def diff_entry(urls: Urls, repo: Repository, sha: str, file: FileDiff) -> Json:
    path = quote(file.path, errors="surrogateescape")
    shape: Json = {
        "sha": file.old_sha if file.status == "removed" else file.sha,
        "filename": file.path.encode(errors="surrogateescape").decode(errors="replace"),
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{urls.page(repo)}/blob/{sha}/{path}",
        "raw_url": f"{urls.page(repo)}/raw/{sha}/{path}",
        "contents_url": f"{urls.repository(repo)}/contents/{path}?ref={sha}",
    }
    if file.shown_patch is not None:
        shape["patch"] = file.shown_patch
    if file.previous_path is not None:
        shape["previous_filename"] = file.previous_path
    return shape


def review(urls: Urls, item: Review) -> Json:
    page = f"{pull_page(urls, item.pull)}#pullrequestreview-{item.id}"
    shape = {
        "id": item.id,
        "node_id": item.node_id,
        "user": user(urls, item.user),
        "body": item.body,
        "state": item.state,
        "html_url": page,
        "pull_request_url": pull_url(urls, item.pull),
        "author_association": association(item.pull.repository, item.user),
        "_links": {"html": {"href": page}, "pull_request": {"href": pull_url(urls, item.pull)}},
        "commit_id": item.commit_id,
    }
    if item.submitted_at:
        shape["submitted_at"] = instant(item.submitted_at)
    return shape


def review_comment(urls: Urls, item: ReviewComment) -> Json:
    """The place as it was and, unless outdated, as it is now."""
    pull = item.review.pull
    url = f"{urls.repository(pull.repository)}/pulls/comments/{item.id}"
    page = f"{pull_page(urls, pull)}#discussion_r{item.id}"
    then = item.thread.anchor
    now = None if item.thread.applied else anchors.current(pull, then)
    shape = {
        "url": url,
        "pull_request_review_id": item.review.id,
        "id": item.id,
        "node_id": item.node_id,
        "diff_hunk": item.thread.diff_hunk,
        "path": now.path if now else then.path,
        "commit_id": now.head_sha if now else then.head_sha,
        "original_commit_id": then.head_sha,
        "user": user(urls, item.user),
        "body": item.body,
        "created_at": instant(item.created_at),
        "updated_at": instant(item.updated_at),
        "html_url": page,
        "pull_request_url": pull_url(urls, pull),
        "author_association": association(pull.repository, item.user),
        "_links": {
            "self": {"href": url},
            "html": {"href": page},
            "pull_request": {"href": pull_url(urls, pull)},
        },
        "reactions": rollup(url, item.reactions),
        "start_line": now.start_line if now else None,
        "original_start_line": then.start_line,
        "start_side": then.start_side,
        "line": now.line if now else None,
        "side": then.side,
        "subject_type": then.subject_type,
        "position": (now.position or 1) if now else None,
        "original_position": then.position or 1,
    }
    if then.line is not None:
        shape["original_line"] = then.line
    if item.in_reply_to:
        shape["in_reply_to_id"] = item.in_reply_to.id
    return shape
