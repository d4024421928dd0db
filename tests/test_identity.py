"""One worker or many, with the filter or without it: the findings, the rewrites and what failed are the same."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tools.shown import examples

from concertmaster.project.files import MemoryTree
from concertmaster.rule import load_rules
from concertmaster.runner import Report, run
from concertmaster.versions import Mode
from concertmaster.workspace import open_workspace

MANIFEST = b'[project]\nname = "x"\ndependencies = ["orchestrator-core==%s"]\n'
RELEASES = ("1.3.6", "2.2.1", "3.2.3", "4.8.2", "5.0.0", "5.5.0")
slow = pytest.mark.skipif(
    "CONCERTMASTER_SLOW" not in os.environ, reason="takes minutes: set CONCERTMASTER_SLOW=1"
)


def snippets() -> list[tuple[str, bytes]]:
    """Every example of every rule, old and new, under a path of its own."""
    found = []
    for rule in load_rules():
        for number, example in enumerate(examples(rule)):
            folder, _, name = example.path.rpartition("/")
            for side, text in (("before", example.before), ("after", example.after)):
                stem, dot, ending = name.rpartition(".")
                path = (
                    f"{stem}_{rule.module.rpartition('.')[2]}_{number}_{side}{dot}{ending}" if stem else name
                )
                found.append((f"{folder}/{path}" if folder else path, text.encode()))
    return found


SNIPPETS = snippets()


def generated(seed: int, files: int) -> tuple[MemoryTree, str]:
    """A project of examples, some of them joined, cut short, moved or passed on by other modules."""
    chance = random.Random(seed)
    tree: dict[str, bytes] = {"pyproject.toml": MANIFEST % chance.choice(RELEASES).encode()}
    for path, text in chance.sample(SNIPPETS, files):
        kind = chance.randrange(6)
        if kind == 0 and path.endswith(".py"):
            text += b"\n\n" + chance.choice([other for name, other in SNIPPETS if name.endswith(".py")])
        elif kind == 1:
            text = text[: chance.randrange(len(text) + 1)]
        elif kind == 2:
            text = text.replace(b"\n", b"\r\n")
        tree[f"app/{path}" if kind == 3 else path] = text
    modules = [path for path in tree if path.endswith(".py") and "/" not in path]
    for number, path in enumerate(chance.sample(modules, min(5, len(modules)))):
        tree[f"uses{number}.py"] = b"from %s import *\nfrom %s import step, workflow\nstep.copy()\n" % (
            (path[:-3].encode(),) * 2
        )
    return MemoryTree(tree), chance.choice(("5.5.0", "5.0.0", "4.8.2"))


def report(tree: MemoryTree, target: str, mode: Mode, *, jobs: int, prefilter: bool) -> Report:
    workspace = open_workspace(tree, target=target, mode=mode, name="generated")
    return replace(run(workspace, tree, unsafe=True, jobs=jobs, prefilter=prefilter))


def differences(seed: int, files: int) -> Iterator[str]:
    tree, target = generated(seed, files)
    mode = Mode.REVIEW if seed % 3 == 0 else Mode.UPGRADE
    plain = report(tree, target, mode, jobs=1, prefilter=False)
    assert plain.findings
    for jobs, prefilter in ((1, True), (4, True)):
        quick = report(tree, target, mode, jobs=jobs, prefilter=prefilter)
        # A file that concerns no rule is not parsed with the filter, so that nobody is told that it could not be.
        assert set(quick.unanalysed) <= set(plain.unanalysed), seed
        for name in ("findings", "suppressed", "rewritten", "proposed", "created"):
            old, new = getattr(plain, name), getattr(quick, name)
            if old != new:
                gone = [each for each in old if each not in new][:2]
                come = [each for each in new if each not in old][:2]
                yield f"seed {seed}, {jobs} jobs: {name}: without filter {gone}, with it {come}"


@pytest.mark.parametrize("seed", range(1))
def test_results_do_not_depend_on_how_they_are_got(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concertmaster.tasks.POOL_FROM", 1)
    monkeypatch.setattr("concertmaster.tasks.LAST", 1)
    assert [*differences(seed, 40)] == []


@slow
def test_results_do_not_depend_on_how_they_are_got_in_500_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concertmaster.tasks.POOL_FROM", 1)
    monkeypatch.setattr("concertmaster.tasks.LAST", 1)
    assert [found for seed in range(2, 502) for found in differences(seed, 12)] == []


@slow
@pytest.mark.parametrize("name", ["small", "medium", "pathological"])
def test_results_do_not_depend_on_how_they_are_got_on_the_corpora(name: str) -> None:
    from benchmarks.corpora import corpus

    from concertmaster.project.files import WorkingTree

    tree = WorkingTree.open(Path(corpus(name)))
    workspace = open_workspace(tree)
    plain, quick = (
        run(workspace, tree, jobs=jobs, prefilter=not plain) for jobs, plain in ((1, True), (4, False))
    )
    assert (plain.findings, plain.unanalysed, plain.rewritten) == (
        quick.findings,
        quick.unanalysed,
        quick.rewritten,
    )
