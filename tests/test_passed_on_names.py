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


SHARED = b"""from orchestrator.targets import Target
from orchestrator.utils.errors import InconsistentData
from orchestrator.workflows.steps import store_process_subscription


def stored(found):
    if not found:
        raise InconsistentData("none")
    return store_process_subscription(Target.CREATE)
"""


@pytest.mark.parametrize(
    "use",
    [
        b"from network.shared import InconsistentData, Target\n",
        b"from .shared import (\n    Target,\n    InconsistentData as Wrong,\n)\n",
        b"from network import shared\n\nprint(shared.Target, shared.InconsistentData)\n",
        b'from mock import patch\n\npatch("network.shared.Target")\npatch("network.shared.InconsistentData")\n',
    ],
)
def test_what_another_file_takes_keeps_its_name_and_its_import(use: bytes) -> None:
    pin = {"requirements.txt": b"orchestrator-core==1.0.0\n", "network/__init__.py": b""}
    project = MemoryTree({**pin, "network/shared.py": SHARED, "network/use.py": use})
    report = run(open_workspace(project, target="4.8.2"), project, jobs=1, unsafe=True)
    rewritten = report.rewritten["network/shared.py"].decode()
    assert "import InconsistentDataError as InconsistentData\n" in rewritten
    assert "import Target\n" in rewritten
    assert "store_process_subscription()" in rewritten


def test_what_nobody_takes_is_renamed_and_dropped() -> None:
    project = MemoryTree(
        {"requirements.txt": b"orchestrator-core==1.0.0\n", "shared.py": SHARED, "use.py": b"x = 1\n"}
    )
    report = run(open_workspace(project, target="4.8.2"), project, jobs=1, unsafe=True)
    rewritten = report.rewritten["shared.py"].decode()
    assert 'raise InconsistentDataError("none")' in rewritten
    assert "Target" not in rewritten
