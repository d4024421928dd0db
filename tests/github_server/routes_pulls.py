"""Pull requests and their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_server import anchors, payloads, payloads_git, payloads_pulls
from tests.github_server.calls import Call, Refusal, Reply, custom, forbidden, invalid, not_found, route
from tests.github_server.conversation import LONGEST_BODY
from tests.github_server.gitwrite import write_commit
from tests.github_server.hub import base_tip, has_commits_between
from tests.github_server.state import Branch

if TYPE_CHECKING:
    from tests.github_server.state import PullRequest, Repository

PULLS = "/repos/{owner}/{repo}/pulls"
PULL = PULLS + "/{pull_number}"
READ, WRITE = "pull_requests:read", "pull_requests:write"
MOST_FILES, MOST_COMMITS = 3000, 250
LONGEST_TITLE = 256


@route("GET", PULLS, READ)
def list_pulls(call: Call) -> Reply:
    query = call.query
    state, head, base = query.get("state", "open"), query.get("head"), query.get("base")
    found = [
        pull
        for pull in call.repository.pulls
        if state in ("all", pull.issue.state)
        and head in (None, pull.head.ref, f"{pull.head.owner.login}:{pull.head.ref}")
        and base in (None, pull.base.ref)
    ]
    found.sort(key=lambda pull: _sort_key(pull, query.get("sort", "created")), reverse=_descends(query))
    return call.page(found, lambda pull: payloads_pulls.simple_pull(call.hub.urls, pull))


def _sort_key(pull: PullRequest, sort: str) -> float:
    return pull.issue.updated_at.timestamp() if sort == "updated" else pull.number


def _descends(query: dict[str, str]) -> bool:
    return query.get("direction", "desc" if query.get("sort", "created") == "created" else "asc") == "desc"


@route("GET", PULL, READ)
def get_pull(call: Call) -> Reply:
    return Reply(200, payloads_pulls.full_pull(call.hub.urls, call.pull))


@route("POST", PULLS, WRITE)
def create_pull(call: Call) -> Reply:
    repo, body, author = call.repository, call.body, call.user
    if author.type == "Bot" and not repo.actions_may_open_pull_requests:
        raise Refusal(403, "GitHub Actions is not permitted to create or approve pull requests.")
    base, head = _branch(repo, body["base"], "base"), _head(call, repo)
    _check_pair(repo, base, head)
    _check_words(body.get("title", ""), body.get("body") or "")
    pull = call.hub.add_pull(
        base,
        head,
        author=author,
        title=body.get("title", ""),
        body=body.get("body"),
        draft=body.get("draft", False),
    )
    return Reply(201, payloads_pulls.full_pull(call.hub.urls, pull))


def _branch(repo: Repository, name: str, side: str) -> Branch:
    sha = repo.git.resolve(f"refs/heads/{name}")
    if sha is None:
        raise invalid({"resource": "PullRequest", "field": side, "code": "invalid"})
    return Branch(repo, name, sha, repo.owner)


def _head(call: Call, repo: Repository) -> Branch:
    owner, _, name = call.body["head"].rpartition(":")
    if not owner or owner == repo.owner.login:
        return _branch(repo, name, "head")
    for fork in call.hub.repositories.values():
        if fork.owner.login == owner and fork.parent is repo:
            return _branch(fork, name, "head")
    raise invalid({"resource": "PullRequest", "field": "head", "code": "invalid"})


def _check_pair(repo: Repository, base: Branch, head: Branch) -> None:
    label = f"{head.owner.login}:{head.ref}"
    same = (
        p for p in repo.pulls if p.issue.state == "open" and (p.head.ref, p.base.ref) == (head.ref, base.ref)
    )
    if any(pull.head.repository is head.repository for pull in same):
        raise invalid(custom("PullRequest", f"A pull request already exists for {label}."))
    if head.repository is repo and not has_commits_between(repo, base.sha, head.sha):
        raise invalid(custom("PullRequest", f"No commits between {base.ref} and {head.ref}"))


def _check_words(title: str, body: str) -> None:
    if not title.strip():
        raise invalid(custom("PullRequest", "title can't be blank", field="title"))
    if len(title) > LONGEST_TITLE:
        raise invalid(custom("PullRequest", f"title is too long (maximum is {LONGEST_TITLE} characters)"))
    if len(body) > LONGEST_BODY:
        raise invalid(custom("PullRequest", f"body is too long (maximum is {LONGEST_BODY} characters)"))


@route("PATCH", PULL, WRITE)
def update_pull(call: Call) -> Reply:
    pull, body = call.pull, call.body
    title, text = body.get("title", pull.issue.title), body.get("body", pull.issue.body) or ""
    _check_words(title, text)
    pull.issue.title, pull.issue.body = title, text
    if "base" in body:
        pull.base = _branch(pull.repository, body["base"], "base")
        call.hub.synchronise(pull)
    if body.get("state") == "closed":
        call.hub.close(pull.issue)
    elif body.get("state") == "open":
        _reopen(pull)
    pull.issue.updated_at = call.hub.clock.tick()
    return Reply(200, payloads_pulls.full_pull(call.hub.urls, pull))


def _reopen(pull: PullRequest) -> None:
    if pull.merged_at or pull.head.repository is None:
        raise invalid(custom("PullRequest", "state cannot be changed. The pull request cannot be reopened."))
    pull.issue.state, pull.issue.closed_at = "open", None


@route("GET", PULL + "/files", READ)
def list_files(call: Call) -> Reply:
    pull = call.pull
    files = anchors.files_of(pull)[:MOST_FILES]
    repo, sha = pull.repository, pull.head.sha
    return call.page(files, lambda file: payloads_pulls.diff_entry(call.hub.urls, repo, sha, file))


@route("GET", PULL + "/commits", READ)
def list_commits(call: Call) -> Reply:
    pull = call.pull
    shas = pull.repository.git.commits("--reverse", f"{pull.base.sha}..{pull.head.sha}")[:MOST_COMMITS]
    return call.page(shas, lambda sha: payloads_git.commit(call.hub, pull.repository, sha))


@route("GET", PULL + "/merge", "contents:read")
def is_merged(call: Call) -> Reply:
    if call.pull.merged_at is None:
        raise not_found()
    return Reply(204)


@route("PUT", PULL + "/merge", "contents:write")
def merge(call: Call) -> Reply:
    pull, hub = call.pull, call.hub
    repo, body = pull.repository, call.body
    tip = base_tip(pull)
    tree = repo.git.merged_tree(tip, pull.head.sha)
    if pull.issue.state == "closed" or pull.draft or tree is None:
        raise Refusal(405, "Pull Request is not mergeable")
    if body.get("sha") not in (None, pull.head.sha):
        raise Refusal(409, "Head branch was modified. Review and try the merge again.")
    author = hub.identity_of(call.user)
    message = f"Merge pull request #{pull.number} from {pull.head.owner.login}/{pull.head.ref}\n\n{pull.issue.title}"
    parents = (tip, pull.head.sha)
    sha = write_commit(repo.git, tree=tree, parents=parents, message=message, author=author, committer=author)
    repo.git.set_reference(f"refs/heads/{pull.base.ref}", sha)
    hub.branch_moved(repo, pull.base.ref)
    pull.merged_by = call.user
    return Reply(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


@route("GET", PULL + "/requested_reviewers", READ)
def list_requested_reviewers(call: Call) -> Reply:
    people = [payloads.user(call.hub.urls, person) for person in call.pull.requested_reviewers]
    return Reply(200, {"users": people, "teams": []})


@route("POST", PULL + "/requested_reviewers", WRITE)
def request_reviewers(call: Call) -> Reply:
    pull, hub = call.pull, call.hub
    if call.body.get("team_reviewers") and call.token and call.token.is_app:
        raise forbidden()
    for login in call.body.get("reviewers", []):
        person = hub.user(login)
        if person is not pull.repository.owner and login not in pull.repository.roles:
            reason = "One or more of the users or teams you specified is not a collaborator of the"
            message = f"Reviews may only be requested from collaborators. {reason}"
            raise Refusal(422, f"{message} {pull.repository.full_name} repository.")
        if person is pull.issue.user:
            raise Refusal(422, "Review cannot be requested from pull request author.")
        if person not in pull.requested_reviewers:
            pull.requested_reviewers.append(person)
    return Reply(201, payloads_pulls.simple_pull(hub.urls, pull))
