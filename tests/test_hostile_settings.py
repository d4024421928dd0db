"""Manifests and settings that are made to break what reads them cost themselves, and are told."""

from __future__ import annotations

import os

import pytest
from msgspec.structs import replace

from concertmaster import apart
from concertmaster.messages import UserError
from concertmaster.project.files import MemoryTree
from concertmaster.project.manifests import read
from concertmaster.runner import run
from concertmaster.workers import can_fork
from concertmaster.workspace import open_workspace

PIN = b"orchestrator-core==4.8.2\n"
PYPROJECT = b'[project]\nname = "x"\ndependencies = ["orchestrator-core==4.8.2"]\n'
OLD = b"from orchestrator.workflow import step\n"
BOMB = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (letter, letter, b", ".join([b"*%c" % (letter - 1)] * 9))
    for letter in range(ord("b"), ord("j"))
)
HOSTILE = {
    "deep TOML": ("sub/pyproject.toml", b"x = " + b"[" * 30_000),
    "long key": ("sub/pyproject.toml", b"a" + b".a" * 30_000 + b" = 1\n"),
    "long number": ("sub/pyproject.toml", b"x = " + b"9" * 60_000),
    "many tables": ("sub/pyproject.toml", b"".join(b"[a.b%d.c]\n" % at for at in range(4_000))),
    "deep YAML": ("sub/environment.yml", b"dependencies: " + b"[" * 20_000),
    "billion laughs": ("sub/environment.yml", BOMB + b"dependencies: *i\n"),
    "deep lock": ("sub/Pipfile.lock", b'{"default":' * 50_000),
    "deep setup": ("sub/setup.py", b"setup(install_requires=" + b"(" * 100_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_manifest_costs_itself_alone(name: str) -> None:
    path, source = HOSTILE[name]
    tree = MemoryTree({"pyproject.toml": PYPROJECT, path: source, "good.py": OLD})
    workspace = open_workspace(tree)
    assert workspace.believed is not None
    assert workspace.believed.release == "4.8.2"
    assert {item.path for item in workspace.dependencies.unanalysed} <= {path}
    report = run(workspace, tree)
    assert report.rewritten == {"good.py": b"from orchestrator.core.workflow import step\n"}
    assert {item.path for item in report.unanalysed} <= {path}


@pytest.mark.skipif(not can_fork(), reason="no fork on this system")
@pytest.mark.parametrize(("act", "told"), [("crash", "SIGABRT"), ("hang", "more than 1 s")])
def test_a_fault_that_a_manifest_sets_off_costs_that_manifest(
    monkeypatch: pytest.MonkeyPatch, act: str, told: str
) -> None:
    def fall(manifest: object) -> object:
        while act == "hang":
            pass
        os.abort()

    readers = tuple((name, fall if name == "Makefile" else reader) for name, reader in read.READERS)
    monkeypatch.setattr(read, "READERS", readers)
    limits = replace(apart.LIMITS, cpu=1, wall=60.0 if act == "hang" else 61.0)
    monkeypatch.setattr(apart.each_apart, "__defaults__", (limits,))
    monkeypatch.setattr(apart, "_made", {})
    tree = MemoryTree({"pyproject.toml": PYPROJECT, "Makefile": b"all:", "requirements.txt": PIN})
    found = open_workspace(tree).dependencies
    assert [(item.path, told in item.reason) for item in found.unanalysed] == [("Makefile", True)]
    assert {item.path for item in found.requirements} == {"pyproject.toml", "requirements.txt"}


@pytest.mark.parametrize("source", [b"x = " + b"[" * 30_000, b"x = " + b"9" * 60_000, b"a" + b".a" * 40_000])
def test_hostile_settings_are_refused(source: bytes) -> None:
    tree = MemoryTree({"pyproject.toml": PYPROJECT, "concertmaster.toml": source})
    with pytest.raises(UserError, match=r"concertmaster\.toml"):
        open_workspace(tree)


def test_what_was_read_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = MemoryTree({"pyproject.toml": PYPROJECT})
    first = open_workspace(tree).dependencies
    monkeypatch.setattr(apart, "each_apart", lambda *_: iter(()))
    assert open_workspace(tree).dependencies == first
