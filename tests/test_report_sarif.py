"""Findings as SARIF, held to the official schema and to what code scanning takes."""

from __future__ import annotations

import gzip
import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertmaster.action import run_action
from concertmaster.cli import run
from concertmaster.findings import Edit, Finding, Safety, Severity, Suppressed, Unanalysed
from concertmaster.report import sarif
from concertmaster.rule import load_rules
from concertmaster.versions import Window
from tests.github_server import DescriptionUnavailableError, packages
from tests.jobs import OLD, PIN, Open, outputs

#: The validator of the format's own authors carries the schema.
PACKAGE, MEMBER = "@microsoft/sarif-multitool-linux@5.7.0", "sarif-2.1.0.json"
WINDOW = Window("5.0.4", "5.5.0")
KEPT = "import orchestrator.db  # concertmaster: ignore[old-namespace] read by 4.x\n"
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
    *findings: Finding,
    unanalysed: tuple[Unanalysed, ...] = (),
    source: bytes = TEXT,
    suppressed: tuple[Suppressed, ...] | None = None,
) -> dict[str, Any]:
    text = sarif.render(WINDOW, findings, unanalysed, lambda _: source, load_rules(), suppressed=suppressed)
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


# -- what is kept ------------------------------------------------------------------------------------------


def test_where_nobody_tells_of_kept_findings_no_result_says_whether_it_is_kept() -> None:
    assert "suppressions" not in rendered(finding())["results"][0]


def test_a_kept_finding_comes_last_with_the_reason_of_its_comment() -> None:
    kept = Suppressed(finding(1, fingerprint="beef"), "read by [4.x](//example.org)")
    shown, last = rendered(finding(severity=Severity.NOTICE), suppressed=(kept,))["results"]
    assert shown["suppressions"] == []
    assert last["suppressions"] == [{"kind": "inSource", "justification": "read by [4.x] (//example.org)"}]


def test_a_comment_without_a_reason_justifies_nothing() -> None:
    (only,) = rendered(suppressed=(Suppressed(finding(), ""),))["results"]
    assert only["suppressions"] == [{"kind": "inSource"}]


def test_a_kept_finding_is_not_taken_for_another_with_the_same_text() -> None:
    kept = Suppressed(finding(1), "x")
    hashes = [
        result["partialFingerprints"]["primaryLocationLineHash"]
        for result in rendered(finding(2), suppressed=(kept, kept))["results"]
    ]
    assert hashes == ["cafe:1", "cafe:2", "cafe:3"]


def test_kept_findings_are_the_first_to_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 1)
    (only,) = rendered(finding(severity=Severity.NOTICE), suppressed=(Suppressed(finding(), "x"),))["results"]
    assert only["suppressions"] == []


# -- size --------------------------------------------------------------------------------------------------


#: The rules alone take more than half of it.
ROOM = 100_000


def noise(number: int, length: int) -> str:
    """Text that hardly gets shorter by compression."""
    return random.Random(number).randbytes(length // 2).hex()


def test_a_file_that_would_be_too_large_goes_without_fixes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_BYTES", ROOM)
    run_ = rendered(*(finding(1, Edit(0, 1, noise(number, 19_000).encode())) for number in range(9)))
    assert len(run_["results"]) == 9
    assert not any("fixes" in result for result in run_["results"])
    assert "Fixes are left out" in run_["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_a_file_that_is_still_too_large_tells_of_fewer_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_BYTES", ROOM)
    many = [finding(1, message=noise(number, 3_000)) for number in range(100)]
    text = sarif.render(WINDOW, many, (), lambda _: TEXT, load_rules())
    assert len(gzip.compress(text.encode(), 6)) <= ROOM
    (run_,) = json.loads(text)["runs"]
    assert 0 < len(run_["results"]) < len(many)
    told = [note["message"]["text"] for note in run_["invocations"][0]["toolExecutionNotifications"]]
    assert f"{len(many) - len(run_['results'])} more findings do not fit into one run." in told


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


def test_the_command_line_tells_what_comments_keep(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text(PIN.format("5.0.4"))
    (tmp_path / "new.py").write_text(KEPT)
    monkeypatch.chdir(tmp_path)
    assert run(["check", "--format", "sarif"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [error.message for error in schema().iter_errors(report)] == []
    (only,) = report["runs"][0]["results"]
    assert only["suppressions"] == [{"kind": "inSource", "justification": "read by 4.x"}]


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


def test_for_code_scanning_what_a_comment_keeps_is_left_away(job: Open) -> None:
    """It would open an alert for each."""
    made = job({}, {"new.py": KEPT})
    made.inputs = {"sarif": "concertmaster.sarif"}
    environment = made.environment()
    assert run_action(environment, pause=0) == 0
    report = json.loads((Path(environment["GITHUB_WORKSPACE"]) / "concertmaster.sarif").read_text())
    assert report["runs"][0]["results"] == []


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
