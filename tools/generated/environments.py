"""Virtual environments that hold one release of orchestrator-core, with the dependencies of its day."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from tools.generated import cache

PYTHON = "3.11"

# Resolved as of today, an old release gets dependencies that it does not import with: each has a day
# some weeks after its own. A release that is not listed is resolved as of today.
RESOLVED_AS_OF = {
    "1.3.6": "2023-12-15",
    "2.10.0": "2025-02-20",
    "3.2.3": "2025-05-20",
    "4.0.4": "2025-06-20",
    "4.4.2": "2025-10-15",
    "4.8.2": "2026-03-20",
    "5.0.5": "2026-06-28",
    "5.5.0": "2026-11-20",
}

# What the generator calls by name, and what a project has beside the framework.
COMPANIONS = ("pytest", "requests", "ruff")

# Projects of 3.x and 4.x commonly hold pydantic-forms below 2, which has ReadOnlyField still.
HELD_BACK = {"3": ("pydantic-forms<2",), "4": ("pydantic-forms<2",)}


class Unavailable(Exception):
    """An environment cannot be made here: `reason` is for a person to read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def environment(release: str, *, extra: tuple[str, ...] = ()) -> Path:
    """Give the environment of `release` with the given extras, made on first use."""
    wanted = _requirements(release, extra=extra)
    digest = hashlib.sha256(repr((PYTHON, wanted, RESOLVED_AS_OF.get(release))).encode()).hexdigest()[:8]
    path = cache.folder() / "environments" / f"{release}-{digest}"
    return cache.once(path, partial(_make, release=release, wanted=wanted))


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
        "PYTHONHASHSEED": "0",  # the generator writes sets in the order in which they come
        "OAUTH2_ACTIVE": "False",
        "CACHE_URI": "redis://127.0.0.1:1/0",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


def _requirements(release: str, *, extra: tuple[str, ...]) -> tuple[str, ...]:
    extras = ",".join(sorted({"celery", *extra}))
    return (
        f"orchestrator-core[{extras}]=={release}",
        *COMPANIONS,
        *HELD_BACK.get(release.partition(".")[0], ()),
    )


def _make(path: Path, *, release: str, wanted: tuple[str, ...]) -> None:
    as_of = RESOLVED_AS_OF.get(release)
    _uv("venv", "--quiet", "--python", PYTHON, str(path), release=release)
    _uv(
        *("pip", "install", "--quiet", "--compile-bytecode", "--python", str(interpreter(path)), *wanted),
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
