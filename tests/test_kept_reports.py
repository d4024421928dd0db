"""What a job has kept is said again by the next one, for the same bytes alone, and never to a fork."""

from __future__ import annotations

import os
import pickle
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from concertmaster.github import recalling
from concertmaster.github.contents import Blobs, CommitFiles
from concertmaster.github.recalling import Kept, Reports, key_of
from concertmaster.github.shapes import Tree, TreeEntry, object_id
from concertmaster.project.files import MemoryTree
from concertmaster.remembering import memory
from concertmaster.remembering.key import PACKAGE
from concertmaster.workspace import open_workspace
from tests.github_server import GitHub
from tests.jobs import NEW, OLD, Job, Open

HEAD = {"old.py": OLD, "other.py": NEW}
PIN = b'[project]\nname = "x"\ndependencies = ["orchestrator-core==5.0.4"]\n'


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The runner's temporary folder, which actions/cache carries from job to job."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    environment = Job.environment
    monkeypatch.setattr(Job, "environment", lambda job: environment(job) | {"RUNNER_TEMP": str(folder)})
    return folder


def kept(temporary: Path) -> list[Path]:
    return sorted((temporary / "concertmaster").glob("*"))


def cached(job: Open) -> Job:
    opened = job({}, HEAD)
    opened.inputs["cache"] = "true"
    return opened


def test_without_the_input_nothing_is_kept(job: Open, temporary: Path, runs: list[object]) -> None:
    job({}, HEAD).run()
    assert runs == []  # it takes the way that never asks what was kept
    assert kept(temporary) == []


def test_a_second_job_judges_nothing_anew(job: Open, temporary: Path, runs: list[object]) -> None:
    opened = cached(job)
    first = opened.run()
    assert runs
    assert kept(temporary)
    runs.clear()
    second = opened.run()
    assert runs == []
    assert (first[0], first[1].pop("result"), first[1].pop("review-url") != "") == (1, "posted", True)
    assert (second[0], second[1].pop("result"), second[1].pop("review-url") != "") == (1, "nothing-new", True)
    assert second[1] == first[1]


def test_another_commit_is_judged(job: Open, temporary: Path, runs: list[object]) -> None:
    opened = cached(job)
    opened.run()
    runs.clear()
    opened.remote.push("feature", {"old.py": OLD.replace("Create node", "Make node")})
    opened.run()
    assert runs


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content.replace(b"error", b"trust"),
        lambda content: signed(b'{"findings": "none"}'),
        lambda content: signed(b"["),
    ],
    ids=["empty", "cut", "changed", "other data", "no data"],
)
def test_what_is_damaged_is_judged_anew(
    job: Open, temporary: Path, runs: list[object], damage: Callable[[bytes], bytes]
) -> None:
    opened = cached(job)
    code, _ = opened.run()
    for path in kept(temporary):
        path.write_bytes(damage(path.read_bytes()))
    runs.clear()
    assert opened.run()[0] == code == 1
    assert runs


