"""The command that a pull request gives for a lock, run with the newest release of the tool, does what it is for."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from concertmaster.project.files import MemoryTree
from concertmaster.upgrading import plan_upgrade
from concertmaster.upgrading.tools import Toolbox
from concertmaster.workspace import open_workspace
from tests import package_index, wheels
from tests.package_index import Server

pytestmark = pytest.mark.skipif(
    not os.environ.get("CONCERTMASTER_SLOW"),
    reason="installs tools from the package index: set CONCERTMASTER_SLOW=1 to run",
)
PROJECT = """\
[project]
name = "network"
version = "1"
requires-python = ">=3.11,<4"
dependencies = ["orchestrator-core==4.8.2", "nwa-stdlib"]
"""
LIBRARIES = tuple(f"library-{number}" for number in range(12))


@dataclass(frozen=True, slots=True)
class Case:
    """A tool as it is installed, the manifest with a place for the index, the lock, and how it is made at first."""

    wanted: str
    manifest: tuple[str, str]
    lock: str
    first: str


CASES = {
    "poetry": Case(
        "poetry",
        ("pyproject.toml", PROJECT + '[tool.poetry]\npackage-mode = false\n'
         '[[tool.poetry.source]]\nname = "here"\nurl = "{index}/"\npriority = "primary"\n'),
        "poetry.lock", "poetry lock --no-interaction"),
    "pdm": Case(
        "pdm[locked]",
        ("pyproject.toml", PROJECT + '[tool.pdm]\ndistribution = false\n'
         '[[tool.pdm.source]]\nname = "pypi"\nurl = "{index}"\nverify_ssl = false\n'),
        "pdm.lock", "pdm lock"),
    "pipenv": Case(
        "pipenv",
        ("Pipfile", ('[[source]]\nurl = "{index}"\nverify_ssl = false\nname = "here"\n\n'
         '[packages]\norchestrator-core = "==4.8.2"\nnwa-stdlib = "*"\n')),
        "Pipfile.lock", "pipenv lock"),
    "pip-tools": Case(
        "pip-tools",
        ("requirements.in", "orchestrator-core==4.8.2\nnwa-stdlib\n"),
        "requirements.txt", "pip-compile --generate-hashes --no-emit-index-url requirements.in"),
    "uv": Case(
        "uv",
        ("requirements.in", "orchestrator-core==4.8.2\nnwa-stdlib\n"),
        "requirements.txt", "uv pip compile --generate-hashes requirements.in -o requirements.txt"),
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[Server]:
    with package_index.serving() as running:
        yield running


def offer(server: Server, *, is_later: bool) -> None:
    """The newer framework wants newer libraries, more than pip-compile would let go of; another one may stay."""
    server.hold()
    offered: dict[str, dict[str, list[str]]] = {
        "orchestrator-core": {"4.8.2": [f"{each}<2" for each in LIBRARIES],
                              "5.5.0": [f"{each}>=2" for each in LIBRARIES]},
        **{each: {"1.0.0": [], "2.0.0": []} if is_later else {"1.0.0": []} for each in LIBRARIES},
        "nwa-stdlib": {"3.0.0": [], "3.1.0": []} if is_later else {"3.0.0": []},
    }  # fmt: skip
    for name, releases in offered.items():
        files = {f"{name.replace('-', '_')}-{release}-py3-none-any.whl": wheel(name, release, *wanted)
                 for release, wanted in releases.items()}  # fmt: skip
        server.answers |= {f"/files/{filename}": content for filename, content in files.items()}
        entries = (package_index.entry(filename, content) for filename, content in files.items())
        server.answers[f"/simple/{name}/"] = package_index.listing(*entries)


@cache
def wheel(name: str, release: str, *requires: str) -> bytes:
    """One that pip takes for a wheel; the same each time, as its time is part of it."""
    stem = f"{name.replace('-', '_')}-{release}.dist-info"
    about = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {f"{stem}/WHEEL": about, f"{stem}/RECORD": ""}
    return wheels.wheel(files, distribution=name, release=release, requires=requires)


@pytest.mark.parametrize("name", CASES)
def test_the_command_renews_the_lock_and_nothing_else(server: Server, tmp_path: Path, name: str) -> None:
    case, folder = CASES[name], tmp_path / "network"
    programs = installed(case.wanted, tmp_path / "programs")
    folder.mkdir()
    path, text = case.manifest
    (folder / path).write_text(text.format(index=server.base))
    offer(server, is_later=False)
    call(case.first, folder, programs, server)
    offer(server, is_later=True)
    command = raised(folder, path, case.lock)
    manifest = (folder / path).read_text()
    assert "5.5.0" in manifest
    assert "4.8.2" in (folder / case.lock).read_text()
    call(command, folder, programs, server)
    lock = (folder / case.lock).read_text()
    assert (folder / path).read_text() == manifest
    assert "5.5.0" in lock
    assert "4.8.2" not in lock
    assert lock.count("2.0.0") >= len(LIBRARIES)
    assert "3.0.0" in lock
    assert "3.1.0" not in lock


def raised(folder: Path, *paths: str) -> str:
    """Raise the manifest as an upgrade does; the command that it gives for the lock."""
    tree = MemoryTree({path: (folder / path).read_bytes() for path in paths})
    plan = plan_upgrade(open_workspace(tree, target="5.5.0"), jobs=1)
    for path, text in plan.files.items():
        (folder / path).write_bytes(text)
    (note,) = plan.locks
    assert note.path == paths[-1]
    return note.text.partition("`")[2].partition("`")[0]


def installed(wanted: str, folder: Path) -> Path:
    uv = Toolbox().uv(folder)
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", folder / "bin" / "python", wanted, "pip"], check=True
    )
    return folder / "bin"


def call(command: str, folder: Path, programs: Path, server: Server) -> None:
    """A command as a person gives it in the project's folder."""
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(folder.parent),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": server.base,
        "UV_DEFAULT_INDEX": server.base,
        "UV_CACHE_DIR": str(folder.parent / "cache"),
        "PIPENV_VENV_IN_PROJECT": "1",
        "PIPENV_PYTHON": sys.executable,
        "PIPENV_NOSPIN": "1",
        "PDM_CHECK_UPDATE": "0",
        "LANG": "C.UTF-8",
    }
    ended = subprocess.run(
        shlex.split(command), cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
