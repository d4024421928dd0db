"""Ruff and uv are fetched where they are not installed: the pinned file alone, checked, and without a secret."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tools import pinned
from tools.programs import locked

from concertmaster.index.fetch import PackageIndex
from concertmaster.project.files import MemoryTree
from concertmaster.report.markdown import lacks
from concertmaster.upgrading import UpgradePlan, plan_upgrade, tools
from concertmaster.upgrading.formatting import formatter
from concertmaster.upgrading.locking import Locksmith
from concertmaster.upgrading.tools import Toolbox
from concertmaster.workspace import open_workspace
from tests import package_index
from tests.jobs import PIN
from tests.package_index import Server
from tests.test_upgrade_formatting import LONG, LONG_NEW, WRAPPED
from tests.upgrades import BRANCH, Start, Upgrade

NAME = "ruff-9.9.9-py3-none-musllinux_1_2_x86_64.whl"
MEMBER = "ruff-9.9.9.data/scripts/ruff"
LAYOUT = {"pyproject.toml": PIN.format("4.8.2") + "[tool.ruff]\n", "main.py": LONG}
#: What says that it was here, and does what the ruff beside the tests does.
SCRIPT = '#!/bin/sh\n/usr/bin/env >> {seen}\necho $0 >> {seen}\nexec {ruff} "$@"\n'


def wheel(content: str, member: str = MEMBER) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(member, content)
    return buffer.getvalue()


@pytest.fixture
def server() -> Iterator[Server]:
    with package_index.serving() as running:
        yield running


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    return tmp_path / "seen"


@pytest.fixture
def made(seen: Path, tmp_path: Path) -> bytes:
    """A wheel whose program leaves a trace."""
    return wheel(SCRIPT.format(seen=seen, ruff=Toolbox().ruff(tmp_path)))


@pytest.fixture
def hold(server: Server, made: bytes, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The package index has the one wheel that is pinned, and nothing is installed."""
    offer(server, made)
    pin(monkeypatch, made)
    return made


def offer(server: Server, content: bytes, name: str = NAME) -> None:
    server.answers[f"/files/{name}"] = content
    server.answers["/simple/ruff/"] = package_index.listing(package_index.entry(name, content))


def pin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    held = {NAME: hashlib.sha256(content).hexdigest()}
    monkeypatch.setattr(tools, "pinned", lambda: {"ruff": held, "uv": {}})
    monkeypatch.setattr(tools, "_beside", lambda _: None)
    monkeypatch.setattr("platform.machine", lambda: "x86_64")


def box(server: Server, tmp_path: Path) -> Toolbox:
    source = PackageIndex(server.base, tmp_path / "wheels", seconds=2.0, attempts=1, wait=0)
    return Toolbox(source, None, {"GITHUB_TOKEN": "canary"})


def plan(toolbox: Toolbox) -> UpgradePlan:
    tree = MemoryTree({path: text.encode() for path, text in LAYOUT.items()})
    workspace = open_workspace(tree, target="5.5.0")
    return plan_upgrade(workspace, jobs=1, formatting=partial(formatter, tools=toolbox))


# -- nothing is fetched ----------------------------------------------------------------------------------


def test_what_is_installed_is_taken_and_nobody_is_asked(server: Server, tmp_path: Path) -> None:
    assert plan(box(server, tmp_path)).files["main.py"].decode() == WRAPPED
    assert server.asked == []


def test_a_project_without_settings_asks_for_no_program(server: Server, hold: bytes, tmp_path: Path) -> None:
    tree = MemoryTree({"pyproject.toml": PIN.format("4.8.2").encode(), "main.py": LONG.encode()})
    toolbox = box(server, tmp_path)
    plan_upgrade(open_workspace(tree, target="5.5.0"), jobs=1, formatting=partial(formatter, tools=toolbox))
    assert server.asked == []


def test_a_run_that_may_not_fetch_says_so(hold: bytes, server: Server) -> None:
    found = plan(Toolbox())
    assert found.files["main.py"].decode() == LONG_NEW
    assert found.lacking == ()
    assert "`concertmaster[format]` brings it), and this run fetches nothing" in found.style[0]
    assert server.asked == []


# -- fetched ---------------------------------------------------------------------------------------------


def test_the_pinned_program_is_fetched_once_and_hears_no_secret(
    server: Server, hold: bytes, seen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "canary")
    toolbox = box(server, tmp_path)
    for _ in range(2):
        found = plan(toolbox)
        assert found.files["main.py"].decode() == WRAPPED
        assert "Checked: 1 changed file in" in found.style[0]
    assert server.asked == ["/simple/ruff/", f"/files/{NAME}"]
    told = seen.read_text()
    assert "canary" not in told
    assert not [line for line in told.splitlines() if line.startswith("/") and Path(line).exists()]


