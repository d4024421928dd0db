"""Git data: references, commits, trees and blobs."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import TYPE_CHECKING

from tests.github_server import gitwrite, payloads_git, permissions
from tests.github_server.calls import Call, Refusal, Reply, not_found, route
from tests.github_server.git import SHA, Entry, GitError, Identity

if TYPE_CHECKING:
    from tests.github_server.state import Json, Repository

GIT = "/repos/{owner}/{repo}/git"
READ, WRITE = "contents:read", "contents:write"
LARGEST_TREE = 100_000
NOT_A_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|@\{|\.$|/$|\.lock(/|$)|/\.")


@route("GET", GIT + "/ref/{ref}", READ)
def get_ref(call: Call) -> Reply:
    name = f"refs/{call.arguments['ref']}"
    sha = call.repository.git.references(name).get(name)
    if sha is None:
        raise not_found()
    return Reply(200, payloads_git.reference(call.hub, call.repository, name, sha))


@route("GET", GIT + "/matching-refs/{ref}", READ)
def list_matching_refs(call: Call) -> Reply:
    prefix = f"refs/{call.arguments['ref']}"
    found = [pair for pair in call.repository.git.references().items() if pair[0].startswith(prefix)]
    return Reply(200, [payloads_git.reference(call.hub, call.repository, *pair) for pair in found])


@route("POST", GIT + "/refs", WRITE)
def create_ref(call: Call) -> Reply:
    repo, name, sha = call.repository, call.body["ref"], call.body["sha"]
    if not name.startswith("refs/") or name.count("/") < 2 or NOT_A_REF.search(name):
        raise Refusal(422, f"{name} is not a valid ref name.")
    if repo.git.references(name).get(name):
        raise Refusal(422, "Reference already exists")
    if not SHA.fullmatch(sha) or repo.git.read(sha) is None:
        raise Refusal(422, "Object does not exist")
    permissions.check_workflow_files(repo, call.token, None, sha)
    try:
        repo.git.set_reference(name, sha)
    except GitError as error:
        raise Refusal(422, "Reference update failed") from error
    _moved(call, repo, name)
    return Reply(201, payloads_git.reference(call.hub, repo, name, sha))


@route("PATCH", GIT + "/refs/{ref}", WRITE)
def update_ref(call: Call) -> Reply:
    repo, name, sha = call.repository, f"refs/{call.arguments['ref']}", call.body["sha"]
    old = repo.git.references(name).get(name)
    if old is None:
        raise Refusal(422, "Reference does not exist")
    if not SHA.fullmatch(sha) or repo.git.commit(sha) is None:
        raise Refusal(422, "Object does not exist")
    if not call.body.get("force") and not repo.git.is_ancestor(old, sha):
        raise Refusal(422, "Update is not a fast forward")
    permissions.check_protection(repo, name)
    permissions.check_workflow_files(repo, call.token, old, sha)
    repo.git.set_reference(name, sha)
    _moved(call, repo, name)
    return Reply(200, payloads_git.reference(call.hub, repo, name, sha))


@route("DELETE", GIT + "/refs/{ref}", WRITE)
def delete_ref(call: Call) -> Reply:
    repo, name = call.repository, f"refs/{call.arguments['ref']}"
    if repo.git.references(name).get(name) is None:
        raise Refusal(422, "Reference does not exist")
    permissions.check_protection(repo, name)
    repo.git.delete_reference(name)
    _moved(call, repo, name)
    return Reply(204)


def _moved(call: Call, repo: Repository, name: str) -> None:
    if name.startswith("refs/heads/"):
        call.hub.branch_moved(repo, name.removeprefix("refs/heads/"))


@route("GET", GIT + "/commits/{commit_sha}", READ)
def get_commit(call: Call) -> Reply:
    repo, sha = call.repository, call.arguments["commit_sha"]
    if repo.git.commit(sha) is None:
        raise not_found()
    return Reply(200, payloads_git.git_commit(call.hub, repo, sha))


@route("POST", GIT + "/commits", WRITE)
def create_commit(call: Call) -> Reply:
    """Signed by GitHub when an app leaves author and committer to it."""
    repo, body = call.repository, call.body
    tree = repo.git.read(body["tree"]) if SHA.fullmatch(body["tree"]) else None
    if tree is None or tree.type != "tree":
        raise Refusal(422, "Tree SHA does not exist")
    for parent in body.get("parents", []):
        if repo.git.commit(parent) is None:
            raise Refusal(422, "Parent SHA does not exist or is not a commit object")
    author = _identity(call, body.get("author"))
    committer = _identity(call, body["committer"]) if body.get("committer") else author
    parents, message = body.get("parents", []), body["message"]
    sha = gitwrite.write_commit(
        repo.git, tree=tree.sha, parents=parents, message=message, author=author, committer=committer
    )
    if call.user.type == "Bot" and not body.get("author") and not body.get("committer"):
        call.hub.signed.add(sha)
    return Reply(201, payloads_git.git_commit(call.hub, repo, sha))


def _identity(call: Call, wanted: Json | None) -> Identity:
    own = call.hub.identity_of(call.user)
    if not wanted:
        return own
    date = datetime.fromisoformat(wanted["date"]) if "date" in wanted else own.date
    return Identity(wanted["name"], wanted["email"], date)


@route("GET", GIT + "/trees/{tree_sha}", READ)
def get_tree(call: Call) -> Reply:
    repo, name = call.repository, call.arguments["tree_sha"]
    sha = repo.git.resolve(name)
    found = repo.git.read((sha or name) + "^{tree}") if sha or SHA.fullmatch(name) else None
    if found is None:
        raise not_found()
    entries = repo.git.tree(found.sha, recursive="recursive" in call.query)
    shape = payloads_git.tree(call.hub, repo, found.sha, entries[:LARGEST_TREE])
    return Reply(200, shape | {"truncated": len(entries) > LARGEST_TREE})


@route("POST", GIT + "/trees", WRITE)
def create_tree(call: Call) -> Reply:
    repo, body = call.repository, call.body
    base = body.get("base_tree")
    if base and repo.git.read(base + "^{tree}") is None:
        raise not_found()
    entries = [_staged(repo, item) for item in body["tree"]]
    sha = gitwrite.write_tree(repo.git, base, entries)
    return Reply(201, payloads_git.tree(call.hub, repo, sha, repo.git.tree(sha)))


def _staged(repo: Repository, item: Json) -> tuple[str, str | None, str]:
    path = item.get("path", "")
    if not path or path.startswith("/") or any(part in ("", ".", "..", ".git") for part in path.split("/")):
        raise Refusal(422, "tree.path contains a malformed path component")
    if "content" in item:
        if "sha" in item:
            raise Refusal(422, "Must supply tree.sha or tree.content, but not both")
        return item["mode"], gitwrite.write_blob(repo.git, item["content"].encode()), path
    sha = item.get("sha")
    if sha is not None and item["mode"] != "160000" and repo.git.read(sha) is None:
        raise Refusal(422, f"tree.sha {sha} is not a valid {item.get('type', 'blob')}")
    return item["mode"], sha, path


@route("GET", GIT + "/blobs/{file_sha}", READ)
def get_blob(call: Call) -> Reply:
    repo, sha = call.repository, call.arguments["file_sha"]
    found = repo.git.read(sha) if SHA.fullmatch(sha) else None
    if found is None or found.type != "blob":
        raise not_found()
    return Reply(200, payloads_git.blob(call.hub, repo, sha, found.data))


@route("POST", GIT + "/blobs", WRITE)
def create_blob(call: Call) -> Reply:
    repo, body = call.repository, call.body
    data = body["content"].encode()
    if body.get("encoding", "utf-8") == "base64":
        try:
            data = base64.b64decode(data)
        except binascii.Error as error:
            raise Refusal(422, "content is not valid Base64") from error
    sha = gitwrite.write_blob(repo.git, data)
    return Reply(201, {"sha": sha, "url": f"{call.hub.urls.repository(repo)}/git/blobs/{sha}"})


def entry_at(repo: Repository, sha: str, path: str) -> Entry | None:
    """What is at a path of a commit, whatever it is."""
    folder, _, name = path.rpartition("/")
    tree = f"{sha}:{folder}" if folder else sha
    found = repo.git.read(f"{tree}^{{tree}}" if not folder else tree)
    if found is None or found.type != "tree":
        return None
    entries = repo.git.tree(found.sha)
    entry = next((item for item in entries if item.path == name), None)
    return Entry(entry.mode, entry.type, entry.sha, entry.size, path) if entry else None
