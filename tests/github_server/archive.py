"""Where the tarball call leads: the files of a commit, compressed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.github_server.calls import Refusal, Reply

if TYPE_CHECKING:
    from tests.github_server.hub import Hub
    from tests.github_server.state import Token

PATH = re.compile(r"/_codeload/([^/]+)/([^/]+)/legacy\.tar\.gz/(.+)")
MISSING = Reply(404, b"404: Not Found", {"Content-Type": "text/plain"})


def answer(hub: Hub, token: Token | None, owner: str, name: str, ref: str) -> Reply:
    try:
        repo = hub.visible_repository(owner, name, token)
    except Refusal:
        return MISSING
    sha = repo.git.resolve(ref)
    if sha is None:
        return MISSING
    prefix = f"{owner}-{name}-{sha[:7]}/"
    data = repo.git.run("archive", "--format=tar.gz", f"--prefix={prefix}", sha)
    return Reply(200, data, {"Content-Type": "application/x-gzip"})
