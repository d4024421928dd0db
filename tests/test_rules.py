"""Every example in every rule's docstring, in every spelling: found, mended, parsed, and mended only once."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

import pytest
from _pytest.mark import ParameterSet
from tools.shown import examples, judge, projects

from concertmaster.documentation import Example, documentation
from concertmaster.findings import Safety
from concertmaster.judging import FileResult
from concertmaster.project.python import Surroundings
from concertmaster.rule import Rule, load_rules
from concertmaster.subjects import analyse, is_judged
from concertmaster.versions import NEWEST_KNOWN, RELEASES, Window
from tests.spellings import Spelling, as_written, spell, spellings

RULES = load_rules()


def cases(*, changing: bool, reported: bool = False) -> Iterator[ParameterSet]:
    for rule in RULES:
        for index, example in enumerate(examples(rule)):
            wanted = example.changes is changing and example.reported is reported
            if wanted:
                for spelling in spellings(example.path):
                    yield pytest.param(rule, example, spelling, id=f"{rule.id}-{index}-{spelling.__name__}")


def run(rule: Rule, text: str, example: Example) -> FileResult:
    assert is_judged(example.path), f"no rule ever sees a file called {example.path}"
    result = judge(rule, text, example)
    assert result.unanalysed is None, result.unanalysed
    return result


@pytest.mark.parametrize(("rule", "example", "spelling"), list(cases(changing=False)))
def test_look_alikes_stay_untouched(rule: Rule, example: Example, spelling: Spelling) -> None:
    text = spell(example.before, spelling, example.path)
    if text is not None:
        result = run(rule, text, example)
        assert result.rewritten is None
        assert result.findings == ()


@pytest.mark.parametrize(("rule", "example", "spelling"), list(cases(changing=False, reported=True)))
def test_what_a_person_must_mend_is_told(rule: Rule, example: Example, spelling: Spelling) -> None:
    text = spell(example.before, spelling, example.path)
    if text is not None:
        result = run(rule, text, example)
        assert result.rewritten is None
        assert {finding.safety for finding in result.findings} == {Safety.MANUAL}


@pytest.mark.parametrize(("rule", "example", "spelling"), list(cases(changing=True)))
def test_examples_come_out_right(rule: Rule, example: Example, spelling: Spelling) -> None:
    before, after = (
        spell(example.before, spelling, example.path),
        spell(example.after, spelling, example.path),
    )
    if before is None or after is None:
        return
    result = run(rule, before, example)
    assert result.findings
    assert {row for finding in result.findings for row in finding.rows} <= set(rule.rows)
    rewritten = (result.rewritten or before.encode()).decode()
    if example.path.endswith(".py"):
        ast.parse(rewritten)
    if spelling is as_written or _keeps_lines(example):
        assert rewritten == after
    again = run(rule, rewritten, example)
    assert again.rewritten is None
    if not any(finding.safety is Safety.MANUAL for finding in result.findings):
        assert again.findings == ()


def _keeps_lines(example: Example) -> bool:
    """Whether old and new text correspond line by line, so that a spelling of one gives the other's."""
    old, new = example.before.splitlines(), example.after.splitlines()
    return len(old) == len(new) and len(_imports(old)) == len(_imports(new))


def _imports(lines: list[str]) -> list[str]:
    return [line for line in lines if line.lstrip().startswith(("from ", "import "))]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_explains_itself(rule: Rule) -> None:
    told = documentation(rule.module)
    assert told.title
    assert "\n" not in told.title
    assert told.why, "the paragraph behind the title says what breaks and why"
    assert told.guide.startswith("https://")
    if rule.comparisons:
        assert "~~~diff" in told.body, "both sides of a change; see tests/test_step_changes.py"
        return
    kinds = {(example.changes, example.reported) for example in told.examples}
    kinds |= {(example.changes, example.reported) for example in projects(rule)}
    assert (False, False) in kinds, "a look-alike that stays untouched"
    assert {(True, False), (False, True)} & kinds, "a before and after, or what is told"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_names_rows_of_the_catalogue_and_real_releases(rule: Rule) -> None:
    assert rule.rows
    assert set(rule.releases) <= {*RELEASES, "6.0.0"}


def test_examples_of_one_rule_are_left_alone_by_the_others() -> None:
    """New forms of one rule are no old forms of another in the same release."""
    for rule in RULES:
        for example in examples(rule):
            if example.changes:
                around = Surroundings(Window(NEWEST_KNOWN, NEWEST_KNOWN))
                rules = [other for other in RULES if not other.optional]
                once = analyse(example.path, example.before.encode(), around, rules, unsafe=True)
                assert once.unanalysed is None, (rule.id, once.unanalysed)
                text = once.rewritten or example.before.encode()
                twice = analyse(example.path, text, around, rules, unsafe=True)
                assert twice.rewritten is None, (rule.id, json.dumps(text.decode()))
