"""JSON of check runs, annotations and commit statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_server.payloads import instant, repository, user
from tests.github_server.payloads_pulls import minimal_pull

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.github_server.payloads import Urls
    from tests.github_server.state import CheckRun, Json, PullRequest, Repository, Status, User

APP_ID = 15368


def app(urls: Urls, bot: User) -> Json:
    slug = bot.login.removesuffix("[bot]")
    owner = user(urls, bot) | {"login": "github", "type": "Organization"}
    return {
        "id": APP_ID if slug == "github-actions" else bot.id,
        "slug": slug,
        "node_id": f"A_{bot.node_id}",
        "owner": owner,
        "name": "GitHub Actions" if slug == "github-actions" else slug,
        "description": None,
        "external_url": f"{urls.web}/apps/{slug}",
        "html_url": f"{urls.web}/apps/{slug}",
        "created_at": "2018-07-30T09:30:17Z",
        "updated_at": "2024-04-10T20:33:16Z",
        "permissions": {"checks": "write", "contents": "write", "metadata": "read"},
        "events": [],
    }


def check_run(urls: Urls, run: CheckRun) -> Json:
    url = f"{urls.repository(run.repository)}/check-runs/{run.id}"
    page = f"{urls.page(run.repository)}/runs/{run.id}"
    output = {name: run.output.get(name) for name in ("title", "summary", "text")}
    return {
        "id": run.id,
        "node_id": run.node_id,
        "name": run.name,
        "head_sha": run.head_sha,
        "external_id": run.external_id or "",
        "url": url,
        "html_url": page,
        "details_url": run.details_url or page,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": run.started_at,
        "completed_at": run.completed_at,
        "output": output
        | {"annotations_count": len(run.annotations), "annotations_url": f"{url}/annotations"},
        "check_suite": {"id": run.suite},
        "app": app(urls, run.app),
        "pull_requests": [minimal_pull(urls, pull) for pull in _pulls(run)],
    }


def _pulls(run: CheckRun) -> list[PullRequest]:
    """Those of the repository itself; GitHub leaves out the ones from forks."""
    own = (pull for pull in run.repository.pulls if pull.head.repository is run.repository)
    return [pull for pull in own if pull.head.sha == run.head_sha]


def annotation(urls: Urls, run: CheckRun, item: Json) -> Json:
    optional = ("start_column", "end_column", "title", "raw_details")
    path = f"{urls.repository(run.repository)}/git/blobs/{run.head_sha}:{item['path']}"
    return {name: item.get(name) for name in optional} | {
        "path": item["path"],
        "blob_href": path,
        "start_line": item["start_line"],
        "end_line": item["end_line"],
        "annotation_level": item["annotation_level"],
        "message": item["message"],
    }


def status(urls: Urls, repo: Repository, item: Status) -> Json:
    creator = user(urls, item.creator)
    return {
        "url": f"{urls.repository(repo)}/statuses/{item.sha}",
        "avatar_url": creator["avatar_url"],
        "id": item.id,
        "node_id": item.node_id,
        "state": item.state,
        "description": item.description,
        "target_url": item.target_url,
        "context": item.context,
        "created_at": instant(item.created_at),
        "updated_at": instant(item.created_at),
        "creator": creator,
    }


def combined_status(urls: Urls, repo: Repository, sha: str, latest: Sequence[Status]) -> Json:
    states = {item.state for item in latest}
    worst = "failure" if states & {"error", "failure"} else "pending"
    url = f"{urls.repository(repo)}/commits/{sha}"
    shapes = [status(urls, repo, item) for item in latest]
    return {
        "state": "success" if states == {"success"} else worst,
        "statuses": [{k: v for k, v in shape.items() if k != "creator"} for shape in shapes],
        "sha": sha,
        "total_count": len(latest),
        "repository": repository(urls, repo),
        "commit_url": url,
        "url": f"{url}/status",
    }
