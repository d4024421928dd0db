"""A comment keeps a finding, on its line or its statement, and says so when it keeps nothing."""

from __future__ import annotations

import pytest

from concertmaster.engine import analyse_python
from concertmaster.judging import FileResult
from concertmaster.project.python import Surroundings
from concertmaster.rule import load_rules
from concertmaster.versions import Mode, Window

RULES = [rule for rule in load_rules() if rule.id in ("old-namespace", "workflow-description")]
OLD = "from orchestrator.types import ErrorState"
WORKFLOW = "from orchestrator.core.workflow import workflow\n\n\n"


def analyse(text: str, mode: Mode = Mode.UPGRADE) -> FileResult:
    around = Surroundings(Window("5.0.0", "5.5.0", mode))
    return analyse_python("example.py", text.encode(), around, RULES, unsafe=True)


@pytest.mark.parametrize(
    "text",
    [
        f"{OLD}  # concertmaster: ignore[old-namespace] read by 4.x\n",
        f"# concertmaster: ignore[old-namespace] read by 4.x\n{OLD}\n",
        f"{OLD}  # concertmaster: ignore[workflow-description, old-namespace] read by 4.x\n",
        "from orchestrator.types import (\n    ErrorState,  # concertmaster: ignore[old-namespace] read by 4.x\n)\n",
        f"x = 1\nif x:\n    {OLD}  # concertmaster: ignore[old-namespace] read by 4.x\n",
        f"{WORKFLOW}@workflow('Sync')  # concertmaster: ignore[workflow-description] read by 4.x\ndef f(): ...\n",
        f"{WORKFLOW}# concertmaster: ignore[workflow-description] read by 4.x\n@workflow('Sync')\ndef f(): ...\n",
    ],
)
def test_a_kept_finding_is_neither_told_nor_mended(text: str) -> None:
    result = analyse(text)
    assert [finding for finding in result.findings if finding.rule != "unused-suppression"] == []
    assert result.rewritten is None
    assert [item.reason for item in result.suppressed] == ["read by 4.x"]


@pytest.mark.parametrize(
    "text",
    [
        f"{OLD}  # concertmaster: ignore[workflow-description] another rule\n",
        f"# concertmaster: ignore[old-namespace] too far away\nx = 1\n{OLD}\n",
        f'TEXT = "# concertmaster: ignore[old-namespace]"; {OLD}\n',
        f"{OLD}  # concertmaster: ignore[]\n",
    ],
)
def test_other_comments_keep_nothing(text: str) -> None:
    result = analyse(text)
    assert "old-namespace" in {finding.rule for finding in result.findings}
    assert result.suppressed == ()


def test_only_the_head_of_a_function_is_covered() -> None:
    text = f"def f():  # concertmaster: ignore[old-namespace]\n    {OLD}\n"
    assert "old-namespace" in {finding.rule for finding in analyse(text).findings}


def test_a_comment_that_keeps_nothing_is_told() -> None:
    result = analyse("x = 1  # concertmaster: ignore[old-namespace] once needed\n")
    assert [(finding.rule, finding.line) for finding in result.findings] == [("unused-suppression", 1)]


def test_a_comment_for_a_later_release_is_not_told_in_a_review() -> None:
    text = "x = 1  # concertmaster: ignore[old-namespace] once needed\n"
    assert analyse(text, Mode.REVIEW).findings == ()
