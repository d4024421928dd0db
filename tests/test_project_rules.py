"""Every example in every docstring that is a whole project: found, mended, and mended only once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from _pytest.mark import ParameterSet

from concertmaster.documentation import ProjectExample, documentation, parse_projects
from concertmaster.engine_project import ProjectFiles, ProjectResult, analyse_project
from concertmaster.project.python import Surroundings
from concertmaster.rule import Rule, load_rules
from concertmaster.versions import NEWEST_KNOWN, RELEASES, Window, release

RULES = tuple(rule for rule in load_rules() if rule.project_checks)
STYLES = ("\n", "\r\n")


def cases(*, changing: bool, reported: bool = False) -> Iterator[ParameterSet]:
    for rule in RULES:
        for index, example in enumerate(parse_projects(documentation(rule.module).body)):
            if example.changes is changing and example.reported is reported:
                for newline in STYLES:
                    yield pytest.param(rule, example, newline, id=f"{rule.id}-{index}-{newline!r}")


def run(rule: Rule, files: dict[str, str], newline: str) -> ProjectResult:
    earlier = [number for number in RELEASES if release(number) < release(rule.change.since)]
    installed = earlier[-1] if rule.change.crossing else NEWEST_KNOWN
    sources = {path: text.replace("\n", newline).encode() for path, text in files.items()}
    around = Surroundings(Window(installed, NEWEST_KNOWN))
    project = ProjectFiles(tuple(sorted(sources)), sources.get, around)
    return analyse_project(project, [rule], {}, unsafe=True, allowed=lambda rule, finding: True)


@pytest.mark.parametrize(("rule", "example", "newline"), list(cases(changing=False)))
def test_look_alikes_stay_untouched(rule: Rule, example: ProjectExample, newline: str) -> None:
    result = run(rule, example.before, newline)
    assert result.findings == ()
    assert result.rewritten == {}


@pytest.mark.parametrize(("rule", "example", "newline"), list(cases(changing=False, reported=True)))
def test_what_is_told_leaves_every_file_as_it_is(rule: Rule, example: ProjectExample, newline: str) -> None:
    result = run(rule, example.before, newline)
    assert len(result.findings) == 1
    assert not result.rewritten.keys() & example.before.keys()
    new = {path: text.decode().replace("\r\n", "\n") for path, text in result.rewritten.items()}
    again = run(rule, example.before | new, newline)
    assert again.rewritten == {}
    assert bool(again.findings) is not bool(new)


@pytest.mark.parametrize(("rule", "example", "newline"), list(cases(changing=True)))
def test_examples_come_out_right(rule: Rule, example: ProjectExample, newline: str) -> None:
    result = run(rule, example.before, newline)
    assert result.findings
    assert {row for finding in result.findings for row in finding.rows} <= set(rule.rows)
    new = {path: text.decode().replace(newline, "\n") for path, text in result.rewritten.items()}
    assert example.before | new == example.after
    assert run(rule, example.after, newline) == ProjectResult()


def test_every_rule_on_projects_shows_a_look_alike_and_a_fault() -> None:
    for rule in RULES:
        kinds = {
            example.changes or example.reported for example in parse_projects(documentation(rule.module).body)
        }
        assert kinds == {True, False}, rule.id
