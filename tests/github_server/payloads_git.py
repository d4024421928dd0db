"""JSON of commits, trees, references and file contents."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.github_server import payloads
from tests.github_server.diff import EMPTY_TREE, diff
from tests.github_server.git import FOLDER, GITLINK, SYMLINK
from tests.github_server.payloads_pulls import diff_entry

if TYPE_CHECKING:
    from tests.github_server.git import Commit, Entry
    from tests.github_server.hub import Hub
    from tests.github_server.state import Json, Repository, User

STAMP = re.compile(r"(.*) <(.*)> (\d+) [+-]\d{4}", re.DOTALL)
LARGEST_INLINE = 1_000_000
KINDS = {FOLDER: "dir", GITLINK: "submodule", SYMLINK: "symlink"}


def identity(stamp: str) -> Json:
    match = STAMP.fullmatch(stamp)
    assert match, stamp
    date = datetime.fromtimestamp(int(match[3]), UTC)
    return {"name": match[1], "email": match[2], "date": payloads.instant(date)}


def verification(hub: Hub, sha: str) -> Json:
    if sha not in hub.signed:
        return {
            "verified": False,
            "reason": "unsigned",
            "signature": None,
            "payload": None,
            "verified_at": None,
        }
    signature = "-----BEGIN PGP SIGNATURE-----\n-----END PGP SIGNATURE-----"
    moment = payloads.instant(hub.clock.now)
    return {
        "verified": True,
        "reason": "valid",
        "signature": signature,
        "payload": sha,
        "verified_at": moment,
    }


def parents(hub: Hub, repo: Repository, commit: Commit, *, low_level: bool = False) -> list[Json]:
    api = f"{hub.urls.repository(repo)}/{'git/commits' if low_level else 'commits'}"
    page = f"{hub.urls.page(repo)}/commit"
    return [{"sha": sha, "url": f"{api}/{sha}", "html_url": f"{page}/{sha}"} for sha in commit.parents]


def git_commit(hub: Hub, repo: Repository, sha: str) -> Json:
    commit = repo.git.commit(sha)
    assert commit is not None
    url = hub.urls.repository(repo)
    return {
        "sha": sha,
        "node_id": f"C_{sha}",
        "url": f"{url}/git/commits/{sha}",
        "html_url": f"{hub.urls.page(repo)}/commit/{sha}",
        "author": identity(commit.author),
        "committer": identity(commit.committer),
        "message": commit.message,
        "tree": {"sha": commit.tree, "url": f"{url}/git/trees/{commit.tree}"},
        "parents": parents(hub, repo, commit, low_level=True),
        "verification": verification(hub, sha),
    }


def commit(hub: Hub, repo: Repository, sha: str, *, files: bool = False) -> Json:
    """As GitHub shows a commit; with its files only when it is asked for alone."""
    found = repo.git.commit(sha)
    assert found is not None
    url, low = hub.urls.repository(repo), git_commit(hub, repo, sha)
    inner = {name: low[name] for name in ("author", "committer", "message", "tree", "verification")}
    shape = {
        "sha": sha,
        "node_id": low["node_id"],
        "commit": inner | {"url": low["url"], "comment_count": 0},
        "url": f"{url}/commits/{sha}",
        "html_url": low["html_url"],
        "comments_url": f"{url}/commits/{sha}/comments",
        "author": _account(hub, low["author"]["email"]),
        "committer": _account(hub, low["committer"]["email"]),
        "parents": parents(hub, repo, found),
    }
    return shape | (_changes(hub, repo, sha, found) if files else {})


def _changes(hub: Hub, repo: Repository, sha: str, found: Commit) -> Json:
    changed = diff(repo.git, found.parents[0] if found.parents else EMPTY_TREE, sha)
    additions, deletions = sum(f.additions for f in changed), sum(f.deletions for f in changed)
    return {
        "stats": {"additions": additions, "deletions": deletions, "total": additions + deletions},
        "files": [diff_entry(hub.urls, repo, sha, file) for file in changed],
    }


def _account(hub: Hub, email: str) -> Json | None:
    def mine(person: User) -> bool:
        return person.email == email

    return next((payloads.user(hub.urls, person) for person in hub.users.values() if mine(person)), None)


def reference(hub: Hub, repo: Repository, name: str, sha: str) -> Json:
    url = hub.urls.repository(repo)
    found = repo.git.read(sha)
    kind = found.type if found else "commit"
    return {
        "ref": name,
        "node_id": f"REF_{name}",
        "url": f"{url}/git/{quote(name)}",
        "object": {"sha": sha, "type": kind, "url": f"{url}/git/{kind}s/{sha}"},
    }


def tree(hub: Hub, repo: Repository, sha: str, entries: list[Entry]) -> Json:
    url = f"{hub.urls.repository(repo)}/git"
    shapes = [_tree_entry(url, entry) for entry in entries]
    return {"sha": sha, "url": f"{url}/trees/{sha}", "tree": shapes, "truncated": False}


def _tree_entry(url: str, entry: Entry) -> Json:
    path = entry.path.encode(errors="surrogateescape").decode(errors="replace")
    shape: Json = {"path": path, "mode": entry.mode, "type": entry.type, "sha": entry.sha}
    if entry.size is not None:
        shape["size"] = entry.size
    if entry.type != "commit":
        shape["url"] = f"{url}/{entry.type}s/{entry.sha}"
    return shape


def blob(hub: Hub, repo: Repository, sha: str, data: bytes) -> Json:
    return {
        "sha": sha,
        "node_id": f"B_{sha}",
        "size": len(data),
        "url": f"{hub.urls.repository(repo)}/git/blobs/{sha}",
        "content": _base64(data),
        "encoding": "base64",
    }


def _base64(data: bytes) -> str:
    """In lines, as GitHub sends it."""
    return base64.encodebytes(data).decode()


def content(hub: Hub, repo: Repository, ref: str, entry: Entry, data: bytes | None = None) -> Json:
    """A file, a link or a submodule alone (`data` given), or as a line of a folder's list."""
    kind = KINDS.get(entry.mode, "file")
    url, path = hub.urls.repository(repo), quote(entry.path, errors="surrogateescape")
    own = f"{url}/contents/{path}?ref={quote(ref)}"
    git = f"{url}/git/{entry.type}s/{entry.sha}" if kind != "submodule" else None
    page = f"{hub.urls.page(repo)}/{'tree' if kind == 'dir' else 'blob'}/{quote(ref)}/{path}"
    shape: Json = {
        "name": entry.path.rpartition("/")[2],
        "path": entry.path,
        "sha": entry.sha,
        "size": entry.size or 0,
        "url": own,
        "html_url": page,
        "git_url": git,
        "download_url": f"{hub.urls.page(repo)}/raw/{quote(ref)}/{path}"
        if kind in ("file", "symlink")
        else None,
        "type": "file" if kind == "submodule" and data is None else kind,
        "_links": {"self": own, "git": git, "html": page},
    }
    return shape | (_alone(kind, data) if data is not None else {})


def _alone(kind: str, data: bytes) -> dict[str, Any]:
    if kind == "symlink":
        return {"target": data.decode(errors="replace")}
    if kind == "submodule":
        return {"submodule_git_url": None}
    if len(data) > LARGEST_INLINE:
        return {"encoding": "none", "content": ""}
    return {"encoding": "base64", "content": _base64(data)}
