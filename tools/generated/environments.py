"""Virtual environments that hold one release of orchestrator-core, with the dependencies of its day."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from tools.generated import cache

PYTHON = "3.11"

# Resolved as of today, old releases get dependencies that they do not import with. The last day of
# each line is a few weeks after its release; a release that is not listed is resolved as of today.
RESOLVED_AS_OF = {
    "4.8.2": "2026-03-20",
}

# What the generator calls by name, and what a project of the time has beside the framework.
COMPANIONS = ("celery", "pytest", "ruff")

# Projects of before 5.0 commonly hold pydantic-forms below 2, which has ReadOnlyField still.
HELD_BACK = {"4": ("pydantic-forms<2",)}


class Unavailable(Exception):
    """An environment cannot be made here: `reason` is for a person to read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def environment(release: str, *, extra: tuple[str, ...] = ()) -> Path:
    """Give the environment of `release`, made on first use."""
    name = "+".join((release, *sorted(extra)))
    return cache.once(cache.folder() / "environments" / name, partial(_make, release=release, extra=extra))


def interpreter(environment: Path) -> Path:
    return environment / "bin" / "python"


def variables(environment: Path) -> dict[str, str]:
    """Environment variables under which the framework starts without a database or a network."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(environment),
        "PYTHONPATH": ".",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OAUTH2_ACTIVE": "False",
        "CACHE_URI": "redis://127.0.0.1:1/0",
    }


def _make(path: Path, *, release: str, extra: tuple[str, ...]) -> None:
    wanted = f"orchestrator-core[{','.join(extra)}]=={release}" if extra else f"orchestrator-core=={release}"
    as_of = RESOLVED_AS_OF.get(release)
    _uv("venv", "--quiet", "--python", PYTHON, str(path), release=release)
    _uv(
        *("pip", "install", "--quiet", "--python", str(interpreter(path)), wanted, *COMPANIONS),
        *HELD_BACK.get(release.partition(".")[0], ()),
        *(("--exclude-newer", as_of) if as_of else ()),
        release=release,
    )


def _uv(*arguments: str, release: str) -> None:
    settings = {"UV_CACHE_DIR": str(cache.folder() / "uv")} | os.environ
    command = [sys.executable, "-m", "uv", *arguments]
    ended = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    if ended.returncode:
        why = " ".join(ended.stderr.split()) or f"uv ended with {ended.returncode}"
        raise Unavailable(
            f"No environment for orchestrator-core {release}: {why}. It needs the package index and "
            f"Python {PYTHON} once; what was made is kept in {cache.folder()}."
        )
