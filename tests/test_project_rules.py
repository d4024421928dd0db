"""Every example that is a whole project: found, mended, and mended only once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from _pytest.mark import ParameterSet
from tools.shown import judge_project, projects

from concertmaster.documentation import ProjectExample
from concertmaster.engine_project import ProjectResult
from concertmaster.rule import Rule, load_rules

RULES = tuple(rule for rule in load_rules() if projects(rule))
STYLES = ("\n", "\r\n")


def cases(*, changing: bool, reported: bool = False) -> Iterator[ParameterSet]:
    for rule in RULES:
        for index, example in enumerate(projects(rule)):
            if example.changes is changing and example.reported is reported:
                for newline in STYLES:
                    yield pytest.param(rule, example, newline, id=f"{rule.id}-{index}-{newline!r}")


@pytest.mark.parametrize(("rule", "example", "newline"), list(cases(changing=False)))
def test_look_alikes_stay_untouched(rule: Rule, example: ProjectExample, newline: str) -> None:
    result = judge_project(rule, example.before, example, newline)
    assert result.findings == ()
    assert result.rewritten == {}


@pytest.mark.parametrize(("rule", "example", "newline"), list(cases(changing=False, reported=True)))
def test_what_is_told_leaves_every_file_as_it_is(rule: Rule, example: ProjectExample, newline: str) -> None:
    result = judge_project(rule, example.before, example, newline)
    assert len(result.findings) == 1
    assert not result.rewritten.keys() & example.before.keys()
    new = {path: text.decode().replace("\r\n", "\n") for path, text in result.rewritten.items()}
    again = judge_project(rule, example.before | new, example, newline)
    assert again.rewritten == {}
    assert bool(again.findings) is not bool(new)


@pytest.mark.parametrize(("rule", "example", "newline"), list(cases(changing=True)))
def test_examples_come_out_right(rule: Rule, example: ProjectExample, newline: str) -> None:
    result = judge_project(rule, example.before, example, newline)
    assert result.findings
    assert {row for finding in result.findings for row in finding.rows} <= set(rule.rows)
    new = {path: text.decode().replace(newline, "\n") for path, text in result.rewritten.items()}
    assert example.before | new == example.after
    assert judge_project(rule, example.after, example, newline) == ProjectResult()


def test_every_rule_on_projects_shows_a_look_alike_and_a_fault() -> None:
    for rule in (each for each in RULES if each.project_checks):
        kinds = {example.changes or example.reported for example in projects(rule)}
        assert kinds == {True, False}, rule.id
