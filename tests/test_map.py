"""The map of a project: what is drawn, in each format, and that no name in it can draw something else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
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

KINDS = ("CREATE", "MODIFY", "TERMINATE", "VALIDATE")
LARGE = ProjectMap(
    "",
    tuple(
        MappedProduct(
            f"Product {index}",
            f"Kind {index // 5}",
            f"TAG{index}",
            "active",
            "Model",
            (f"Block {index}",),
            True,
        )
        for index in range(50)
    ),
    tuple(
        MappedBlock(
            f"Block {index}",
            tuple(f"resource_type_{index}_{number}" for number in range(9)),
            tuple(f"Block {other}" for other in range(index + 1, min(index + 4, 60))),
        )
        for index in range(60)
    ),
    (
        *(
            MappedWorkflow(
                f"workflow_{index}",
                KINDS[index % 4],
                f"Kind {index // 20}",
                "workflows/many.py",
                registered=True,
                in_database=index % 7 != 0,
                steps=tuple(f"Step {number} of workflow {index}" for number in range(index % 16)),
            )
            for index in range(200)
        ),
        MappedWorkflow(
            "long", "MODIFY", "", "a.py", True, True, tuple(f"Step {number}" for number in range(900))
        ),
    ),
)
PAGE = """<p id="log"></p><script src="node_modules/mermaid/dist/mermaid.min.js"></script><script>
const diagrams = DIAGRAMS;
mermaid.initialize({startOnLoad: false, securityLevel: "strict"});
(async () => {
  const refused = [];
  for (const [index, text] of diagrams.entries()) {
    try { await mermaid.render("diagram" + index, text); } catch (error) { refused.push(String(error)); }
  }
  const told = refused.length ? refused.join("; ") : `${diagrams.length} drawn, none refused`;
  document.getElementById("log").textContent = told;
})();
</script>"""


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


def test_no_line_of_the_tree_is_wider_than_a_terminal() -> None:
    lines = as_text([LARGE]).splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) > 400


def test_no_diagram_is_larger_than_mermaid_draws() -> None:
    text = as_markdown([LARGE])
    drawn = [part.split("\n```")[0] for part in text.split("```mermaid\n")[1:]]
    assert max(map(len, drawn)) < 50_000
    assert max(part.count(" --> ") for part in drawn) < 500
    assert all(part.count("subgraph ") == part.splitlines().count("  end") for part in drawn)
    assert all(f'["{workflow.name}"]' in text for workflow in LARGE.workflows)
    assert all(f'(["{product.name}"])' in text for product in LARGE.products)
    assert all(f'["{block.name}"]' in text for block in LARGE.product_blocks)
    assert "lines left out" in text


@pytest.mark.skipif(
    not os.environ.get("CONCERTMASTER_SLOW"), reason="set CONCERTMASTER_SLOW=1 to ask Mermaid itself"
)
def test_mermaid_draws_every_diagram(tmp_path: Path) -> None:
    chromium, npm = shutil.which("chromium"), shutil.which("npm")
    if chromium is None or npm is None:
        pytest.skip("neither Chromium nor npm is here, which this takes")
    subprocess.run([npm, "install", "--no-audit", "--no-fund", "mermaid@11"], cwd=tmp_path, check=True)
    hostile = MappedWorkflow(
        HOSTILE, "CREATE", HOSTILE, HOSTILE, True, True, (HOSTILE, "end", "graph TD; a-->b")
    )
    text = as_markdown([PROJECT, LARGE, ProjectMap("", (), (), (hostile,))])
    drawn = [part.split("\n```")[0] for part in text.split("```mermaid\n")[1:]]
    (tmp_path / "page.html").write_text(PAGE.replace("DIAGRAMS", json.dumps(drawn).replace("</", "<\\/")))
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"]
    options = ["--virtual-time-budget=120000", "--dump-dom", f"file://{tmp_path}/page.html"]
    page = subprocess.run([*command, *options], capture_output=True, text=True, check=True).stdout
    assert f'<p id="log">{len(drawn)} drawn, none refused</p>' in page
