"""The repository itself: its data, branches, commits, comparisons, people, archive; and the API's own state."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.github_server import archive, payloads, payloads_git, payloads_pulls, permissions
from tests.github_server.calls import Call, Refusal, Reply, forbidden, not_found, route
from tests.github_server.diff import diff

if TYPE_CHECKING:
    from tests.github_server.state import Json, PullRequest, Repository, User

REPO = "/repos/{owner}/{repo}"
READ = "contents:read"
HOURLY_LIMIT = 5000


@route("GET", REPO)
def get_repository(call: Call) -> Reply:
    repo = call.repository
    return Reply(
        200, payloads.full_repository(call.hub.urls, repo, permissions.role_of_token(repo, call.token))
    )


@route("GET", REPO + "/branches", READ)
def list_branches(call: Call) -> Reply:
    repo = call.repository
    heads = repo.git.references("refs/heads/")
    return call.page(list(heads.items()), lambda pair: _short_branch(call, repo, *pair))


def _short_branch(call: Call, repo: Repository, name: str, sha: str) -> Json:
    short = name.removeprefix("refs/heads/")
    commit = {"sha": sha, "url": f"{call.hub.urls.repository(repo)}/commits/{sha}"}
    return {"name": short, "commit": commit, "protected": short in repo.protected}


@route("GET", REPO + "/branches/{branch}", READ)
def get_branch(call: Call) -> Reply:
    repo, name = call.repository, call.arguments["branch"]
    sha = repo.git.resolve(f"refs/heads/{name}")
    if sha is None:
        raise Refusal(404, "Branch not found")
    url = f"{call.hub.urls.repository(repo)}/branches/{name}"
    checks = {"enforcement_level": "off", "contexts": [], "checks": []}
    return Reply(
        200,
        {
            "name": name,
            "commit": payloads_git.commit(call.hub, repo, sha),
            "_links": {"self": url, "html": f"{call.hub.urls.page(repo)}/tree/{name}"},
            "protected": name in repo.protected,
            "protection": {"enabled": name in repo.protected, "required_status_checks": checks},
            "protection_url": f"{url}/protection",
        },
    )


@route("GET", REPO + "/commits", READ)
def list_commits(call: Call) -> Reply:
    repo, query = call.repository, call.query
    start = repo.git.resolve(query.get("sha", repo.default_branch))
    if start is None:
        raise not_found()
    path = ("--", query["path"]) if "path" in query else ()
    shas = repo.git.run("rev-list", start, *path).decode().split()
    return call.page(shas, lambda sha: payloads_git.commit(call.hub, repo, sha))


@route("GET", REPO + "/commits/{ref}", READ)
def get_commit(call: Call) -> Reply:
    repo, ref = call.repository, call.arguments["ref"]
    sha = repo.git.resolve(ref)
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {ref}")
    return Reply(200, payloads_git.commit(call.hub, repo, sha, files=True))


@route("GET", REPO + "/commits/{commit_sha}/pulls", "pull_requests:read")
def list_pulls_of_commit(call: Call) -> Reply:
    """Open ones that contain the commit, and those merged with it."""
    repo, sha = call.repository, call.arguments["commit_sha"]
    found = [
        pull for pull in repo.pulls if sha in (pull.head.sha, pull.merge_commit) or _contains(repo, pull, sha)
    ]
    return call.page(found, lambda pull: payloads_pulls.simple_pull(call.hub.urls, pull))


def _contains(repo: Repository, pull: PullRequest, sha: str) -> bool:
    return sha in repo.git.commits(f"{pull.base.sha}..{pull.head.sha}")


@route("GET", REPO + "/compare/{basehead}", READ)
def compare(call: Call) -> Reply:
    repo, hub = call.repository, call.hub
    first, separator, second = call.arguments["basehead"].partition("...")
    base, head = repo.git.resolve(first), repo.git.resolve(second)
    if not separator or base is None or head is None:
        raise not_found()
    common = repo.git.merge_base(base, head)
    if common is None:
        raise Refusal(404, f"No common ancestor between {first} and {second}.")
    ahead = repo.git.commits("--reverse", f"{base}..{head}")
    paged = call.page(ahead, lambda sha: payloads_git.commit(hub, repo, sha))
    files = diff(repo.git, common, head)[:300]
    body = _distance(repo, base, head, ahead) | {
        **_comparison_links(call, f"compare/{first}...{second}"),
        "base_commit": payloads_git.commit(hub, repo, base),
        "merge_base_commit": payloads_git.commit(hub, repo, common),
        "commits": paged.body,
        "files": [payloads_pulls.diff_entry(hub.urls, repo, head, file) for file in files],
    }
    return Reply(200, body, paged.headers)


def _distance(repo: Repository, base: str, head: str, ahead: list[str]) -> Json:
    behind = repo.git.commits(f"{head}..{base}")
    status = ("diverged" if behind else "ahead") if ahead else ("behind" if behind else "identical")
    return {"status": status, "ahead_by": len(ahead), "behind_by": len(behind), "total_commits": len(ahead)}


def _comparison_links(call: Call, tail: str) -> Json:
    page = f"{call.hub.urls.page(call.repository)}/{tail}"
    links = {
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
    }
    return links | {"url": f"{call.hub.urls.repository(call.repository)}/{tail}"}


@route("GET", REPO + "/collaborators/{username}/permission")
def get_permission(call: Call) -> Reply:
    """For anybody with an account: who is no collaborator may read what is public."""
    repo, login = call.repository, call.arguments["username"]
    person = call.hub.users.get(login)
    if person is None:
        raise not_found()
    role = permissions.role_of(repo, person)
    legacy = {"maintain": "write", "triage": "read"}.get(role, role)
    granted = payloads.PERMISSIONS.get(role, ())
    shape = payloads.user(call.hub.urls, person) | {
        "permissions": {name: name in granted for name in payloads.PERMISSIONS["admin"]},
        "role_name": role,
    }
    return Reply(200, {"permission": legacy, "role_name": role, "user": shape})


@route("GET", REPO + "/tarball/{ref}", READ)
def get_tarball(call: Call) -> Reply:
    repo, ref = call.repository, call.arguments["ref"]
    if repo.git.resolve(ref) is None:
        raise not_found()
    return Reply(302, None, {"Location": archive.address(call.hub, repo, ref, call.token)})


@route("GET", "/user")
def get_user(call: Call) -> Reply:
    """An app's token is nobody's."""
    if call.user.type == "Bot":
        raise forbidden()
    return Reply(200, _account(call, call.user))


@route("GET", "/users/{username}")
def get_user_by_name(call: Call) -> Reply:
    person = call.hub.users.get(call.arguments["username"])
    if person is None:
        raise not_found()
    return Reply(200, _account(call, person))


def _account(call: Call, person: User) -> Json:
    now = payloads.instant(call.hub.clock.now)
    names = ("name", "company", "blog", "location", "email", "hireable", "bio")
    counts = ("public_repos", "public_gists", "followers", "following")
    shape = payloads.user(call.hub.urls, person) | dict.fromkeys(names) | dict.fromkeys(counts, 0)
    return shape | {"created_at": now, "updated_at": now}


@route("GET", "/rate_limit")
def get_rate_limit(call: Call) -> Reply:
    limit = {"limit": HOURLY_LIMIT, "used": 0, "remaining": HOURLY_LIMIT, "reset": int(time.time()) + 3600}
    return Reply(200, {"resources": {"core": limit, "search": limit, "graphql": limit}, "rate": limit})
