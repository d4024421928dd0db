"""How images are built and started where there is Docker: by a client that notes what it is told, and by Docker's own.

No machine of these tests needs a Docker daemon: its client is asked what it would have one do.
"""

from __future__ import annotations

import http.server
import json
import os
import shutil
import socketserver
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tools import engine
from tools.engine import IMAGE, ROOT, Engine, NoEngineError, build, find_engine

NOTING = """#!/bin/sh
for part in "$@"; do printf '%s\\n' "$part" >> "{notes}"; done
printf '\\n' >> "{notes}"
exit {code}
"""


def noting(folder: Path, monkeypatch: pytest.MonkeyPatch, *, code: int = 0) -> Path:
    """A machine with nothing but a `docker` that notes its arguments."""
    notes, program = folder / "notes", folder / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(NOTING.format(notes=notes, code=code))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent))
    return notes


def told(notes: Path) -> list[list[str]]:
    return [call.splitlines() for call in notes.read_text().split("\n\n") if call]


def test_where_docker_runs_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = noting(tmp_path, monkeypatch)
    assert find_engine() == Engine(("docker",))
    assert told(notes) == [["info"]]


def test_where_docker_does_not_run_there_is_no_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noting(tmp_path, monkeypatch, code=1)
    with pytest.raises(NoEngineError, match="neither Docker runs here"):
        find_engine()


def test_docker_builds_what_users_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = noting(tmp_path, monkeypatch)
    build(Engine(("docker",)))
    assert told(notes) == [["build", "--quiet", "--tag", IMAGE, str(ROOT)]]


def test_a_build_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noting(tmp_path, monkeypatch, code=7)
    with pytest.raises(SystemExit, match=r"docker build .* ended with 7"):
        build(Engine(("docker",)))


@pytest.mark.parametrize(("there", "tried"), [("forky", 1), ("trixie", 2)])
def test_the_newest_python_that_there_is_becomes_the_base(
    there: str, tried: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, ...]] = []

    def run(*command: str) -> None:
        calls.append(command)
        if command[0] == "mmdebstrap" and there not in command:
            raise SystemExit("no such suite")

    monkeypatch.setattr(engine, "run", run)
    monkeypatch.setattr(engine, "mirror", lambda: "http://debian.example.org/debian/")
    engine.make_base()
    assert [call[0] for call in calls] == ["mmdebstrap"] * tried + ["podman"]
    assert calls[-1][-1] == engine.BASE
    monkeypatch.setattr(engine, "SUITES", ("none",))
    with pytest.raises(SystemExit, match="no such suite"):
        engine.make_base()


class Daemon(http.server.BaseHTTPRequestHandler):
    """Knows how to be asked for a container, and declines."""

    protocol_version = "HTTP/1.1"
    wanted: list[dict[str, Any]]

    def do_HEAD(self) -> None:
        self.answer(200, b"")

    def do_GET(self) -> None:
        self.answer(200, b"OK")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "/containers/create" in self.path:
            self.wanted.append(json.loads(body))
        self.answer(409, b'{"message": "noted, and declined"}')

    def answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("API-Version", "1.44")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture
def wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """The containers that Docker's own client asks its daemon for."""
    if shutil.which("docker") is None:
        pytest.skip("no client of Docker here")
    noted: list[dict[str, Any]] = []
    handler = type("Handler", (Daemon,), {"wanted": noted})
    place = f"{tmp_path}/docker.sock"
    with Server(place, handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{place}")
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        yield noted
        server.shutdown()
        thread.join()


def test_docker_understands_how_a_container_is_started(wanted: list[dict[str, Any]], tmp_path: Path) -> None:
    environment = {"INPUT_GITHUB-TOKEN": "x", "GITHUB_WORKSPACE": f"{tmp_path}/workspace", "EMPTY": ""}
    ended = Engine(("docker",)).start(environment, tmp_path, "--user", "1001:1001", arguments=("more",))
    assert "noted, and declined" in ended.stderr, ended
    (asked,) = wanted
    host = asked["HostConfig"]
    assert (asked["Image"], asked["Cmd"], asked["User"]) == (IMAGE, ["more"], "1001:1001")
    assert asked["WorkingDir"] == "/github/workspace"
    assert {"INPUT_GITHUB-TOKEN=x", "GITHUB_WORKSPACE=/github/workspace", "EMPTY="} <= set(asked["Env"])
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["AutoRemove"]) == (True, ["ALL"], True)
    assert (host["SecurityOpt"], host["NetworkMode"]) == (["no-new-privileges"], "host")
    assert sorted(host["Binds"]) == sorted(f"{tmp_path}/{place}:/github/{place}" for place in engine.PLACES)
    assert not asked.get("Entrypoint")


def test_docker_understands_another_entry_point(wanted: list[dict[str, Any]], tmp_path: Path) -> None:
    Engine(("docker",)).start(
        {}, tmp_path, "--entrypoint", "/opt/venv/bin/python", arguments=("-I", "-c", "pass")
    )
    (asked,) = wanted
    assert (asked["Entrypoint"], asked["Cmd"]) == (["/opt/venv/bin/python"], ["-I", "-c", "pass"])
    assert os.environ["DOCKER_HOST"].startswith("unix://")
