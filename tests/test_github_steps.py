"""What a pull request is told of workflows whose steps it changes, on the local GitHub."""

from __future__ import annotations

import pytest

from tests.jobs import Open
from tests.test_step_changes import PLAIN, WITH, workflow

NODE = "workflows/node.py"
SHARED = """from orchestrator.core.workflow import begin

from workflows.node import {names}

common = begin >> {steps}
"""
USER = (
    "from orchestrator.core.workflows.utils import modify_workflow\n\nfrom workflows.shared import common\n\n\n"
    "@modify_workflow()\ndef modify_port():\n    return common\n"
)


@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
def test_the_changed_line_gets_the_steps_before_and_after(job: Open, checkout: bool) -> None:
    old, new = workflow(PLAIN)[NODE], workflow(WITH)[NODE]
    made = job({NODE: old}, {NODE: new})
    made.checkout = checkout
    code, told = made.run()
    assert (code, told["warnings"]) == (0, "1")
    [comment] = made.pull.review_comments
    assert comment.thread.anchor.line == new.splitlines().index(f"    {WITH}") + 1
    assert "The steps of `modify_node` change" in comment.body
    assert "```diff\n+Reserve address\n Configure node\n Tell customer\n```" in comment.body
    assert made.run()[1]["result"] == "nothing-new"


@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "API"])
def test_the_same_steps_from_another_module_are_no_news(job: Open, checkout: bool) -> None:
    shared = SHARED.format(names="configure, tell", steps="configure >> tell")
    moved = workflow("return common", more="from workflows.shared import common")[NODE]
    made = job({NODE: workflow(PLAIN)[NODE]}, {NODE: moved, "workflows/shared.py": shared})
    made.checkout = checkout
    assert made.run()[1]["result"] == "nothing-new"


def test_a_workflow_in_a_file_that_stays_is_told_where_its_steps_change(job: Open) -> None:
    before = SHARED.format(names="configure, tell", steps="configure >> tell")
    after = SHARED.format(names="configure, confirm, tell", steps="configure >> confirm >> tell")
    made = job(
        {NODE: workflow(PLAIN)[NODE], "workflows/shared.py": before, "workflows/port.py": USER},
        {"workflows/shared.py": after},
    )
    assert made.run()[1]["warnings"] == "1"
    [comment] = made.pull.review_comments
    assert "The steps of `modify_port` change" in comment.body
    assert comment.thread.anchor.path == "workflows/shared.py"


def test_what_stands_outside_of_the_diff_is_in_the_summary(job: Open) -> None:
    far = "\n" * 40
    flag = workflow(
        "return begin >> configure >> tell if FLAG else begin >> configure", more=f"FLAG = True{far}"
    )[NODE]
    made = job({NODE: flag}, {NODE: flag.replace("FLAG = True", "FLAG = False")})
    assert made.run()[1]["warnings"] == "1"
    assert made.pull.review_comments == []
    [summary] = made.summaries()
    assert "  ```diff\n   Configure node\n  -Tell customer\n  ```" in summary