def test_it_is_put_where_the_runner_lets_it(server: Server, hold: bytes, seen: Path, tmp_path: Path) -> None:
    """Below RUNNER_TEMP, and gone afterwards; a folder that cannot be written is not used."""
    folder = tmp_path / "runner_temp"
    folder.mkdir()
    toolbox = Toolbox.of({"RUNNER_TEMP": str(folder)}, box(server, tmp_path).source)
    assert plan(toolbox).files["main.py"].decode() == WRAPPED
    programs = [line for line in seen.read_text().splitlines() if line.endswith("/programs/ruff")]
    assert programs
    assert all(line.startswith(f"{folder}/concertmaster-style-") for line in programs)
    assert list(folder.iterdir()) == []
    assert Toolbox.of({"RUNNER_TEMP": str(tmp_path / "none")}, None).scratch is None


@pytest.mark.skipif(
    not os.environ.get("CONCERTMASTER_SLOW"), reason="fetches 30 MB: set CONCERTMASTER_SLOW=1 to run"
)
@pytest.mark.network
@pytest.mark.parametrize("name", ["ruff", "uv"])
def test_the_programs_that_are_pinned_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the package index that this machine uses, and without a library beside them."""
    from concertmaster.index.fetch import configured

    monkeypatch.setattr(tools, "_beside", lambda _: None)
    source = replace(configured(os.environ, home=Path.home()), cache=tmp_path / "wheels", seconds=90.0)
    program = getattr(Toolbox(source), name)(tmp_path)
    told = subprocess.run([program, "--version"], env={}, capture_output=True, text=True, check=True).stdout
    assert told.split()[:2] == [name, locked(name)[0]]
    linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    assert "static" in linked.stdout + linked.stderr


def test_what_is_fetched_is_what_the_tests_run_with() -> None:
    """The releases and hashes are those of requirements/dev.txt; `python -m tools.programs` writes them."""
    for name, wheels in tools.pinned().items():
        release, hashes = locked(name)
        assert {filename.split("-")[1] for filename in wheels} == {release}
        assert set(wheels.values()) <= hashes
        assert {filename.rpartition("_")[2] for filename in wheels} == {"64.whl", "aarch64.whl"}


# -- what goes wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (package_index.status(503), "it answered 503"),
        (package_index.status(404), "it answered 404"),
        (package_index.hang_up, "the connection failed"),
        (package_index.dripping, "took longer than"),
        (b"not what was promised", "does not have the hash"),
    ],
    ids=["outage", "absent", "hangs up", "drips", "another"],
)
def test_a_program_that_cannot_be_had_is_told_and_may_come_with_the_next_run(
    server: Server, hold: bytes, tmp_path: Path, answer: package_index.Answer | bytes, told: str
) -> None:
    server.answers[f"/files/{NAME}"] = answer
    found = plan(box(server, tmp_path))
    assert found.files["main.py"].decode() == LONG_NEW
    assert found.lacking == ("ruff",)
    assert "ruff could not be fetched from 127.0.0.1" in found.style[0]
    assert told in found.style[0]


def test_a_list_that_promises_another_file_changes_nothing(
    server: Server, hold: bytes, seen: Path, tmp_path: Path
) -> None:
    """The hash of the list is not the one that counts."""
    offer(server, wheel(f"#!/bin/sh\ntouch {seen}\n"))
    assert "does not have the hash" in plan(box(server, tmp_path)).style[0]
    assert not seen.exists()


def test_what_was_kept_is_checked_again(server: Server, hold: bytes, seen: Path, tmp_path: Path) -> None:
    toolbox = box(server, tmp_path)
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / NAME).write_bytes(wheel(f"#!/bin/sh\ntouch {seen}\n"))
    assert plan(toolbox).files["main.py"].decode() == WRAPPED
    assert f"/files/{NAME}" in server.asked


def test_a_cache_that_cannot_be_written_costs_nothing_else(
    server: Server, hold: bytes, tmp_path: Path
) -> None:
    (tmp_path / "wheels").write_text("a file where the folder should be")
    assert plan(box(server, tmp_path)).files["main.py"].decode() == WRAPPED


def test_a_package_index_without_the_release_is_told(server: Server, hold: bytes, tmp_path: Path) -> None:
    server.answers["/simple/ruff/"] = package_index.listing()
    found = plan(box(server, tmp_path))
    assert f"the package index has no {NAME}" in found.style[0]
    assert found.lacking == ()


def test_a_machine_that_nothing_is_pinned_for_is_told(
    server: Server, hold: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert f"none of ruff to fetch for {sys.platform} on riscv64" in plan(box(server, tmp_path)).style[0]


def test_a_folder_from_which_nothing_may_be_run_is_told(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a mount with `noexec`: the file is there, and cannot be started."""
    content = wheel("not a program")
    offer(server, content)
    pin(monkeypatch, content)
    assert "ruff could not be started" in plan(box(server, tmp_path)).style[0]


