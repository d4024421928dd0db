"""Code that nobody wrote for these tests passes through: the framework's own wheels, and Python's library.

With CONCERTMASTER_SLOW=1 every sampled release and the whole library, else one release and a part.
"""

from __future__ import annotations

import ast
import os
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.generated import cache

from concertmaster.index.fetch import configured
from concertmaster.index.names import FRAMEWORK
from concertmaster.index.wheel import read_wheel
from concertmaster.messages.index import IndexProblem
from concertmaster.project.files import MemoryTree
from concertmaster.runner import Report, run
from concertmaster.versions import RELEASES, Mode
from concertmaster.workspace import open_workspace

SLOW = bool(os.environ.get("CONCERTMASTER_SLOW"))
MANIFEST = '[project]\nname = "n"\nversion = "1"\ndependencies = ["orchestrator-core=={}"]\n'
NEWEST = RELEASES[-1]
#: One of six, and the newest.
SAMPLED = tuple(dict.fromkeys((*RELEASES[::6], NEWEST)))
JOBS = 2
#: Python's library: everything, or what lies beside each other at its root.
LIBRARY = "**/*.py" if SLOW else "[a-d]*.py"


def judged(files: dict[str, bytes], release: str) -> Report:
    tree = MemoryTree({"pyproject.toml": MANIFEST.format(release).encode(), **files})
    workspace = open_workspace(tree, installed_release=release, target=NEWEST, mode=Mode.UPGRADE)
    return run(workspace, tree, unsafe=True, jobs=JOBS)


def parses(source: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def assert_held(files: dict[str, bytes], report: Report, release: str) -> None:
    """Nothing crashes or hangs, nothing changes that was not told, and what changes is Python and stays as it is."""
    for lost in report.unanalysed:
        source = files[lost.path]
        assert not parses(source) or len(source) > 512 * 1024 or "levels" in lost.reason, lost
    told = {finding.path for finding in report.findings if finding.edits}
    changed = {path for path in report.rewritten if path in files}
    assert changed <= told
    assert [path for path in changed if path.endswith(".py") and not parses(report.rewritten[path])] == []
    again = judged(files | {path: report.rewritten[path] for path in changed}, release)
    assert {path for path in again.rewritten if path in files} == set()


def library() -> Iterator[tuple[str, bytes]]:
    root = Path(sysconfig.get_path("stdlib"))
    for path in sorted(root.glob(LIBRARY)):
        if "site-packages" not in path.parts and path.is_file():
            yield f"vendored/{path.relative_to(root).as_posix()}", path.read_bytes()


def test_python_has_nothing_to_do_with_the_framework() -> None:
    files = dict(library())
    assert len(files) > (1_000 if SLOW else 20)
    report = judged(files, "1.3.6")
    assert [finding for finding in report.findings if finding.path in files] == []
    assert [path for path in report.rewritten if path in files] == []
    assert_held(files, report, "1.3.6")


@pytest.mark.network
@pytest.mark.parametrize("release", SAMPLED if SLOW else ("4.8.2",))
def test_the_framework_itself_passes_through(release: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = configured(os.environ, home=Path.home(), cache=cache.folder() / "wheels")
    with found.session:
        try:
            (listed,) = (wheel for wheel in found.wheels(FRAMEWORK) if wheel.release == release)
            wheel = read_wheel(found.download(listed), distribution=FRAMEWORK, release=release)
        except IndexProblem as problem:
            pytest.skip(str(problem))
    files = {f"vendored/{path}": source for path, source in wheel.sources.items()}
    assert_held(files, judged(files, release), release)
