"""Files of a repository by path: read, written, removed."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from tests.github_server import gitwrite, payloads_git, permissions
from tests.github_server.calls import Call, Refusal, Reply, not_found, route
from tests.github_server.git import Entry, entries
from tests.github_server.routes_git import entry_at

if TYPE_CHECKING:
    from tests.github_server.gitwrite import Content
    from tests.github_server.hub import Hub
    from tests.github_server.state import Repository, Token

CONTENTS = "/repos/{owner}/{repo}/contents/{path}"
LARGEST_FILE = 100_000_000


def _commit_of(repo: Repository, ref: str | None) -> str:
    sha = repo.git.resolve(ref or repo.default_branch)
    if sha is None:
        raise Refusal(404, f"No commit found for the ref {ref}") if ref else not_found()
    return sha


@route("GET", CONTENTS, "contents:read")
def get_content(call: Call) -> Reply:
    repo, path = call.repository, call.arguments["path"].strip("/")
    ref = call.query.get("ref")
    sha, shown = _commit_of(repo, ref), ref or repo.default_branch
    found = repo.git.read(f"{sha}:{path}")
    if found is not None and found.type == "tree":
        listed = [_below(path, entry) for entry in repo.git.tree(found.sha)]
        return Reply(200, [payloads_git.content(call.hub, repo, shown, entry) for entry in listed])
    entry = _entry(repo, sha, path)
    if entry is None:
        raise not_found()
    return Reply(200, payloads_git.content(call.hub, repo, shown, entry, found.data if found else b""))


def _below(folder: str, entry: Entry) -> Entry:
    path = f"{folder}/{entry.path}" if folder else entry.path
    return Entry(entry.mode, entry.type, entry.sha, entry.size, path)


def _entry(repo: Repository, sha: str, path: str) -> Entry | None:
    """One listing of a commit serves all its files: a review reads a hundred of them."""
    command = ("ls-tree", "-z", "-l", "-r", sha)
    return repo.git.parsed(command, lambda raw: {entry.path: entry for entry in entries(raw)}).get(path)


@route("PUT", CONTENTS, "contents:write")
def write_content(call: Call) -> Reply:
    repo, path, body = call.repository, call.arguments["path"], call.body
    try:
        data = base64.b64decode(body["content"], validate=False)
    except binascii.Error as error:
        raise Refusal(422, "content is not valid Base64") from error
    before = _before(repo, body.get("branch"), path)
    if before and not body.get("sha"):
        raise Refusal(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    sha = _commit(call, path, data, before)
    entry = entry_at(repo, sha, path)
    assert entry is not None
    shape = payloads_git.content(call.hub, repo, body.get("branch") or repo.default_branch, entry)
    return Reply(
        200 if before else 201, {"content": shape, "commit": payloads_git.git_commit(call.hub, repo, sha)}
    )


@route("DELETE", CONTENTS, "contents:write")
def delete_content(call: Call) -> Reply:
    repo, path = call.repository, call.arguments["path"]
    before = _before(repo, call.body.get("branch"), path)
    if before is None:
        raise not_found()
    sha = _commit(call, path, None, before)
    return Reply(200, {"content": None, "commit": payloads_git.git_commit(call.hub, repo, sha)})


def _before(repo: Repository, branch: str | None, path: str) -> Entry | None:
    tip = repo.git.resolve(f"refs/heads/{branch or repo.default_branch}")
    if tip is None:
        raise Refusal(404, f"Branch {branch} not found")
    return entry_at(repo, tip, path)


def _commit(call: Call, path: str, content: Content | None, before: Entry | None) -> str:
    repo, body = call.repository, call.body
    if before and before.sha != body.get("sha"):
        raise Refusal(409, f"{path} does not match {body.get('sha')}")
    branch = body.get("branch") or repo.default_branch
    return commit_on_branch(call.hub, call.known_token, repo, branch, {path: content}, body["message"])


def commit_on_branch(
    hub: Hub, token: Token, repo: Repository, branch: str, files: dict[str, Content | None], message: str
) -> str:
    """What the contents API and GraphQL's createCommitOnBranch share."""
    name = f"refs/heads/{branch}"
    permissions.check_protection(repo, name)
    permissions.check_workflow_paths(token, files)
    sha = gitwrite.commit_files(
        repo.git,
        reference=name,
        parent=repo.git.resolve(name),
        files=files,
        message=message,
        author=hub.identity_of(token.user),
    )
    hub.signed.add(sha)
    hub.branch_moved(repo, branch)
    return sha
