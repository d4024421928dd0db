"""What the project's own modules pass on of the framework is told, and rewritten, where it is used."""

from __future__ import annotations

import pytest

from concertmaster.project.files import MemoryTree
from concertmaster.runner import run
from concertmaster.workspace import open_workspace

STEPS = b"""from orchestrator.workflow import begin
from orchestrator.workflows.steps import cache_domain_models, store_process_subscription
from orchestrator.workflows.utils import create_workflow as own_create
"""
FLOW = b"""from network.steps import begin, cache_domain_models, own_create, store_process_subscription


@own_create("Create node")
def create_node():
    return begin >> store_process_subscription("CREATE") >> cache_domain_models
"""
MENDED = b"""from network.steps import begin, own_create, store_process_subscription


@own_create()
def create_node():
    return begin >> store_process_subscription()
"""
FILES = {
    "requirements.txt": b"orchestrator-core==3.2.3\n",
    "network/__init__.py": b"",
    "network/flow.py": FLOW,
}


def test_names_that_the_project_passes_on() -> None:
    project = MemoryTree({**FILES, "network/steps.py": STEPS})
    report = run(open_workspace(project, target="5.5.0"), project, jobs=1, unsafe=True)
    assert report.rewritten["network/flow.py"] == MENDED
    assert b"cache_domain_models" not in report.rewritten["network/steps.py"]


@pytest.mark.parametrize(
    "steps", [b"", STEPS.replace(b"orchestrator.", b"other."), STEPS + b"own_create = begin = x\n"]
)
def test_names_of_the_projects_own(steps: bytes) -> None:
    project = MemoryTree({**FILES, "network/steps.py": steps})
    report = run(
        open_workspace(project, target="5.5.0", select=["workflow-description"]), project, jobs=1, unsafe=True
    )
    assert not [finding for finding in report.findings if finding.path == "network/flow.py"]
