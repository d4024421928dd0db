"""Finds the programs of a PostgreSQL that has pgvector: those of the machine, or Debian's packages, unpacked."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tools.generated import cache
from tools.postgresql.packages import Unavailable, fetch

MAJOR = "17"
EXTENSIONS = ("ltree", "pg_trgm", "unaccent", "uuid-ossp", "vector")

# The programs of Debian's packages run on other releases too, with the libraries that they were built for.
_WRAPPER = """#!/bin/sh
root=$(cd "$(dirname "$0")/../../../../.." && pwd)
libraries=$(echo "$root"/usr/lib/*-linux-gnu*)
exec "$libraries"/ld-linux-*.so.* --library-path "$libraries" --argv0 "$0" "$0.program" "$@"
"""


def programs() -> Path:
    """Give the folder of `initdb` and `postgres`; `Unavailable` says why there is none."""
    named = os.environ.get("CONCERTMASTER_POSTGRESQL")
    if named:
        return Path(named)
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    for folder in reversed(installed):
        if _has_extensions(folder):
            return folder
    return cache.once(cache.folder() / f"postgresql-{MAJOR}", _make) / "usr/lib/postgresql" / MAJOR / "bin"


def root_of(folder: Path) -> Path | None:
    """The folder that unpacked programs can be copied with; None for those of the machine."""
    return folder.parents[4] if (folder / "postgres.program").exists() else None


def _has_extensions(folder: Path) -> bool:
    share = Path("/usr/share/postgresql", folder.parent.name, "extension")
    return (folder / "initdb").exists() and all((share / f"{name}.control").exists() for name in EXTENSIONS)


def _make(path: Path) -> None:
    fetch(path, wanted=(f"postgresql-{MAJOR}", f"postgresql-{MAJOR}-pgvector"))
    for name in ("initdb", "postgres"):
        program = path / "usr/lib/postgresql" / MAJOR / "bin" / name
        program.rename(program.with_name(f"{name}.program"))
        program.write_text(_WRAPPER, "utf-8")
        program.chmod(0o755)
    postgres = path / "usr/lib/postgresql" / MAJOR / "bin" / "postgres"
    ended = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False)
    if ended.returncode:
        raise Unavailable(f"Debian's PostgreSQL does not start on this machine: {ended.stderr.strip()}")
