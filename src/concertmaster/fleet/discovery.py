"""Finds the repositories that use the framework: a hundred a question, with the manifests that would name it.

GraphQL gives a page of repositories together with some of their files for one point of its limit, where a search
for code has a far lower limit of its own and is not on every server. Where a page is too much for GitHub,
a smaller one is asked for, down to a single repository.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from concertmaster.fleet.model import Found, Survey, Wanted, is_repository
from concertmaster.github.answers import Json, integer, objects, text, truth
from concertmaster.github.client import Client
from concertmaster.github.refusals import GitHubError, LostError
from concertmaster.github.retry import MalformedAnswerError
from concertmaster.messages.fleet import limit_reached, no_organization
from concertmaster.project.dependencies import installed, read_requirements

MANIFESTS = (
    "pyproject.toml",
    "requirements.txt",
    "requirements.in",
    "requirements/base.txt",
    "setup.cfg",
    "setup.py",
    "Pipfile",
    "Dockerfile",
)
LARGEST = 100
#: After so many good pages a larger one is tried again.
GROWS_AFTER = 8
#: So much of the limit is left to whatever else the token is for.
RESERVE = 50
_NAMED = re.compile(r"orchestrator[-_.]core", re.IGNORECASE)
_TOO_MUCH = re.compile(r"something went wrong|timeout|timed out|resource limits|exceeds", re.IGNORECASE)
_QUERY = """
query ($login: String!, $size: Int!, $after: String) {
  rateLimit { cost remaining resetAt }
  repositoryOwner(login: $login) {
    repositories(first: $size, after: $after, ownerAffiliations: OWNER,
        orderBy: {field: CREATED_AT, direction: ASC}) {
      pageInfo { hasNextPage endCursor }
      nodes { nameWithOwner isArchived isFork isTemplate isDisabled %s }
    }
  }
}
"""
_TOPICS = "repositoryTopics(first: 50) { nodes { topic { name } } }"


@dataclass(frozen=True, slots=True)
class _Page:
    nodes: tuple[Json, ...]
    cursor: str | None
    is_last: bool
    remaining: int
    reset: str


def carry_on(client: Client, survey: Survey, keep: Callable[[Survey], None], *, kept: bool = False) -> Survey:
    """Read the rest of an organization's list; `keep` gets what is known after every page.

    Raises:
        UserError: there is no such organization, or the token's limit is nearly reached.
        GitHubError: a page cannot be read.
    """
    size, good, now = LARGEST, 0, survey
    while not now.is_complete:
        page = _page(client, now, size)
        if page is None:
            size, good = max(1, size // 2), 0
            continue
        good += 1
        if good == GROWS_AFTER:
            size, good = min(LARGEST, size * 2), 0
        now = _after(now, page)
        keep(now)
        if not now.is_complete and page.remaining < RESERVE:
            raise limit_reached(page.reset, kept=kept)
    return now


def _page(client: Client, survey: Survey, size: int) -> _Page | None:
    """The next page; None where it is too much for GitHub. A single repository comes without its files then."""
    wanted = survey.wanted
    variables = {"login": wanted.organization, "size": size, "after": survey.cursor}

    def shape(data: Json) -> _Page:
        return _shaped(data, wanted.organization)

    try:
        return client.query(_QUERY % " ".join(_fields(wanted)), variables, shape)
    except GitHubError as error:
        if not isinstance(error, LostError) and not _TOO_MUCH.search(str(error)):
            raise
        if size > 1:
            return None
    return client.query(_QUERY % (_TOPICS if wanted.topics else ""), variables, shape)


def _fields(wanted: Wanted) -> Iterator[str]:
    if wanted.topics:
        yield _TOPICS
    for index, path in enumerate(_paths(wanted)):
        yield f"f{index}: object(expression: {json.dumps(f'HEAD:{path}')}) {{ ... on Blob {{ text }} }}"


def _paths(wanted: Wanted) -> Iterator[str]:
    yield from MANIFESTS
    for folder in wanted.folders:
        yield from (f"{folder}/{name}" for name in MANIFESTS)


def _shaped(data: Json, organization: str) -> _Page:
    if data.get("repositoryOwner") is None:
        raise no_organization(organization)
    listed = data["repositoryOwner"].get("repositories")
    limit = data.get("rateLimit") or {}  # an Enterprise Server may have limits switched off
    nodes = [node for node in (listed or {}).get("nodes") or () if node is not None]
    return _Page(
        tuple(objects({"nodes": nodes}, "nodes")),
        (listed or {}).get("pageInfo", {}).get("endCursor"),
        not truth(listed, "pageInfo", "hasNextPage"),
        integer(limit, "remaining") if limit else RESERVE,
        str(limit.get("resetAt") or ""),
    )


def _after(survey: Survey, page: _Page) -> Survey:
    """What is known after one more page."""
    if not page.is_last and (not page.cursor or page.cursor == survey.cursor):
        raise GitHubError("GitHub's list of repositories does not go on")
    known = {item.repository for item in survey.found} | set(survey.unread)
    kept = [node for node in page.nodes if _is_wanted(node, survey.wanted)]
    seen = [(name, node) for node in kept if (name := _name(node)) not in known]
    paths = tuple(_paths(survey.wanted))
    found = (_found(name, node, paths) for name, node in seen if "f0" in node)
    return replace(
        survey,
        cursor=page.cursor,
        is_complete=page.is_last,
        listed=survey.listed + len(page.nodes),
        skipped=survey.skipped + len(page.nodes) - len(kept),
        found=(*survey.found, *(item for item in found if item is not None)),
        unread=(*survey.unread, *(name for name, node in seen if "f0" not in node)),
    )


def _name(node: Json) -> str:
    name = text(node, "nameWithOwner")
    if not is_repository(name):
        raise GitHubError("GitHub lists a repository whose name is none")
    return name


def _is_wanted(node: Json, wanted: Wanted) -> bool:
    if node.get("isDisabled"):
        return False
    kinds = (("isArchived", wanted.archived), ("isFork", wanted.forks), ("isTemplate", wanted.templates))
    if any(node.get(kind) and not also for kind, also in kinds):
        return False
    return not wanted.topics or not _topics(node).isdisjoint(wanted.topics)


def _topics(node: Json) -> set[str]:
    try:
        return {text(item, "topic", "name") for item in objects(node, "repositoryTopics", "nodes")}
    except MalformedAnswerError:
        return set()


def _found(name: str, node: Json, paths: Iterable[str]) -> Found | None:
    """The repository with the release that it asks for; None where nothing names the framework."""
    files: dict[str, bytes] = {}
    for index, path in enumerate(paths):
        content = (node.get(f"f{index}") or {}).get("text")
        if isinstance(content, str) and _NAMED.search(content):
            files[path] = content.encode("utf-8", "surrogatepass")
    believed = installed(read_requirements(files)) if files else None
    return Found(name, believed.release, believed.requirement.path) if believed else None
