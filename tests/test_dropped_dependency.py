"""Libraries that only came along with the framework, in projects that require them, or have them, or do not."""

from __future__ import annotations

import pytest

from concertmaster.project.files import MemoryTree
from concertmaster.runner import run
from concertmaster.workspace import open_workspace

USE = b"import schedule\n\nschedule.every(5)\n"
PIN = b"orchestrator-core==4.3.1\n"


def told(files: dict[str, bytes], *, target: str = "5.5.0") -> list[str]:
    project = MemoryTree(files)
    report = run(open_workspace(project, target=target, select=["dropped-dependency"]), project, jobs=1)
    return [f"{finding.path}:{finding.line} {finding.severity}" for finding in report.findings]


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": PIN + b"schedule>=1.2\n"},
        {"requirements.txt": PIN, "requirements-dev.txt": b"schedule\n"},
        {"requirements.txt": PIN, "schedule.py": b""},
        {"requirements.txt": PIN, "schedule/__init__.py": b""},
    ],
)
def test_a_library_that_the_project_has_of_its_own(files: dict[str, bytes]) -> None:
    assert told({**files, "tasks.py": USE}) == []


def test_a_release_that_still_brings_it() -> None:
    assert told({"requirements.txt": PIN, "tasks.py": USE}, target="4.3.1") == []


def test_a_library_that_nothing_brings_any_more() -> None:
    assert told({"requirements.txt": PIN, "tasks.py": USE}) == ["tasks.py:1 error"]


def test_a_library_of_another_name_than_its_distribution() -> None:
    files = {"agent.py": b"from pydantic_ai.models.openai import OpenAIModel\n"}
    pin = b"orchestrator-core[agent]==4.8.2\n"
    assert told({"requirements.txt": pin, **files}) == ["agent.py:1 error"]
    assert told({"requirements.txt": pin + b"pydantic-ai-slim>=1\n", **files}) == []
