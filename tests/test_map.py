"""The map of a project: what is drawn, in each format, and that no name in it can draw something else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from concertmaster.cli import run
from concertmaster.project.model.mapping import MappedBlock, MappedProduct, MappedWorkflow, ProjectMap
from concertmaster.report.map import as_json, as_markdown, as_text
from tests.test_workflow_model import LACKING

NODE = MappedProduct("Node Cisco", "Node", "NODE", "active", "Node", ("Node",), True)
BLOCKS = (MappedBlock("Node", ("vendor", "site"), ("Port",)), MappedBlock("Port", (), ()))
CREATE = MappedWorkflow(
    "create_node", "CREATE", "Node", "workflows/node.py", True, True, ("begin", "build", "tell")
)
COUNT = MappedWorkflow("task_count", "", "", "workflows/count.py", False, False, ())
PROJECT = ProjectMap("", (NODE,), BLOCKS, (COUNT, CREATE))
HOSTILE = 'x"]; click p0 "javascript:alert(1)"\n```\n<script>| end\x1b[31m'


def test_a_repository_without_a_project_has_no_map(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.py").write_text("print()\n")
    assert run(["map", str(tmp_path), "--from", "5.5.0"]) == 0
    assert capsys.readouterr().out == ""


def test_the_terminal_shows_a_tree() -> None:
    lines = as_text([PROJECT]).splitlines()
    assert "    Node Cisco (Node, NODE, active, Node) -> Node" in lines
    assert "    Node: vendor, site -> Port" in lines
    assert "        begin >> build >> tell" in lines
    assert "      task_count (target not known, not registered, no row in a migration)" in lines


def test_markdown_draws_products_blocks_and_steps() -> None:
    text = as_markdown([PROJECT])
    for line in (
        'p0(["Node Cisco"])',
        "p0 --> b0",
        "b0 --> b1",
        'subgraph w0["create_node"]',
        "w0s0 --> w0s1",
    ):
        assert f"  {line}\n" in text
    assert text.count("```mermaid") == text.count("```") / 2 == 3


def test_json_holds_everything() -> None:
    [project] = json.loads(as_json([PROJECT]))["projects"]
    assert project["workflows"][1]["steps"] == ["begin", "build", "tell"]
    assert project["product_blocks"][0]["resource_types"] == ["vendor", "site"]


def test_names_cannot_draw_anything_else() -> None:
    product = MappedProduct(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, ("Node",), False)
    workflow = MappedWorkflow(HOSTILE, "CREATE", HOSTILE, HOSTILE, True, True, (HOSTILE, HOSTILE))
    text = as_markdown([ProjectMap(HOSTILE, (product,), BLOCKS, (workflow,))])
    drawn = [line for block in text.split("```mermaid")[1:] for line in block.split("\n```")[0].splitlines()]
    assert not [line for line in drawn if line.strip().startswith("click")]
    assert all(line.count('"') in (0, 2) for line in drawn)
    assert "\x1b" not in text + as_text([ProjectMap(HOSTILE, (product,), BLOCKS, (workflow,))])


@pytest.mark.parametrize(
    ("format_", "shown"),
    [("terminal", "create_node (CREATE)"), ("markdown", "flowchart LR"), ("json", '"version": 1')],
)
def test_the_command_draws_a_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], format_: str, shown: str
) -> None:
    for path, text in LACKING.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert run(["map", str(tmp_path), "--format", format_]) == 0
    assert shown in capsys.readouterr().out
