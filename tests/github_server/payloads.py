"""JSON of people, repositories, issues and their comments, in the shapes of GitHub's REST API."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.github_server.links import REPOSITORY_LINKS, USER_LINKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tests.github_server.state import Issue, IssueComment, Json, Label, Reaction, Repository, User

REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")
PERMISSIONS = {
    "admin": ("admin", "maintain", "push", "triage", "pull"),
    "maintain": ("maintain", "push", "triage", "pull"),
    "write": ("push", "triage", "pull"),
    "triage": ("triage", "pull"),
    "read": ("pull",),
}


@dataclass(frozen=True, slots=True)
class Urls:
    """Where this GitHub is: its API and its pages."""

    api: str
    web: str

    @property
    def graphql_path(self) -> str:
        """Beside REST on a host of its own, as on api.github.com; on an Enterprise Server beside its version."""
        return "/graphql" if self.api == self.web else "/api/graphql"

    @property
    def graphql(self) -> str:
        return f"{self.web}{self.graphql_path}"

    def repository(self, repository: Repository) -> str:
        return f"{self.api}/repos/{repository.full_name}"

    def page(self, repository: Repository) -> str:
        return f"{self.web}/{repository.full_name}"


def instant(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def user(urls: Urls, person: User) -> Json:
    url = f"{urls.api}/users/{quote(person.login)}"
    page = f"apps/{person.login.removesuffix('[bot]')}" if person.type == "Bot" else person.login
    return {
        "login": person.login,
        "id": person.id,
        "node_id": person.node_id,
        "avatar_url": f"{urls.web}/avatars/u/{person.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{urls.web}/{page}",
        "type": person.type,
        "site_admin": False,
        "user_view_type": "public",
        **{name: url + tail for name, tail in USER_LINKS.items()},
    }


def association(repository: Repository, person: User) -> str:
    if person.login == repository.owner.login:
        return "OWNER"
    role = repository.roles.get(person.login, "none")
    return "COLLABORATOR" if role in ("admin", "maintain", "write") else "NONE"


def repository(urls: Urls, repo: Repository) -> Json:
    url = urls.repository(repo)
    open_issues = sum(issue.state == "open" for issue in repo.issues.values())
    address = f"{urls.page(repo)}.git"
    return {
        "id": repo.id,
        "node_id": repo.node_id,
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
        "owner": user(urls, repo.owner),
        "html_url": urls.page(repo),
        "description": None,
        "fork": repo.parent is not None,
        "url": url,
        **{name: url + tail for name, tail in REPOSITORY_LINKS.items()},
        "created_at": instant(repo.created_at),
        "updated_at": instant(repo.created_at),
        "pushed_at": instant(repo.created_at),
        "git_url": address.replace("http://", "git://"),
        "ssh_url": f"git@{urls.web.split('//')[1]}:{repo.full_name}.git",
        "clone_url": address,
        "svn_url": urls.page(repo),
        "mirror_url": None,
        "homepage": None,
        "size": 0,
        "language": "Python",
        "license": None,
        "visibility": "private" if repo.private else "public",
        "default_branch": repo.default_branch,
        "archived": repo.archived,
        "disabled": False,
        "topics": [],
        **dict.fromkeys(("has_issues", "has_projects", "has_downloads", "has_wiki", "allow_forking"), True),
        **dict.fromkeys(
            ("has_pages", "has_discussions", "is_template", "web_commit_signoff_required"), False
        ),
        **dict.fromkeys(("stargazers_count", "watchers_count", "forks_count", "forks", "watchers"), 0),
        **dict.fromkeys(("open_issues_count", "open_issues"), open_issues),
    }


def full_repository(urls: Urls, repo: Repository, role: str) -> Json:
    granted = PERMISSIONS.get(role, ("pull",))
    shape = repository(urls, repo) | {
        "permissions": {name: name in granted for name in PERMISSIONS["admin"]},
        "network_count": 0,
        "subscribers_count": 0,
        "allow_squash_merge": True,
        "allow_merge_commit": True,
        "allow_rebase_merge": True,
        "allow_auto_merge": False,
        "delete_branch_on_merge": False,
        "allow_update_branch": False,
    }
    if repo.parent:
        shape["parent"] = shape["source"] = repository(urls, repo.parent)
    return shape


def label(urls: Urls, repo: Repository, item: Label) -> Json:
    return {
        "id": item.id,
        "node_id": item.node_id,
        "url": f"{urls.repository(repo)}/labels/{quote(item.name, safe='')}",
        "name": item.name,
        "color": item.color,
        "default": False,
        "description": item.description,
    }


def reaction(urls: Urls, item: Reaction) -> Json:
    return {
        "id": item.id,
        "node_id": item.node_id,
        "user": user(urls, item.user),
        "content": item.content,
        "created_at": instant(item.created_at),
    }


def rollup(url: str, reactions: Sequence[Reaction]) -> Json:
    counted = Counter(item.content for item in reactions)
    total = {"url": f"{url}/reactions", "total_count": len(reactions)}
    return total | {content: counted[content] for content in REACTIONS}


def issue(urls: Urls, item: Issue) -> Json:
    repo = item.repository
    url = f"{urls.repository(repo)}/issues/{item.number}"
    page = f"{urls.page(repo)}/{'pull' if item.pull else 'issues'}/{item.number}"
    assignees = [user(urls, person) for person in item.assignees]
    shape = {
        "url": url,
        "repository_url": urls.repository(repo),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "timeline_url": f"{url}/timeline",
        "html_url": page,
        "id": item.id,
        "node_id": item.node_id,
        "number": item.number,
        "title": item.title,
        "user": user(urls, item.user),
        "labels": [label(urls, repo, entry) for entry in item.labels],
        "state": item.state,
        "state_reason": item.state_reason,
        "locked": item.locked,
        "active_lock_reason": None,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": None,
        "comments": len(item.comments),
        "created_at": instant(item.created_at),
        "updated_at": instant(item.updated_at),
        "closed_at": instant(item.closed_at),
        "author_association": association(repo, item.user),
        "body": item.body,
        "reactions": rollup(url, item.reactions),
        "performed_via_github_app": None,
    }
    if item.pull:
        pull = f"{urls.repository(repo)}/pulls/{item.number}"
        shape["draft"] = item.pull.draft
        shape["pull_request"] = {
            "url": pull,
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": instant(item.pull.merged_at),
        }
    return shape


def issue_comment(urls: Urls, item: IssueComment) -> Json:
    repo = item.issue.repository
    url = f"{urls.repository(repo)}/issues/comments/{item.id}"
    kind = "pull" if item.issue.pull else "issues"
    return {
        "url": url,
        "html_url": f"{urls.page(repo)}/{kind}/{item.issue.number}#issuecomment-{item.id}",
        "issue_url": f"{urls.repository(repo)}/issues/{item.issue.number}",
        "id": item.id,
        "node_id": item.node_id,
        "user": user(urls, item.user),
        "created_at": instant(item.created_at),
        "updated_at": instant(item.updated_at),
        "body": item.body,
        "author_association": association(repo, item.user),
        "reactions": rollup(url, item.reactions),
        "performed_via_github_app": None,
    }
