"""GitHub's own descriptions of itself, taken from the npm registry and kept in a cache folder."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

OPENAPI = "@octokit/openapi@23.0.2"
GRAPHQL_SCHEMA = "@octokit/graphql-schema@15.26.1"
GRAPHQL_MEMBER = "schema.graphql"
# From before the oldest Enterprise Server that is supported: what it knows and the newest one knows, all know.
OLD_GRAPHQL_SCHEMA = "@octokit/graphql-schema@15.25.0"
WEBHOOK_EXAMPLES = "@octokit/webhooks-examples@7.6.1"
WEBHOOK_MEMBER = "api.github.com/index.json"


class DescriptionUnavailableError(Exception):
    """The package is neither in the cache nor to be had from the registry."""


def cache_folder() -> Path:
    configured = os.environ.get("CONCERTMASTER_CACHE")
    folder = Path(configured) if configured else Path(__file__).resolve().parents[2] / ".cache"
    folder = folder / "github"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def json_member(package: str, member: str) -> Any:
    """One JSON file of a package."""
    return json.loads(text_member(package, member))


def text_member(package: str, member: str) -> str:
    """One file of a package."""
    return provide(package, member).read_text(encoding="utf-8")


def provide(package: str, member: str) -> Path:
    """Where that file is, unpacked once, because some packages hold hundreds of megabytes."""
    kept = cache_folder() / f"{_file_name(package)}-{member.replace('/', '-')}"
    if not kept.exists():
        with tarfile.open(_tarball(package)) as archive:
            content = archive.extractfile(f"package/{member}")
            if content is None:
                raise DescriptionUnavailableError(f"{package} holds no file {member}")
            replace_atomically(kept, content.read())
    return kept


def replace_atomically(path: Path, data: bytes) -> None:
    """Other test processes see the whole file or none."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)


def _tarball(package: str) -> Path:
    path = cache_folder() / f"{_file_name(package)}.tgz"
    problem = _download(package, path)
    if problem:
        raise problem
    return path


@cache
def _download(package: str, path: Path) -> DescriptionUnavailableError | None:
    """Once in a process: without a network every test would wait for it anew."""
    with (path.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            if not path.exists():
                _pack(package, path)
        except DescriptionUnavailableError as error:
            return error
    return None


def _pack(package: str, path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        command = ["npm", "pack", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=60000", package]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=300)
        except FileNotFoundError as error:
            raise DescriptionUnavailableError(f"npm is not installed, so {package} cannot be had") from error
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            reason = next(iter(str(error.stderr or error).strip().splitlines()), "")
            raise DescriptionUnavailableError(f"npm pack {package} failed: {reason}") from error
        [packed] = Path(folder).glob("*.tgz")
        packed.replace(path)


def _file_name(package: str) -> str:
    return package.lstrip("@").replace("/", "-").replace("@", "-")
