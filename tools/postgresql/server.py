"""A server with a data folder, a port and a password of its own; it ends with whoever started it, however that ends."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.postgresql.packages import Unavailable
from tools.postgresql.programs import programs, root_of

USER = "tests"
ATTEMPTS = 5
PATIENCE = 30.0
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
# Standard input is a pipe that nobody writes to: it ends when the process that holds its other end does.
_GUARD = """
folder=$1; shift
"$@" >"$folder/log" 2>&1 </dev/null &
read -r _
kill -QUIT $!
wait $!
rm -rf "$folder"
"""
_SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "jit=off", "shared_buffers=32MB")


@dataclass(frozen=True, slots=True)
class Server:
    """Where a running server is reached."""

    port: int
    password: str

    def uri(self, database: str, *, scheme: str = "postgresql") -> str:
        return f"{scheme}://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"


@contextmanager
def server() -> Iterator[Server]:
    """Run a server; `Unavailable` says why there can be none here."""
    folder = Path(tempfile.mkdtemp(prefix="concertmaster-postgresql-"))
    try:
        binaries = _reachable(programs(), folder)
        password = secrets.token_hex(16)
        _initialise(binaries, folder, password)
        process, port = _started(binaries, folder)
        try:
            yield Server(port, password)
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_user() -> dict[str, object]:
    return {"user": UNPRIVILEGED, "extra_groups": ()} if os.geteuid() == 0 else {}


def _reachable(binaries: Path, folder: Path) -> Path:
    """The programs, copied to where the unprivileged user can read them when that is needed."""
    if os.geteuid() != 0:
        return binaries
    shutil.chown(folder, UNPRIVILEGED)
    try:
        _run([str(binaries / "postgres"), "--version"], folder)
    except (Unavailable, PermissionError):
        root = root_of(binaries)
        if root is None:
            raise
        copy = folder / "programs"
        shutil.copytree(root, copy, symlinks=True)
        subprocess.run(["chown", "-R", UNPRIVILEGED, copy], check=True)
        return copy / binaries.relative_to(root)
    return binaries


def _initialise(binaries: Path, folder: Path, password: str) -> None:
    (folder / "password").write_text(password)
    (folder / "password").chmod(0o644)
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", f"--username={USER}"]
    _run(
        [str(binaries / "initdb"), *options, f"--pwfile={folder}/password", f"--pgdata={folder}/data"], folder
    )


def _started(binaries: Path, folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    for _ in range(ATTEMPTS):
        port = _free_port()
        options = [
            f"-D{folder}/data",
            "-h127.0.0.1",
            f"-p{port}",
            "-k",
            "",
            *(f"-c{one}" for one in _SETTINGS),
        ]
        guarded = ["/bin/sh", "-c", _GUARD, "guard", str(folder), str(binaries / "postgres"), *options]
        process = subprocess.Popen(
            guarded,
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
            **_as_user(),  # type: ignore[call-overload]
        )
        if _is_ready(folder):
            return process, port
        _stop(process)
    raise Unavailable(f"PostgreSQL did not start in {PATIENCE:.0f} s")


def _is_ready(folder: Path) -> bool:
    state = folder / "data" / "postmaster.pid"
    log = folder / "log"
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        lines = state.read_text().split("\n") if state.exists() else []
        if len(lines) > 7 and lines[7].strip() == "ready":
            return True
        if log.exists() and "FATAL" in log.read_text("utf-8", "replace"):
            return False
        time.sleep(0.02)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: list[str], folder: Path) -> None:
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **_as_user())  # type: ignore[call-overload]
    if ended.returncode:
        raise Unavailable(
            f"PostgreSQL cannot be started: {Path(command[0]).name} says {ended.stderr.strip()}"
        )
