"""When a description is dropped without asking, and when not at all."""

from __future__ import annotations

import pytest

from concertmaster.engine import analyse_python
from concertmaster.findings import Finding, Safety
from concertmaster.project.python import Surroundings
from concertmaster.rules.workflow_description import rule
from concertmaster.versions import Mode, Window

HEAD = "from orchestrator.workflows.utils import create_workflow\n\n"
FUNCTION = "\ndef create_node(): ...\n"


def findings(text: str, window: Window) -> tuple[Finding, ...]:
    source = f"{HEAD}{text}".encode()
    return analyse_python("example.py", source, Surroundings(window), [rule], unsafe=False).findings


@pytest.mark.parametrize("window", [Window("4.4.0", "4.8.2"), Window("4.8.2", "5.5.0", Mode.REVIEW)])
def test_a_description_stays_where_it_is_demanded(window: Window) -> None:
    assert findings(f'@create_workflow("Create node"){FUNCTION}', window) == ()


@pytest.mark.parametrize(
    ("text", "safety"),
    [
        (f'@create_workflow("Create node"){FUNCTION}', Safety.SAFE),
        (f'@create_workflow(f"Create {{NAME}}"){FUNCTION}', Safety.SAFE),
        (f'@create_workflow(_("Create node")){FUNCTION}', Safety.SUGGESTED),
        (f'@create_workflow("Create node"){FUNCTION}\nassert create_node.description\n', Safety.SUGGESTED),
        ('make = create_workflow("Create node")\n', Safety.SUGGESTED),
    ],
    ids=["text", "f-string", "call", "read again", "called by hand"],
)
def test_how_sure_it_is(text: str, safety: Safety) -> None:
    assert [finding.safety for finding in findings(text, Window("4.8.2", "5.5.0"))] == [safety]
