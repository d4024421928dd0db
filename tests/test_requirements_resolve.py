"""A resolver is asked: what is said to clash does, and what comes out can be installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from concertmaster.findings import apply
from concertmaster.project.dependencies import raise_pin, read_requirements
from concertmaster.project.python import Surroundings
from concertmaster.rule import load_rules
from concertmaster.subjects import analyse
from concertmaster.versions import Window

pytestmark = pytest.mark.network
UNREACHABLE = ("Failed to fetch", "error sending request", "dns error", "Could not connect")

CASES = {
    "pyproject.toml": """\
[project]
name = "campus-network"
version = "1.0"
requires-python = ">=3.11"
dependencies = [
    "orchestrator-core[celery, search]~=4.8.2",
    "psycopg2-binary>=2.9.10",
    "pydantic-forms>=1.4.0,<2",
    "pydantic~=2.12.4",
    "redis>=7,<8",
    "fastapi==0.134.0",
]
""",
    "requirements.txt": """\
orchestrator-core==4.8.2  # in step with the image
SQLAlchemy==2.0.48
strawberry-graphql<0.285
oauth2-lib~=2.4.0
more-itertools~=10.8.0
""",
}


def resolve(folder: Path, path: str, text: str) -> tuple[bool, str]:
    """Whether uv finds versions for all of it, as of a day, and what it says."""
    (folder / path).write_text(text, encoding="utf-8")
    uv = Path(sys.executable).with_name("uv")
    options = ("--quiet", "--python-version", "3.12", "--exclude-newer", "2026-11-20")
    done = subprocess.run(
        [uv, "pip", "compile", *options, path], cwd=folder, capture_output=True, text=True, check=False
    )
    if any(word in done.stderr for word in UNREACHABLE):
        pytest.skip(f"the package index does not answer: {done.stderr.strip().splitlines()[0]}")
    return done.returncode == 0, done.stdout + done.stderr


def raised(path: str, text: str) -> str:
    """The same with the framework at 5.5.0."""
    found = read_requirements({path: text.encode()}).of("orchestrator-core")
    edits = [edit for item in found if (edit := raise_pin(item, "5.5.0")) is not None]
    assert len(edits) == len(found) == 1
    return apply(text.encode(), edits).decode()


@pytest.mark.parametrize(("path", "text"), CASES.items(), ids=list(CASES))
def test_pins_that_clash_are_aligned(path: str, text: str, tmp_path: Path) -> None:
    works, said = resolve(tmp_path, path, raised(path, text))
    assert not works
    assert "unsatisfiable" in said
    around = Surroundings(Window("4.8.2", "5.5.0"))
    rewritten = analyse(path, text.encode(), around, load_rules(), unsafe=True).rewritten
    assert rewritten is not None
    works, said = resolve(tmp_path, path, raised(path, rewritten.decode()))
    assert works, said
    assert "orchestrator-core==5.5.0" in said
