"""Nothing that a repository holds is parsed in the process that has the token and writes: only in those apart."""

from __future__ import annotations

import ast
import configparser
import os
import sys
import tomllib
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import libcst
import pytest
import ruamel.yaml
import sqlglot
from tomlkit.parser import Parser

from concertmaster import apart
from concertmaster.cli import run as run_command
from concertmaster.workers import can_fork
from tests.jobs import OLD, PIN, Open
from tests.upgrades import Start

pytestmark = pytest.mark.skipif(not can_fork(), reason="no fork on this system")
PARSERS: tuple[tuple[Any, str], ...] = (
    (ast, "parse"),
    (tomllib, "loads"),
    (Parser, "parse"),
    (ruamel.yaml.YAML, "load"),
    (ruamel.yaml.YAML, "parse"),
    (ruamel.yaml.YAML, "compose"),
    (sqlglot, "parse"),
    (libcst, "parse_module"),
    (libcst, "parse_expression"),
    (configparser.RawConfigParser, "read_string"),
)
PRODUCT = f"{os.sep}src{os.sep}concertmaster{os.sep}"
FILES = {
    "pyproject.toml": PIN.format("4.8.2")
    + "[tool.ruff]\nline-length = 100\n[tool.concertmaster]\nprose = true\n",
    "setup.cfg": "[isort]\nprofile = black\n",
    "environment.yml": "dependencies:\n- orchestrator-core=4.8.2\n",
    "compose.yml": "services:\n  api:\n    environment:\n      SEARCH_ENABLED: 'true'\n",
    ".github/workflows/review.yml": "on: push\njobs:\n  a:\n    steps:\n    - uses: OWNER/concertmaster@v0\n",
    "main.py": OLD,
    "README.md": "```python\nfrom orchestrator.workflow import step\n```\n",
    "migrations/versions/schema/2025-01-01_a.py": "op.execute('DELETE FROM workflows')\n",
}


@pytest.fixture
def parsed_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the product parses in this process, while others do as they like."""
    found: list[str] = []
    monkeypatch.setattr(apart, "_made", {})
    this = os.getpid()

    def watched(owner: Any, name: str) -> Callable[..., Any]:
        original = getattr(owner, name)

        def watch(*arguments: Any, **named: Any) -> Any:
            if os.getpid() == this:
                stack = [frame for frame in traceback.extract_stack() if PRODUCT in frame.filename]
                found.extend(f"{name} by {frame.filename}:{frame.lineno}" for frame in stack[-1:])
            return original(*arguments, **named)

        return watch

    for owner, name in PARSERS:
        monkeypatch.setattr(owner, name, watched(owner, name))
    return found


def test_a_review_parses_nothing_here(job: Open, parsed_here: list[str]) -> None:
    opened = job(FILES, {"pyproject.toml": PIN.format("5.0.4"), "new.py": OLD})
    opened.permissions = {"contents": "write", "pull_requests": "write"}
    opened.inputs = {"follow-up": "true"}
    code, told = opened.run()
    assert (code, told["result"]) == (1, "posted")
    assert len(opened.remote.state.pulls) == 2
    assert parsed_here == []


def test_an_upgrade_parses_nothing_here(start: Start, parsed_here: list[str]) -> None:
    opened = start(FILES)
    code, told = opened.run()
    assert (code, told["result"]) == (0, "opened")
    assert parsed_here == []


@pytest.mark.parametrize(
    "command",
    ["check --no-cache", "fix", "upgrade", "plan", "map", "doctor"],
    ids=lambda text: text.split()[0],
)
def test_a_command_parses_nothing_here(
    command: str, parsed_here: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    offline = [] if command in ("map", "doctor") else ["--offline"]
    monkeypatch.setattr(sys, "argv", ["concertmaster", *command.split(), *offline])
    assert run_command() in (0, 1)
    assert parsed_here == []


def test_what_is_parsed_here_is_seen(parsed_here: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As it would be without processes apart."""
    monkeypatch.setattr(apart, "can_fork", lambda: False)
    from concertmaster.project.dependencies import read_requirements

    read_requirements({"pyproject.toml": PIN.encode()})
    assert len(parsed_here) == 1
    assert parsed_here[0].startswith("parse by ")
