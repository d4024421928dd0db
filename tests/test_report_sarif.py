"""Findings as SARIF, held to the official schema and to what code scanning takes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertmaster.action import run_action
from concertmaster.cli import run
from concertmaster.findings import Edit, Finding, Safety, Severity, Unanalysed
from concertmaster.report import sarif
from concertmaster.rule import load_rules
from concertmaster.versions import Window
from tests.github_server import DescriptionUnavailableError, packages
from tests.jobs import OLD, PIN, Open, outputs

#: The validator of the format's own authors carries the schema.
PACKAGE, MEMBER = "@microsoft/sarif-multitool-linux@5.7.0", "sarif-2.1.0.json"
WINDOW = Window("5.0.4", "5.5.0")
TEXT = "é = 1\nimport orchestrator.db\n".encode()


@cache
def schema() -> jsonschema_rs.Draft202012Validator:
    try:
        return jsonschema_rs.Draft202012Validator(packages.json_member(PACKAGE, MEMBER))
    except DescriptionUnavailableError as error:
        pytest.skip(f"the schema of SARIF is not available: {error}")


def finding(line: int = 2, *edits: Edit, **changes: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "old-namespace", "rows": ("1",), "path": "a.py", "line": line, "end_line": line, "column": 1,
        "severity": Severity.ERROR, "safety": Safety.SAFE if edits else Safety.MANUAL, "message": "`old` is `new`",
        "since": "5.0.0", "edits": edits, "fingerprint": "cafe",
    }  # fmt: skip
    return Finding(**given | changes)


def rendered(
    *findings: Finding, unanalysed: tuple[Unanalysed, ...] = (), source: bytes = TEXT
) -> dict[str, Any]:
    text = sarif.render(WINDOW, findings, unanalysed, lambda _: source, load_rules())
    report: dict[str, Any] = json.loads(text)
    assert [error.message for error in schema().iter_errors(report)] == []
    (run_,) = report["runs"]
    assert isinstance(run_, dict)
    return run_


def test_where_nothing_is_found_there_is_still_a_run() -> None:
    empty = rendered()
    assert empty["results"] == []
    assert empty["invocations"][0]["executionSuccessful"] is True


def test_the_schema_refuses_what_is_wrong() -> None:
    assert not schema().is_valid({"version": "2.1.0", "runs": [{"tool": {"driver": {"nam": "x"}}}]})


def test_every_rule_is_described_by_its_docstring() -> None:
    rules = rendered()["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in load_rules()]
    for rule in rules:
        assert rule["help"]["markdown"]
        assert len(rule["properties"]["tags"]) <= 10
        assert max(len(rule["shortDescription"]["text"]), len(rule["fullDescription"]["text"])) <= 1024


def test_a_result_names_its_rule_its_place_and_what_it_is_known_by() -> None:
    run_ = rendered(finding(path="naïve b/x #1.py"))
    (result,) = run_["results"]
    assert run_["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "old-namespace"
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "na%C3%AFve%20b/x%20%231.py", "uriBaseId": "%SRCROOT%"}
    assert (place["region"]["startLine"], place["region"]["endLine"]) == (2, 2)
    assert result["partialFingerprints"]["primaryLocationLineHash"].startswith("cafe")


def test_a_fix_names_characters_not_bytes() -> None:
    (result,) = rendered(finding(1, Edit(5, 6, b"2")))["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 1, "startColumn": 5, "endLine": 1, "endColumn": 6},
            "insertedContent": {"text": "2"},
        }
    ]


def test_what_could_not_be_analysed_is_no_success() -> None:
    (invocation,) = rendered(unanalysed=(Unanalysed("b.py", "does not parse"), Unanalysed(".", "cut")))[
        "invocations"
    ]
    assert invocation["executionSuccessful"] is False
    assert len(invocation["toolExecutionNotifications"]) == 2


def test_what_is_told_without_a_rule_is_described_too() -> None:
    run_ = rendered(finding(rule="unused-suppression", rows=(), title="A comment ignores nothing"))
    assert run_["tool"]["driver"]["rules"][run_["results"][0]["ruleIndex"]]["id"] == "unused-suppression"


def test_more_than_a_run_holds_is_cut_from_the_least_important_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 2)
    run_ = rendered(finding(1, severity=Severity.NOTICE), finding(2), finding(2))
    assert [result["level"] for result in run_["results"]] == ["error", "error"]
    assert "1 more findings" in run_["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_a_very_large_fix_is_left_out() -> None:
    (result,) = rendered(finding(1, Edit(5, 6, b"2" * 30_000)))["results"]
    assert "fixes" not in result


@given(st.text(), st.text(min_size=1))
def test_any_text_stays_text(message: str, path: str) -> None:
    (result,) = rendered(finding(message=message, path=path, title=message))["results"]
    assert "](" not in result["message"]["text"]


def test_the_command_line_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text(PIN.format("5.0.4"))
    (tmp_path / "new.py").write_text(OLD)
    monkeypatch.chdir(tmp_path)
    assert run(["check", "--format", "sarif"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [error.message for error in schema().iter_errors(report)] == []
    assert {result["ruleId"] for result in report["runs"][0]["results"]} == {
        "old-namespace",
        "workflow-description",
    }


# -- in the action -----------------------------------------------------------------------------------------


def test_the_action_writes_it_where_it_is_wanted(job: Open) -> None:
    made = job({}, {"new.py": OLD})
    made.inputs = {"sarif": "concertmaster.sarif"}
    environment = made.environment()
    assert run_action(environment, pause=0) == 1
    assert outputs(environment)["sarif"] == "concertmaster.sarif"
    report = json.loads((Path(environment["GITHUB_WORKSPACE"]) / "concertmaster.sarif").read_text())
    assert [error.message for error in schema().iter_errors(report)] == []
    assert len(report["runs"][0]["results"]) == 3


@pytest.mark.parametrize("path", ["/etc/x", "../x", "out/x", "nowhere/x", "folder"])
def test_no_path_and_no_link_leads_out_of_the_workspace(job: Open, tmp_path: Path, path: str) -> None:
    made = job({}, {"new.py": OLD})
    made.inputs = {"sarif": path}
    environment = made.environment()
    outside = tmp_path / "outside"
    outside.mkdir()
    workspace = Path(environment["GITHUB_WORKSPACE"])
    (workspace / "out").symlink_to(outside)
    (workspace / "folder").mkdir()
    assert run_action(environment, pause=0) == 2
    assert list(outside.iterdir()) == []


def test_a_link_of_that_name_is_replaced_not_followed(job: Open, tmp_path: Path) -> None:
    made = job({}, {"new.py": OLD})
    made.inputs = {"sarif": "x.sarif"}
    environment = made.environment()
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (Path(environment["GITHUB_WORKSPACE"]) / "x.sarif").symlink_to(victim)
    run_action(environment, pause=0)
    assert victim.read_text() == "mine"
