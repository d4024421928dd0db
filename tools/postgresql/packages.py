"""Unpacks packages of Debian into a folder, with apt but without root: nothing is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

SUITE = "trixie"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
REMEDY = "Install PostgreSQL with pgvector (on Debian 13: apt-get install postgresql-17-pgvector)."
_SOURCE = re.compile(
    r"^(?:URIs:|deb\s+(?:\[[^]]*\]\s*)?)\s*(?P<uri>https?://\S+/debian)/?(?:\s|$)", re.MULTILINE
)
# What programs load. The compiler for queries is heavy, and the server does without.
_LIBRARY = re.compile(r"(?:lib|zlib|postgresql-\d)(?!.*(?:perl|llvm|z3-|common|-bin|-l10n))")
_CONFIGURATION = """
Dir::State "{folder}";
Dir::State::Lists "{folder}/lists";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "-";
Dir::Etc::preferencesparts "-";
APT::Sandbox::User "";
"""


class Unavailable(Exception):
    """There is no PostgreSQL with pgvector here: the text says why, and what to do."""


def fetch(path: Path, *, wanted: tuple[str, ...]) -> None:
    """Unpack packages and the libraries that they need into `path`."""
    with tempfile.TemporaryDirectory() as made:
        settings = _settings(Path(made))
        _run(["apt-get", "update", "--quiet", "--error-on=any"], settings)
        plan = _run(
            ["apt-get", "install", "--print-uris", "--yes", "--no-install-recommends", *wanted], settings
        )
        named = [name for name in re.findall(r"\.deb' ([\w.+-]+?)_", plan) if _LIBRARY.match(name)]
        downloads = Path(made, "packages")
        downloads.mkdir()
        _run(["apt-get", "download", "--quiet", *named], settings, folder=downloads)
        path.mkdir(parents=True)
        for package in sorted(downloads.glob("*.deb")):
            _run(["dpkg-deb", "--extract", str(package), str(path)], settings)
    unused = (path / "usr" / name for name in ("share/doc", "share/locale", "include"))
    for folder in (*unused, *path.glob("usr/lib/postgresql/*/lib/bitcode")):
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path) -> dict[str, str]:
    if not KEYRING.exists():
        raise Unavailable(f"There is no {KEYRING} to check Debian's packages with. {REMEDY}")
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {_mirror()} {SUITE} main\n")
    configuration = folder / "apt.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder))
    return {**os.environ, "APT_CONFIG": str(configuration), "LC_ALL": "C"}


def _mirror() -> str:
    """The archive that this machine takes its own packages from."""
    places = (Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*")))
    for place in places:
        if place.is_file() and (found := _SOURCE.search(place.read_text("utf-8", "replace"))):
            return found["uri"]
    raise Unavailable(f"This machine has no archive of Debian in /etc/apt. {REMEDY}")


def _run(command: list[str], settings: dict[str, str], *, folder: Path | None = None) -> str:
    try:
        ended = subprocess.run(command, env=settings, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Unavailable(f"There is no {command[0]} on this machine. {REMEDY}") from None
    if ended.returncode:
        why = " ".join(ended.stderr.split())
        raise Unavailable(f"Debian's packages of PostgreSQL cannot be had: {command[0]} says {why} {REMEDY}")
    return ended.stdout
