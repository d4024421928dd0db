"""action.yml, the code and the documentation know the same inputs and outputs."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from concertmaster.github.inputs import TOKEN
from concertmaster.github.job import OUTPUTS
from tests.jobs import NEW, OLD, Open

ROOT = Path(__file__).resolve().parents[1]
ACTION: dict[str, Any] = YAML(typ="safe").load(ROOT / "action.yml")
READERS = ("read_input", "_truth", "_file")


def read_by_the_code() -> set[str]:
    """The names of inputs that are asked for."""
    found = {TOKEN.removeprefix("INPUT_").lower()}
    for path in (ROOT / "src" / "concertmaster").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in READERS:
                found |= {str(one.value) for one in node.args[:2] if isinstance(one, ast.Constant)}
    return found


def documented(heading: str) -> set[str]:
    """What the first column of a table names."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (`.*?) \|", text.partition(f"## {heading}")[2].partition("\n## ")[0], re.MULTILINE
    )
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_every_input_is_read_and_no_other() -> None:
    assert read_by_the_code() == set(ACTION["inputs"])


def test_every_input_is_documented_and_no_other() -> None:
    assert documented("Inputs of the action") == set(ACTION["inputs"])


def test_every_output_is_documented_and_no_other() -> None:
    assert documented("Outputs of the action") == set(ACTION["outputs"])


def test_every_output_of_a_review_is_there(job: Open) -> None:
    _, told = job({}, {"new.py": OLD, "clean.py": NEW}).run()
    assert set(told) == set(ACTION["outputs"]) == set(OUTPUTS)
    assert [name for name, value in told.items() if not value] == ["sarif", "report", "pull-request"]


def test_names_are_in_kebab_case_and_said_in_sentences() -> None:
    for name, one in {**ACTION["inputs"], **ACTION["outputs"]}.items():
        assert re.fullmatch(r"[a-z]+(?:-[a-z]+)*", name)
        assert one["description"].endswith("."), name
    for name, one in ACTION["inputs"].items():
        assert isinstance(one["default"], str), f"{name}: a default is text for the runner"
        assert "required" not in one, f"{name}: the runner does not hold anybody to it"


def test_the_action_has_a_face() -> None:
    assert ACTION["branding"] == {"icon": "music", "color": "purple"}
    assert ACTION["runs"]["using"] == "docker"