class Trap:
    """Touches a file as soon as it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_what_is_kept_is_never_run(job: Open, temporary: Path, tmp_path: Path, runs: list[object]) -> None:
    opened = cached(job)
    opened.run()
    for path in kept(temporary):
        path.write_bytes(signed(pickle.dumps(Trap(tmp_path / "sprung"))))
    runs.clear()
    assert opened.run()[0] == 1
    assert runs
    assert not (tmp_path / "sprung").exists()


def signed(body: bytes) -> bytes:
    """A thing as it is kept, made by somebody who knows how."""
    return memory.FORMAT + memory._digest(body) + b"\n" + body


def poison(temporary: Path) -> None:
    """Every report that was kept now says that nothing was found."""
    clean = Kept((), {}, (), frozenset(), {}, {}, "")
    for path in kept(temporary):
        path.write_bytes(signed(msgspec.json.encode(clean)))


def test_a_fork_is_judged_whatever_was_kept_for_it(
    github: GitHub, job: Open, temporary: Path, runs: list[object]
) -> None:
    """Its workflow could fill the folder; so nothing in there is believed, and nothing is kept."""
    opened = cached(job)
    opened.run()
    poison(temporary)
    before = [path.read_bytes() for path in kept(temporary)]
    fork = opened.remote.fork("stranger")
    fork.push("feature", HEAD)
    theirs = replace(opened, pull=opened.remote.open_pull_request("main", "feature", source=fork))
    runs.clear()
    code, told = theirs.run()
    assert (code, told["errors"]) == (1, "2")
    assert [path.read_bytes() for path in kept(temporary)] == before
    opened.runs = theirs.runs
    _, believed = opened.run()
    assert believed["errors"] == "0"  # that of a branch of this repository believes what was kept for it


def test_what_anybody_may_write_is_not_believed(job: Open, temporary: Path, runs: list[object]) -> None:
    opened = cached(job)
    opened.run()
    for path in kept(temporary):
        path.chmod(0o666)
    runs.clear()
    assert opened.run()[0] == 1
    assert runs


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
def test_files_belong_to_whom_the_folder_belongs(job: Open, temporary: Path, runs: list[object]) -> None:
    """A container runs as root; what brings the folder from job to job does not."""
    os.chown(temporary, 1001, 1001)
    opened = cached(job)
    opened.run()
    folder = temporary / "concertmaster"
    assert {path.stat().st_uid for path in (folder, *kept(temporary))} == {1001}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in kept(temporary))
    runs.clear()
    opened.run()
    assert runs == []


class Named(MemoryTree, frozen=True):
    """Files whose names of content are their content."""

    def identity(self) -> bytes:
        return repr(sorted(self.files.items())).encode()


FILES = {"pyproject.toml": PIN, "old.py": OLD.encode()}


def key(
    *,
    files: dict[str, bytes] = FILES,
    base: dict[str, bytes] | None = None,
    asked: object = True,
    **named: str,
) -> str | None:
    tree = Named(files)
    workspace = open_workspace(tree, **named)  # type: ignore[arg-type]
    return key_of(workspace, tree, None if base is None else Named(base), (asked,))


def test_the_same_question_about_the_same_bytes_has_the_same_key() -> None:
    assert key() == key(files=dict(FILES)) is not None


@pytest.mark.parametrize(
    "named",
    [
        {"files": {**FILES, "old.py": NEW.encode()}},
        {"files": {**FILES, "other.py": b""}},
        {"files": {"pyproject.toml": PIN, "renamed.py": OLD.encode()}},
        {"files": {**FILES, "concertmaster.toml": b'exclude = ["old.py"]'}},
        {"base": FILES},
        {"asked": False},
        {"target": "5.1.0"},
        {"installed_release": "4.8.2"},
        {"select": ("old-namespace",)},
        {"ignore": ("old-namespace",)},
    ],
    ids=lambda named: " ".join(named),
)
def test_every_part_of_the_question_counts(named: dict[str, Any]) -> None:
    assert key(**named) not in (key(), None)


def other_code(copy: Path, _: pytest.MonkeyPatch) -> None:
    (copy / "rules" / "old_namespace.py").write_text("x = 1")


def other_index(copy: Path, _: pytest.MonkeyPatch) -> None:
    (copy / "index" / "data" / "names.index").write_bytes(b"other")


def other_libraries(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalling, "libraries", lambda _: b"other")


def other_python(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version", "3.99.0")


@pytest.mark.parametrize(
    "change", [other_code, other_index, other_libraries, other_python], ids=lambda change: change.__name__
)
def test_every_part_of_the_program_counts(
    change: Callable[[Path, pytest.MonkeyPatch], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "program"
    for name in ("rules/old_namespace.py", "index/data/names.index"):
        (copy / name).parent.mkdir(parents=True)
        (copy / name).write_bytes((Path(PACKAGE) / name).read_bytes())
    monkeypatch.setattr(recalling, "PACKAGE", str(copy))
    monkeypatch.setattr(recalling, "program", recalling.program.__wrapped__)
    before = key()
    change(copy, monkeypatch)
    assert key() not in (before, None)


def test_what_cannot_be_had_counts(job: Open, temporary: Path) -> None:
    """A file that could not be fetched may be there the next time."""
    blobs = Blobs(None, None)  # type: ignore[arg-type]
    tree = Tree((TreeEntry("old.py", object_id(OLD.encode()), len(OLD)),))
    files = CommitFiles(tree, blobs)
    before = files.identity()
    blobs.give(object_id(OLD.encode()), OLD.encode())
    assert files.identity() != before


@pytest.mark.parametrize("lacking", ["notes", "index", "identity"])
def test_what_may_be_other_next_time_is_not_kept(lacking: str) -> None:
    tree = Named(FILES)
    workspace = open_workspace(tree)
    if lacking == "notes":
        workspace = msgspec.structs.replace(
            workspace, names=replace(workspace.names, notes=("The index could not be asked.",))
        )
    if lacking == "index":
        workspace = msgspec.structs.replace(workspace, names=replace(workspace.names, index=None))
    assert key_of(workspace, MemoryTree(FILES) if lacking == "identity" else tree, None, ()) is None


def test_what_could_not_be_analysed_is_judged_again(tmp_path: Path, runs: list[object]) -> None:
    tree = Named({**FILES, "broken.py": b"from orchestrator import (\n"})
    reports = Reports(tmp_path / "kept", pytest.fail)
    for _ in range(2):
        assert reports.run(open_workspace(tree), tree).unanalysed
    assert len(runs) == 2


def test_a_report_comes_back_as_it_was(tmp_path: Path, runs: list[object]) -> None:
    text = (
        OLD.replace("\n", "\r\n").encode()
        + b"\nfrom orchestrator.db import db  # concertmaster: ignore[old-namespace] \xc3\xa9\n"
    )
    tree = Named({**FILES, "old.py": text})
    reports = Reports(tmp_path / "kept", pytest.fail)
    workspace = open_workspace(tree)
    first, second = (reports.run(workspace, tree, unsafe=True) for _ in range(2))
    assert first == second
    assert first.findings
    assert first.suppressed
    assert first.rewritten
    assert len(runs) == 1
