"""Where the tarball call leads: the files of a commit, compressed. No token belongs there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.github_server.calls import Refusal, Reply

if TYPE_CHECKING:
    from tests.github_server.hub import Hub
    from tests.github_server.state import Repository, Token

PATH = re.compile(r"/_codeload/([^/]+)/([^/]+)/legacy\.tar\.gz/(.+)")
MISSING = Reply(404, b"404: Not Found", {"Content-Type": "text/plain"})


def address(hub: Hub, repository: Repository, ref: str, token: Token | None) -> str:
    """Where the files of a commit are; those of a private repository for whoever holds the address."""
    place = f"{hub.urls.web}/_codeload/{repository.full_name}/legacy.tar.gz/{ref}"
    if not repository.private:
        return place
    key = f"K{len(hub.archive_keys):031d}"
    hub.archive_keys[key] = token
    return f"{place}?token={key}"


def answer(hub: Hub, key: str | None, owner: str, name: str, ref: str) -> Reply:
    """The folder in there is named after owner, repository and commit, as git writes it for GitHub."""
    try:
        repo = hub.visible_repository(owner, name, hub.archive_keys.get(key or ""))
    except Refusal:
        return MISSING
    sha = repo.git.resolve(ref)
    if sha is None:
        return MISSING
    prefix = f"{owner}-{name}-{sha[:7]}/"
    data = repo.git.run("archive", "--format=tar.gz", f"--prefix={prefix}", sha)
    return Reply(200, data, {"Content-Type": "application/x-gzip"})
