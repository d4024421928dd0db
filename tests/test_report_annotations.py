"""Annotations beside lines: as many as a runner keeps, and what is left out is counted."""

from __future__ import annotations

from collections import Counter

import pytest

from concertmaster.findings import Finding, Safety, Severity, Unanalysed
from concertmaster.report.annotations import PER_LEVEL, render


def findings(number: int, severity: Severity = Severity.ERROR) -> list[Finding]:
    return [
        Finding("r", ("1",), f"f{index}.py", index + 1, index + 1, 1, severity, Safety.SAFE, "old", "5.0")
        for index in range(number)
    ]


def levels(lines: list[str]) -> Counter[str]:
    return Counter(line.split()[0].strip(":") for line in lines if line.startswith("::"))


def test_where_nothing_is_found_nothing_is_told() -> None:
    assert list(render([], [])) == []


@pytest.mark.parametrize("severity", Severity)
def test_of_each_level_there_are_as_many_as_a_runner_keeps(severity: Severity) -> None:
    lines = list(render(findings(30, severity), []))
    assert PER_LEVEL - 1 <= levels(lines)[severity.value] <= PER_LEVEL
    assert lines[-1].startswith(f"{30 - levels(lines)[severity.value]} more are not shown")


def test_a_last_warning_is_left_for_what_goes_wrong_afterwards() -> None:
    told = levels(list(render(findings(30, Severity.WARNING), [], warnings=["Not all was posted"])))
    assert told["warning"] + 1 <= PER_LEVEL


def test_what_is_told_of_the_whole_run_comes_first_and_takes_its_part() -> None:
    lines = list(
        render(
            [*findings(30), *findings(30, Severity.WARNING), *findings(30, Severity.NOTICE)],
            [Unanalysed("a.py", "does not parse")],
            ["By the names of 5.4"],
            ["Not all was posted"],
        )
    )
    assert lines[0] == "::notice ::By the names of 5.4"
    assert lines[1] == "::warning ::Not all was posted"
    assert lines[2] == "::error file=a.py::Could not be analysed: does not parse"
    assert max(levels(lines).values()) <= PER_LEVEL
    assert sum(levels(lines).values()) + int(lines[-1].split()[0]) == 93


def test_the_most_severe_findings_are_shown() -> None:
    lines = list(render([*findings(5, Severity.NOTICE), *findings(5)], []))
    assert [line.split()[0] for line in lines] == ["::error"] * 5 + ["::notice"] * 5


def test_nothing_in_a_note_is_a_command_of_its_own() -> None:
    (line,) = render([], [], warnings=["a\n::error::b\r%0A\u2028::stop-commands::x"])
    assert "\n" not in line
    assert "\r" not in line
    assert "\u2028" not in line
    assert line.startswith("::warning ::a ")
