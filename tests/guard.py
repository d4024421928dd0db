"""Looks over every test that gives a token out: nothing printed or written may hold it, or command the runner unasked.

What goes to the local GitHub is looked over there, request by request.
"""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from concertmaster import forgetting
from tests import runner_log
from tests.github_server import canaries

ACTION = Path(__file__).resolve().parent.parent / "action.yml"
OUTPUTS = frozenset(YAML(typ="safe").load(ACTION)["outputs"])
#: Files by which a job could reach into the steps after it, and which stay empty.
UNUSED = ("set_env", "add_path", "save_state")
#: Of a file that is looked over.
MOST = 32 * 1024 * 1024
_printed = pytest.StashKey[list[str]]()


def complaints(printed: Iterable[str], folders: Iterable[Path]) -> Iterator[str]:
    """What is wrong with what a test printed, and with the files that it left."""
    for text in printed:
        yield from (f"a token was printed: {form}" for form in canaries.found(text))
        yield from (f"the log holds a command that nobody means: {name}" for name in runner_log.unmeant(text))
    for path in (path for folder in folders for path in folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= MOST:
            yield from _in_file(path)


def _in_file(path: Path) -> Iterator[str]:
    data = path.read_bytes()
    yield from (f"a token was written to {path}: {form}" for form in canaries.found(data))
    if path.parent.name != "file_commands":
        return
    if path.name.startswith(UNUSED) and data:
        yield f"{path} reaches into later steps"
    if path.name.startswith("set_output"):
        unknown = runner_log.values(data.decode()).keys() - OUTPUTS
        yield from (f"{path} sets an output that action.yml does not know: {name}" for name in unknown)


@pytest.fixture(autouse=True)
def _overheard(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what a test reads of what was printed, by itself or by another process; the rest is in its report."""
    said: list[str] = []
    request.node.stash[_printed] = said
    read, talk = pytest.CaptureFixture.readouterr, subprocess.Popen.communicate

    def readouterr(self: pytest.CaptureFixture[Any]) -> Any:
        result = read(self)
        said.extend(part if isinstance(part, str) else part.decode(errors="replace") for part in result)
        return result

    def communicate(self: Any, *arguments: Any, **named: Any) -> Any:
        result = talk(self, *arguments, **named)
        if not isinstance(self.args, str | bytes) and Path(str(next(iter(self.args)))).name.startswith(
            "python"
        ):
            said.extend(
                part if isinstance(part, str) else part.decode(errors="replace") for part in result if part
            )
        return result

    monkeypatch.setattr(pytest.CaptureFixture, "readouterr", readouterr)
    monkeypatch.setattr(subprocess.Popen, "communicate", communicate)


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """Tests that share a process do not keep each other's secrets."""
    yield
    forgetting.drop_secrets()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "teardown" and report.passed and "github" in getattr(item, "fixturenames", ()):
        streams = [text for title, text in report.sections if "log" not in title]
        folder = getattr(item, "funcargs", {}).get("tmp_path")
        wrong = sorted(set(complaints([*item.stash.get(_printed, []), *streams], [folder] if folder else [])))
        if wrong:
            report.outcome, report.longrepr = "failed", "\n".join(wrong)
    return report
