"""Every attack has a test, and every test fails when what stands against the attack is taken out."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.threats import DOCUMENT, THREATS, VARIABLE, Threat, document

TESTS = Path(__file__).resolve().parent
SLOW = bool(os.environ.get("CONCERTMASTER_SLOW"))
ENTRY = re.search(r"^ENTRYPOINT (\[.*\])$", (TESTS.parent / "Dockerfile").read_text(), re.MULTILINE)
#: How the container starts Python.
FLAGS = tuple(part for part in json.loads(ENTRY[1])[1:] if re.fullmatch("-[A-Z]", part)) if ENTRY else ()
#: Taken out in every run; the others where there is time.
QUICK = (9, 13, 22)


def test_every_number_has_a_test() -> None:
    assert sorted({threat.number for threat in THREATS}) == list(range(1, 28))


def test_the_page_is_what_the_tests_say() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run python -m tests.threats"


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat.name)
def test_the_test_is_there(threat: Threat) -> None:
    file, _, name = threat.test.partition("[")[0].partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat.name)
def test_without_its_guard_the_test_fails(threat: Threat) -> None:
    if not SLOW and threat.number not in QUICK:
        pytest.skip("takes a process of its own: set CONCERTMASTER_SLOW=1")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.threats", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [*command, f"tests/{threat.test}"],
        cwd=TESTS.parent,
        env={**os.environ, VARIABLE: threat.name, "PYTHONPATH": str(TESTS.parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    told = ended.stdout + ended.stderr
    assert ended.returncode == 1 or ended.returncode < 0, told  # a failed test, or a process that died of it
    assert "1 failed" in told or ended.returncode < 0, told


def test_nothing_of_the_workspace_is_imported(tmp_path: Path) -> None:
    for name in ("libcst.py", "typer.py", "sitecustomize.py", "usercustomize.py", "concertmaster.py"):
        (tmp_path / name).write_text("raise SystemExit('imported')\n")
    done = subprocess.run(
        [sys.executable, *FLAGS, "-m", "concertmaster", "rules"],
        env={"PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "imported" in done.stderr) == (0, False), done.stderr
    assert "old-namespace" in done.stdout
