"""A project before its bump is told what it can change today, and what has to wait for the release that knows it."""

from __future__ import annotations

import json

import pytest

from concertmaster.findings import Severity
from concertmaster.project.files import MemoryTree
from concertmaster.report import json as json_report
from concertmaster.report.overview import waiting
from concertmaster.report.terminal import plain
from concertmaster.reviewing import judge_pull_request
from concertmaster.runner import Report, run
from concertmaster.versions import Window
from concertmaster.workspace import open_workspace
from tests.jobs import OLD, PIN, Open

FILES = {
    "main.py": OLD,
    "compose.yml": "services:\n  db:\n    image: postgres:15\n  orchestrator: {build: ., depends_on: [db]}\n",
    ".env": "SERVE_GRAPHQL_UI=False\n",
}


def tree(release: str) -> MemoryTree:
    files = FILES | {"pyproject.toml": PIN.format(release)}
    return MemoryTree({path: text.encode() for path, text in files.items()})


def checked(release: str, target: str = "5.5.0") -> Report:
    project = tree(release)
    return run(open_workspace(project, target=target), project, jobs=1)


def test_at_the_target_nothing_can_be_prepared() -> None:
    report = checked("5.5.0")
    assert report.findings
    assert not any(report.window.is_ready(item.works_from) for item in report.findings)
    assert "today" not in "\n".join(plain(report.window, report.findings, ()))
    assert waiting({}) == ""


@pytest.mark.parametrize(
    ("installed", "works_from", "ready"),
    [("4.7.1", "4.7.1", True), ("4.7.1", "5.0.0", False), ("4.7.1", "", False), ("5.5.0", "4.7.1", False)],
)
def test_what_works_already_can_be_changed_today(installed: str, works_from: str, ready: bool) -> None:
    assert Window(installed, "5.5.0").is_ready(works_from) is ready


def test_the_terminal_and_json_tell_them_apart() -> None:
    report = checked("4.7.1")
    lines = list(plain(report.window, report.findings, ()))
    by_rule = {item.rule: item for item in report.findings}
    told = {rule: any(f" {rule}:" in line and "today]" in line for line in lines) for rule in by_rule}
    assert told["plain-postgres-image"]
    assert not told["graphql-ui-flag"]
    assert not told["old-namespace"]
    number = sum(line.endswith("today]") for line in lines)
    assert (
        f"{number} can be changed today, under 4.7.1, {len(report.findings) - number} have to wait"
        in lines[-1]
    )
    data = json.loads(json_report.render(report, tree("4.7.1").read))
    assert {item["rule"]: item["today"] for item in data["findings"]} == told
    assert {item["works_from"] for item in data["findings"] if not item["today"]} == {"5.0.0"}


def test_a_review_gives_notice_of_what_can_be_changed_and_counts_the_rest() -> None:
    judged = judge_pull_request(tree("4.7.1"), tree("4.7.1"), FILES, new_only=False, target="5.5.0", jobs=1)
    found = {item.rule: item.severity for item in judged.report.findings}
    assert found["plain-postgres-image"] is Severity.NOTICE
    assert "graphql-ui-flag" not in found
    ahead = [
        item for item in checked("4.7.1").findings if not Window("4.7.1", "5.5.0").is_ready(item.works_from)
    ]
    assert dict(judged.waiting) == {"5.0.0": len(ahead)}
    assert f"{len(ahead)} places have to wait for the bump" in waiting(judged.waiting)
    there = judge_pull_request(tree("5.5.0"), tree("5.5.0"), FILES, new_only=False, target="5.5.0", jobs=1)
    assert there.waiting == {}


def test_the_summary_says_so(job: Open) -> None:
    filler = "".join(f"# {number}\n" for number in range(30))
    base = {"compose.yml": f"{FILES['compose.yml']}{filler}", ".env": FILES[".env"]}
    made = job(
        base,
        {"compose.yml": f"{base['compose.yml']}# end\n", ".env": f"{base['.env']}# end\n"},
        release="4.7.1",
    )
    made.run()
    (summary,) = made.summaries()
    assert (
        "Notices are what can be changed today. 1 place has to wait for the bump: 1 for `5.0.0`." in summary
    )