def test_a_wheel_larger_than_any_is_not_read(
    server: Server, hold: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "MAX_WHEEL", 10)
    assert "is larger than 10 bytes" in plan(box(server, tmp_path)).style[0]


def test_a_program_larger_than_any_is_not_unpacked(
    server: Server, seen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel that is small, and all zeros after its first lines."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(MEMBER, "w") as member:
        member.write(f"#!/bin/sh\ntouch {seen}\nexit\n".encode())
        for _ in range(125):
            member.write(bytes(1_000_000))
    assert len(buffer.getvalue()) < 200_000
    offer(server, buffer.getvalue())
    pin(monkeypatch, buffer.getvalue())
    assert "ruff is larger than 120000000 bytes" in plan(box(server, tmp_path)).style[0]
    assert not seen.exists()


def test_what_lies_in_the_runners_folder_is_neither_run_nor_written_through(
    server: Server, hold: bytes, tmp_path: Path
) -> None:
    folder, victim = tmp_path / "runner_temp", tmp_path / "victim"
    for planted in ("programs/ruff", "ruff", "wheels"):
        place = folder / planted
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(victim)
    toolbox = Toolbox.of({"RUNNER_TEMP": str(folder)}, box(server, tmp_path).source)
    assert plan(toolbox).files["main.py"].decode() == WRAPPED
    assert not victim.exists()


def test_a_trial_of_the_image_without_the_wheel_is_skipped(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCERTMASTER_CACHE", str(tmp_path))
    monkeypatch.setenv("UV_DEFAULT_INDEX", server.base)
    server.answers["/simple/ruff/"] = package_index.listing()
    with pytest.raises(pinned.NoWheelError, match=r"127\.0\.0\.1 has no ruff-.*\.whl"):
        pinned.wheel("ruff")


def test_uv_that_cannot_be_had_is_told_with_the_command(server: Server, hold: bytes, tmp_path: Path) -> None:
    source = f'source = {{ registry = "{server.base}" }}'
    lock = f'version = 1\n[[package]]\nname = "orchestrator-core"\nversion = "4.8.2"\n{source}\n'
    tree = MemoryTree({"pyproject.toml": PIN.format("4.8.2").encode(), "uv.lock": lock.encode()})
    smith = Locksmith(box(server, tmp_path), server.base)
    found = plan_upgrade(open_workspace(tree, target="5.5.0"), jobs=1, locksmith=smith)
    (note,) = found.locks
    assert note.text.startswith(
        "`uv lock --upgrade-package orchestrator-core` (not done here: there is none of uv"
    )


# -- an outage takes nothing back ------------------------------------------------------------------------


@pytest.fixture
def job(start: Start, server: Server, hold: bytes) -> Upgrade:
    upgrade = start({**LAYOUT, "README.md": "# Network\n"})
    upgrade.environment = {"UV_DEFAULT_INDEX": server.base, "CONCERTMASTER_OFFLINE": ""}
    return upgrade


def test_a_run_without_the_program_leaves_the_branch_as_one_with_it_has_made_it(
    job: Upgrade, server: Server, hold: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert job.run()[1]["result"] == "opened"
    assert job.read("main.py") == WRAPPED
    server.answers[f"/files/{NAME}"] = package_index.status(503)
    job.remote.push("main", {"late.py": LONG}, "Move on")
    before, writes = job.snapshot(), job.writes()
    capsys.readouterr()
    assert job.run()[1]["result"] == "nothing-new"
    assert (job.snapshot(), job.writes()) == (before, writes)
    assert "::warning" in (log := capsys.readouterr().out)
    assert "ruff could not be fetched" in log
    server.answers[f"/files/{NAME}"] = hold
    assert job.run()[1]["result"] == "updated"
    assert job.read("late.py") == WRAPPED


def test_a_branch_that_was_made_without_it_goes_on_without_it_and_is_mended_with_it(
    job: Upgrade, server: Server, hold: bytes
) -> None:
    server.answers[f"/files/{NAME}"] = package_index.status(503)
    assert job.run()[1]["result"] == "opened"
    assert lacks(("ruff",)) in job.pulls[0].issue.body
    assert (
        "formatting as the project is set up to, because ruff could not be fetched" in job.pulls[0].issue.body
    )
    job.remote.push("main", {"late.py": LONG}, "Move on")
    assert job.run()[1]["result"] == "updated"
    assert job.read("late.py") == LONG_NEW
    assert job.run()[1]["result"] == "nothing-new"
    server.answers[f"/files/{NAME}"] = hold
    assert job.run()[1]["result"] == "updated"
    assert (job.read("main.py"), job.read("late.py")) == (WRAPPED, WRAPPED)
    assert lacks(("ruff",)) not in job.pulls[0].issue.body
    assert job.pulls[0].head.ref == BRANCH
