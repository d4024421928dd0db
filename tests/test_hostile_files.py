"""Files that are made to break what reads them cost themselves, and are told; the rest of the project is judged."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from concertmaster.project.files import MemoryTree
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.runner import Report, run
from concertmaster.tasks import results
from concertmaster.versions import Change
from concertmaster.worker import Limits
from concertmaster.workers import can_fork
from concertmaster.workspace import open_workspace

MANIFEST = b'[project]\nname = "x"\ndependencies = ["orchestrator-core==4.8.2"]\n'
OLD = b"from orchestrator.workflow import step\n"
DECORATOR = (
    b"from orchestrator.workflows.utils import create_workflow\n@create_workflow('x', %s)\ndef f(): ...\n"
)
HOSTILE = {
    "parentheses": OLD + b"x = " + b"(" * 3_000 + b"1" + b")" * 3_000,
    "chain": OLD + b"x = a" + b".b()" * 20_000,
    "sum": OLD + b"x = " + b" + ".join([b"1"] * 20_000),
    "parentheses of a rewrite": DECORATOR % (b"(" * 3_000 + b"1" + b")" * 3_000),
    "chain of a rewrite": DECORATOR % (b"a" + b".b()" * 4_000),
    "negations of a rewrite": DECORATOR % (b"not " * 4_000 + b"a"),
    "deep lambdas": OLD + b"x = " + b"lambda: " * 5_000 + b"1",
    "too large": OLD + b"#" * (1024 * 1024),
    "no text": OLD + b"\0",
}
#: Hostile up to Python 3.13: later ones count what is left of the stack, and read these in no time.
NOT_FOR_ALL = ("chain", "sum", "chain of a rewrite", "negations of a rewrite")


def judge(files: dict[str, bytes]) -> Report:
    tree = MemoryTree({"pyproject.toml": MANIFEST, **files})
    return run(open_workspace(tree, name="hostile"), tree, unsafe=True, jobs=2)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_others_are_judged_and_rewritten(name: str) -> None:
    report = judge({"hostile.py": HOSTILE[name], "good.py": OLD})
    assert report.rewritten["good.py"] == b"from orchestrator.core.workflow import step\n"
    if name in NOT_FOR_ALL and not report.unanalysed:
        assert sys.version_info >= (3, 14)
        return
    assert [item.path for item in report.unanalysed] == ["hostile.py"]
    assert report.rewritten.keys() == {"good.py"}


@pytest.mark.parametrize(
    "source",
    [
        DECORATOR % (b"[" * 190 + b"1" + b"]" * 190),
        DECORATOR % (b"a" + b".b()" * 60),
        OLD + b"x = [" + b"'orchestrator', " * 20_000 + b"]\n",
        OLD + b"query = '" + b"#" * 1_000 + b" process { pid }'\n",
    ],
    ids=["brackets", "calls", "a long line", "many signs of a comment"],
)
def test_what_is_only_unusual_is_judged(source: bytes) -> None:
    report = judge({"unusual.py": source})
    assert report.unanalysed == ()
    ast.parse(report.rewritten["unusual.py"])


def misbehaving(act: str) -> Rule:
    """A rule with a fault of its own that a file can set off."""
    rule = Rule(
        "concertmaster.rules.misbehaving", rows=("X",), change=Change(works_from="1.0.0", removed="1.0.0")
    )

    @rule.file
    def look(file: PythonFile) -> Iterator[Hit]:
        if b"trigger" in file.source:
            if act == "crash":
                os.abort()
            while act == "hang":
                pass
            bytearray(1 << 40)
        yield from ()

    return rule


@pytest.mark.skipif(not can_fork(), reason="no fork on this system")
@pytest.mark.parametrize(
    ("act", "told"),
    [("crash", "SIGABRT"), ("hang", "more than 1 s"), ("eat", "more memory than one file may")],
)
def test_a_fault_that_a_file_sets_off_costs_that_file(act: str, told: str) -> None:
    from concertmaster.judging import FileResult
    from concertmaster.tasks import Task

    files = {"a.py": OLD, "b.py": b"orchestrator  # trigger\n", "c.py": OLD}
    tree = MemoryTree({"pyproject.toml": MANIFEST, **files})
    workspace = open_workspace(tree, name="hostile")
    rules = (*workspace.rules, misbehaving(act))
    task = Task(tree, replace(workspace.around), rules, unsafe=False)
    found = [
        one for one in results(task, tuple(files), 1, limits=Limits(cpu=1)) if isinstance(one, FileResult)
    ]
    assert {one.path: bool(one.findings) for one in found} == {"a.py": True, "b.py": False, "c.py": True}
    (lost,) = [one.unanalysed for one in found if one.unanalysed is not None]
    assert lost.path == "b.py"
    assert told in lost.reason


@pytest.mark.skipif(not can_fork(), reason="no fork on this system")
def test_the_whole_project_dying_is_told_and_costs_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concertmaster.runner._whole_project", lambda *_: os.abort())
    report = judge({"good.py": OLD})
    assert report.findings
    assert [(item.path, "SIGABRT" in item.reason) for item in report.unanalysed] == [(".", True)]
