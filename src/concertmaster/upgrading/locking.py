"""Renews `uv.lock` where that takes nothing but a package index: no code of the project, no build, no other address.

What cannot be told to be harmless by reading is left to a person, with the command.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from concertmaster.apart import LostError, apart
from concertmaster.project.dependencies import FRAMEWORK, read_requirements
from concertmaster.upgrading.tools import MissingToolError, Toolbox

LOCK = "uv.lock"
SECONDS = 120
#: How uv ends where no set of releases fits.
UNSOLVED = 1
MAX_BYTES = 5_000_000
PUBLIC = "https://pypi.org/simple"
#: Settings of uv that name no address, no path and no program.
_HARMLESS = frozenset(
    "package managed default-groups dependency-groups dev-dependencies required-version constraint-dependencies "
    "override-dependencies environments required-environments conflicts prerelease resolution exclude-newer "
    "fork-strategy build-backend add-bounds".split()
)
_OWN = ({"virtual": "."}, {"editable": "."})
_PASSED = ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_DIRECT = (" @ ", "://", "file:", "${")


class Unlockable(Exception):
    """Why a lock is left to a person; `passing` where the next run may well renew it."""

    def __init__(self, why: str, *, passing: bool = False) -> None:
        super().__init__(why)
        self.passing = passing


class Locksmith(Struct, frozen=True):
    """Renews locks: with uv, from the package index that this run uses anyway.

    `kept` gives the text of a lock that is renewed already, if there is one that still counts.
    """

    tools: Toolbox = field(default_factory=Toolbox)
    index: str | None = None
    kept: Mapping[str, bytes] = field(default_factory=dict)

    def renew(self, files: Mapping[str, bytes], path: str, target: str) -> bytes:
        """The lock of a project whose manifests are raised.

        Raises:
            Unlockable: it cannot be renewed here; the text says why.
        """
        manifest, lock = files.get(f"{path.removesuffix(LOCK)}pyproject.toml"), files[path]
        if manifest is None:
            raise Unlockable("there is no pyproject.toml beside it")
        if path in self.kept and release_of(path, self.kept[path]) == target:
            return self.kept[path]
        index = self._index_of(manifest, lock)
        with self.tools.temporary("lock") as folder:
            try:
                program = self.tools.uv(Path(folder))
            except MissingToolError as missing:
                raise Unlockable(str(missing), passing=missing.passing) from None
            renewed = self._run(program, Path(folder), manifest, lock, target, index)
        if release_of(path, renewed) != target or set(_registries(_read(renewed))) != {index}:
            raise Unlockable(f"uv does not choose {target}")
        return renewed

    def _index_of(self, manifest: bytes, lock: bytes) -> str:
        """The one package index that a lock is made from, where it is the one of this run."""
        settings = _read(manifest)
        for reason in _reasons(settings):
            raise Unlockable(reason)
        found = sorted(set(_registries(_read(lock))))
        if self.index is None:
            raise Unlockable("this run is offline")
        if found != [self.index] or "@" in self.index:
            raise Unlockable("it is made from another package index than this run may ask")
        return self.index

    def _run(
        self, program: Path, folder: Path, manifest: bytes, lock: bytes, target: str, index: str
    ) -> bytes:
        home = folder / "project"
        home.mkdir()
        (home / "pyproject.toml").write_bytes(manifest)
        (home / LOCK).write_bytes(lock)
        given = self.tools.environment
        passed = {name: given[name] for name in _PASSED if given.get(name)}
        own = {
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
            "UV_CACHE_DIR": str(folder / "cache"),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_KEYRING_PROVIDER": "disabled",
            "UV_DEFAULT_INDEX": index,
            "PATH": os.defpath,
        }
        command = [str(program), "lock", "--no-build", "--no-progress", "--quiet", "--python", sys.executable]
        try:
            ended = subprocess.run(
                [*command, "--upgrade-package", f"{FRAMEWORK}=={target}"],
                cwd=home,
                env={**passed, **own},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unlockable(f"uv took longer than {SECONDS} seconds", passing=True) from None
        except OSError as failed:
            raise Unlockable(f"uv could not be started ({type(failed).__name__})") from None
        if ended.returncode not in (0, UNSOLVED):
            raise Unlockable("uv had no answer from the package index, or cannot run here", passing=True)
        if ended.returncode:
            raise Unlockable("uv found no set of releases without building one, or none at all")
        if (home / LOCK).stat().st_size > MAX_BYTES:
            raise Unlockable("the new one is too large")
        return (home / LOCK).read_bytes()


def is_behind(files: Mapping[str, bytes], path: str, target: str) -> bool:
    """Whether a lock holds another release than the target."""
    return path.rpartition("/")[2] == LOCK and release_of(path, files[path]) not in ("", target)


def release_of(path: str, lock: bytes) -> str:
    """The one release of the framework that a lock holds; empty where it is not one."""
    found = {item.specifier for item in read_requirements({path: lock}).of(FRAMEWORK) if item.locked}
    return str(found.pop()).removeprefix("==") if len(found) == 1 else ""


def _reasons(settings: Mapping[str, Any]) -> Iterator[str]:
    """What of a manifest leads to another address, to the project's code, or to files beside it."""
    project, tool = settings.get("project"), settings.get("tool")
    if not isinstance(project, dict) or {"version", "dependencies"} & set(project.get("dynamic") or ()):
        yield "the project's metadata come from its own code"
    table = tool.get("uv") if isinstance(tool, dict) else None
    unknown = sorted(set(table if isinstance(table, dict) else ()) - _HARMLESS)
    if unknown:
        yield f"tool.uv.{unknown[0]} may lead elsewhere"
    wanted = [settings.get("dependency-groups"), table]
    if isinstance(project, dict):
        wanted += [project.get("dependencies"), project.get("optional-dependencies")]
    if any(mark in text for text in _texts(wanted) for mark in _DIRECT):
        yield "a dependency does not come from the package index"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _read(source: bytes) -> Mapping[str, Any]:
    if len(source) > MAX_BYTES:
        raise Unlockable("it is too large")
    try:
        return apart(_parsed, source)
    except LostError:
        raise Unlockable("it cannot be read") from None


def _parsed(source: bytes) -> Mapping[str, Any]:
    return tomllib.loads(source.decode())


def _registries(lock: Mapping[str, Any]) -> Iterator[str]:
    """Where the packages of a lock come from; the project itself comes from nowhere."""
    packages = lock.get("package")
    for package in packages if isinstance(packages, list) else ():
        source = package.get("source") if isinstance(package, dict) else None
        if source not in _OWN:
            yield str(source.get("registry")) if isinstance(source, dict) else "nowhere"
