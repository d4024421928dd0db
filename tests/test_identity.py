"""One worker or many, with the filter or without it: the findings, the rewrites and what failed are the same.

With CONCERTMASTER_SLOW=1 in 500 projects of examples, in 500 that the framework's own generator makes, and in the
corpora of the benchmarks.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from benchmarks.corpora import corpus
from tools.generated import Unavailable
from tools.generated.varied import batch
from tools.shown import examples

from concertmaster.project.files import MemoryTree, WorkingTree
from concertmaster.rule import load_rules
from concertmaster.versions import Mode
from tests.identity import compared, differences, report, unlike

MANIFEST = b'[project]\nname = "x"\ndependencies = ["orchestrator-core==%s"]\n'
CONFIGURATIONS = (
    b"",
    b'exclude = ["test/*"]\n',
    b'ignore = ["old-namespace"]\n',
    b'[per-path-ignores]\n"workflows/*" = ["workflow-description", "old-namespace"]\n',
)
RELEASES = ("1.3.6", "2.2.1", "3.2.3", "4.8.2", "5.0.0", "5.5.0")
SLOW = bool(os.environ.get("CONCERTMASTER_SLOW"))
slow = pytest.mark.skipif(not SLOW, reason="takes minutes: set CONCERTMASTER_SLOW=1")


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


def unlike_projects(seeds: Iterable[int], files: int) -> list[str]:
    """Of few examples all may be right under a release of long ago, but not often."""
    found: list[str] = []
    telling: list[bool] = []
    for seed in seeds:
        tree, target = generated(seed, files)
        mode = Mode.REVIEW if seed % 3 == 0 else Mode.UPGRADE
        plain, told = compared(tree, f"seed {seed}", target=target, mode=mode)
        telling.append(bool(plain.findings))
        found += told
    assert sum(telling) >= 0.9 * len(telling)
    return found


@pytest.fixture
def pooled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool of workers, and small portions, also for projects that are too small to need them."""
    monkeypatch.setattr("concertmaster.tasks.POOL_FROM", 1)
    monkeypatch.setattr("concertmaster.tasks.LAST", 1)


@pytest.mark.usefixtures("pooled")
def test_results_do_not_depend_on_how_they_are_got() -> None:
    assert unlike_projects([0], 40) == []


@slow
@pytest.mark.usefixtures("pooled")
@pytest.mark.parametrize("first", range(2, 502, 50))
def test_results_do_not_depend_on_how_they_are_got_in_500_projects_of_examples(first: int) -> None:
    assert unlike_projects(range(first, first + 50), 12) == []


def varied(folder: Path, seed: int) -> tuple[MemoryTree, str]:
    """A project of the framework's generator, with some lines of a team: examples of rules, other line ends."""
    chance = random.Random(f"varied {seed}")
    tree = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    for path in chance.sample(sorted(path for path in tree if path.endswith(".py")), 3):
        tree[path] = tree[path].replace(b"\n", b"\r\n")
    for path, text in chance.sample(SNIPPETS, 6):
        tree.setdefault(path if chance.random() < 0.5 else f"services/{path}", text)
    tree["concertmaster.toml"] = chance.choice(CONFIGURATIONS)
    return MemoryTree(tree), chance.choice(("5.5.0", "5.0.0", "newest"))


def unlike_in_batch(number: int) -> list[str]:
    try:
        projects = [*batch(number)]
    except Unavailable as absent:
        pytest.skip(absent.reason)
    found: list[str] = []
    for seed, release, folder in projects:
        tree, target = varied(folder, seed)
        mode = Mode.UPGRADE if seed % 3 else Mode.REVIEW
        found += differences(
            tree, f"{release}, seed {seed}", target=target, mode=mode, jobs=(1, 4) if SLOW else (4,)
        )
    return found


@pytest.mark.generated
@pytest.mark.usefixtures("pooled")
@pytest.mark.parametrize("number", [0, 1, *(pytest.param(number, marks=slow) for number in range(2, 50))])
def test_results_do_not_depend_on_how_they_are_got_in_projects_of_the_frameworks_generator(
    number: int,
) -> None:
    assert unlike_in_batch(number) == []


@slow
@pytest.mark.parametrize("name", ["small", "medium", "pathological", "framework", "large"])
def test_results_do_not_depend_on_how_they_are_got_on_the_corpora(name: str) -> None:
    tree = WorkingTree.open(Path(corpus(name)))
    assert differences(tree, name, mode=Mode.UPGRADE) == []


@pytest.mark.generated
def test_a_project_too_large_to_be_held_is_judged_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts are read again, and trees that nothing came of are let go."""
    try:
        _, _, folder = next(batch(0))
    except Unavailable as absent:
        pytest.skip(absent.reason)
    tree, target = varied(folder, 0)
    held = report(tree, target=target, jobs=1, prefilter=True)
    for limit in ("MOST_TREES", "MOST_TEXTS"):
        monkeypatch.setattr(f"concertmaster.project.model.place.{limit}", 0)
    assert [*unlike(held, report(tree, target=target, jobs=1, prefilter=True))] == []
