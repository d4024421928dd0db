"""Verdicts of the index are those of Python: every name is imported in an environment with the release.

`CONCERTMASTER_SLOW=1` judges all pairs of releases and the whole content of each; otherwise a small sample runs.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib.util import resolve_name
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from tools.generated import cache
from tools.generated.environments import Unavailable, environment, interpreter, variables

from concertmaster.index.fetch import PackageIndex, configured
from concertmaster.index.model import Kind
from concertmaster.index.names import CORE, FRAMEWORK, PACKAGES, ROOT, distribution_of, from_root, inside
from concertmaster.index.store import Index
from concertmaster.index.wheel import read_wheel
from concertmaster.messages.index import IndexProblem

pytestmark = pytest.mark.network

INSIDE = Path(__file__).parent / "python_says" / "inside.py"
SLOW = bool(os.environ.get("CONCERTMASTER_SLOW"))
#: The releases that are installed; each is judged by the names that the modules of the others import.
INSTALLED = ("1.3.6", "2.10.0", "3.2.3", "4.0.4", "4.4.2", "4.8.2", "5.0.5", "5.5.0") if SLOW else ("5.5.0",)
READ = (
    ("1.3.6", "2.10.0", "3.2.3", "4.0.4", "4.4.2", "4.8.2", "5.0.5", "5.5.0") if SLOW else ("4.8.2", "5.0.5")
)
#: Without these, Python cannot say whether a name is missing or only a package that it needs.
EXTRAS = {"4.8.2": ("agent", "search")}
#: Set by Python on every module, or only while it runs; and names that no import statement can spell.
BY_PYTHON = frozenset({"__cached__", "__annotations__", "__warningregistry__"})

Import = tuple[str, str | None]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.load()


@lru_cache(maxsize=1)
def source() -> PackageIndex:
    return configured(os.environ, home=Path.home(), cache=cache.folder() / "wheels")


@lru_cache(maxsize=64)
def imports_of(release: str) -> frozenset[Import]:
    """What the modules of a release import from the framework and its companions, in canonical spelling."""
    try:
        (listed,) = (wheel for wheel in source().wheels(FRAMEWORK) if wheel.release == release)
        wheel = read_wheel(source().download(listed), distribution=FRAMEWORK, release=release)
    except IndexProblem as problem:
        pytest.skip(str(problem))
    spelled = (each for path, text in wheel.sources.items() for each in _imports(path, text))
    if wheel.renamed:
        return frozenset((from_root(module), name) for module, name in spelled)
    return frozenset(spelled)


def _imports(path: str, text: bytes) -> Iterator[Import]:
    place = PurePosixPath(path)
    package = ".".join(place.parent.parts)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names if _ours(alias.name))
        elif isinstance(node, ast.ImportFrom):
            module = (
                resolve_name("." * node.level + (node.module or ""), package)
                if node.level
                else node.module or ""
            )
            yield from ((module, alias.name) for alias in node.names if _ours(module))


def _ours(module: str) -> bool:
    return inside(module, ROOT) or distribution_of(module) is not None


@lru_cache(maxsize=16)
def ask(release: str, imports: frozenset[Import], *, everything: bool) -> Mapping[str, Any]:
    """What Python says in the environment of a release; one process, since the framework loads for seconds."""
    try:
        home = environment(release, extra=EXTRAS.get(release, ()))
    except Unavailable as unavailable:
        pytest.skip(unavailable.reason)
    request = {"imports": sorted(imports, key=str), "packages": _packages(release) if everything else []}
    ended = subprocess.run(
        [interpreter(home), INSIDE],
        input=json.dumps(request),
        env=variables(home),
        cwd=INSIDE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def _packages(release: str) -> list[str]:
    return [
        ROOT if int(release.partition(".")[0]) < 5 else CORE,
        *(each for each in PACKAGES.values() if each != CORE),
    ]


def release_of(answer: Mapping[str, Any], name: str) -> str:
    """The installed release of the distribution that a name belongs to."""
    installed: str = answer["installed"][distribution_of(name) or ""]
    return installed


@pytest.mark.parametrize("installed", INSTALLED)
def test_imports_of_other_releases_work_when_the_index_says_so(
    index: Index, installed: str, record_property: Callable[[str, object], None]
) -> None:
    imports = {release: imports_of(release) for release in READ if release != installed}
    wanted = frozenset().union(*imports.values())
    spelled = {each: (index.spelling(each[0], installed), each[1]) for each in wanted}
    answer = ask(installed, frozenset(spelled.values()), everything=SLOW)
    verdicts = dict(zip(sorted(spelled.values(), key=str), answer["verdicts"], strict=True))
    wrong, counts = [], Counter[str]()
    for (module, name), real in spelled.items():
        release = release_of(answer, module)
        said = index.is_module(module, release) if name is None else index.imports(module, name, release)
        python = verdicts[real]
        counts[f"index {said}, Python {python if isinstance(python, bool) else 'cannot say'}"] += 1
        if said is not None and isinstance(python, bool) and said is not python:
            wrong.append((real, said, python))
    for what, count in {**counts, "pairs": len(imports), "imports": len(wanted)}.items():
        record_property(what, count)
    print(f"{installed}: {len(imports)} pairs, {len(wanted)} imports, {dict(counts)}")
    assert wrong == []
    assert counts["index None, Python True"] + counts["index None, Python False"] <= 1
    assert not any(what.endswith("cannot say") for what in counts), verdicts
    assert counts["index True, Python True"] > len(wanted) / 4


@pytest.mark.skipif(
    not SLOW, reason="imports every module of eight releases; set CONCERTMASTER_SLOW=1 to run it"
)
@pytest.mark.parametrize("installed", INSTALLED)
def test_modules_hold_what_the_index_says(
    index: Index, installed: str, record_property: Callable[[str, object], None]
) -> None:
    imports = frozenset().union(*(imports_of(release) for release in READ if release != installed))
    spelled = frozenset((index.spelling(module, installed), name) for module, name in imports)
    answer = ask(installed, spelled, everything=True)
    differences: list[str] = []
    counts: Counter[str] = Counter()
    for real, content in answer["modules"].items():
        module = from_root(real) if not inside(real, CORE) else real
        assert index.is_module(module, release_of(answer, module)), module
        if isinstance(content, dict):
            differences += _differences(index, module, release_of(answer, module), content, counts)
    for what, count in counts.items():
        record_property(what, count)
    print(f"{installed}: {dict(counts)}")
    assert differences == []


def _differences(
    index: Index, module: str, release: str, content: Mapping[str, Any], counts: Counter[str]
) -> Iterator[str]:
    names = {name for name in content["names"] if name.isidentifier() and name not in BY_PYTHON}
    counts["names"] += len(names)
    counts["names that cannot be told"] += sum(index.imports(module, name, release) is None for name in names)
    yield from (f"{module}.{name} lacks" for name in names if index.imports(module, name, release) is False)
    for local in index.table.records(module):
        told = local.isidentifier() and index.imports(module, local, release)
        if told and local not in names and not index.is_module(f"{module}.{local}", release):
            yield f"{module}.{local} is too much"
    for name, members in content["classes"].items():
        if index.kind(f"{module}.{name}", release) is Kind.CLASS:
            public = [member for member in members if not member.startswith("_")]
            verdicts = [index.exists(f"{module}.{name}.{member}", release) for member in public]
            counts["members"] += len(public)
            counts["members that cannot be told"] += verdicts.count(None)
            yield from _members(index, f"{module}.{name}", release, members)
    for name, signature in content["signatures"].items():
        if any(part.startswith("_") for part in name.split(".")):
            continue
        found = index.signature(f"{module}.{name}", release)
        counts["signatures"] += 1
        counts["signatures that cannot be told"] += found is None
        if found is not None and [[each.name, each.kind, each.has_default] for each in found] != signature:
            yield f"{module}.{name} has another signature"


def _members(index: Index, owner: str, release: str, members: list[str]) -> Iterator[str]:
    view = index.view_of(owner, release)
    for member in members:
        if not member.startswith("_") and index.exists(f"{owner}.{member}", release) is False:
            yield f"{owner}.{member} lacks"
    module, _, name = owner.rpartition(".")
    for local in index.table.records(module):
        above, _, member = local.rpartition(".")
        entry = view.entry(module, local) if view and above == name else None
        on_instances = entry is None or "s" in entry.flags or member.startswith("_")
        if not on_instances and index.exists(f"{owner}.{member}", release) and member not in members:
            yield f"{owner}.{member} is too much"
