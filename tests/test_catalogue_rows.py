"""Every row of the catalogue that a rule or an operation covers is shown: found, mended, and told from look-alikes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tools.shown import CASES, Shown, examples, projects, shown

from concertmaster.documentation import ProjectExample, parse_projects
from concertmaster.findings import Safety
from concertmaster.plan import make_plan
from concertmaster.plan.operations import OPERATIONS
from concertmaster.plan.planning import DRAIN_ROWS
from concertmaster.project.files import MemoryTree
from concertmaster.rule import Rule, load_rules
from concertmaster.versions import Window

#: But for those that compare both sides of a review: `tests/test_step_changes.py`.
RULES = tuple(rule for rule in load_rules() if not rule.comparisons)
#: Rows of rules that rewrite other rows, and why these take a person.
BY_HAND: dict[str, dict[str, str]] = {
    "lost-settings": dict.fromkeys(("32-01", "40-01", "51-04"), "nothing took the setting's place"),
    "missing-name": {"51-02": "two functions take its place"},
    "plain-postgres-image": {"210-03": "another major version wants its data moved"},
    "renamed-columns": {"42-04": "the target is with another table now"},
    "wrong-arguments": dict.fromkeys(("21-10", "23-06", "48-05"), "a new argument has no value in the call"),
}
#: Rows that one place in a project answers at once, and why.
TOGETHER: dict[tuple[str, ...], str] = {
    ("20-19", "22-03"): "the framework's own method was deprecated and removed",
    ("40-09", "T-04"): "helpers of tests store workflows too",
    ("41-01", "50-10a"): "one type hint has both, what it takes and that it is awaited",
    ("46-01", "CP-07"): "the framework's release and its library's",
    ("50-10a", "47-02"): "a callback of before 4.7 has to change for both",
    ("50-01g", "G-04"): "a package of the framework's name",
    ("50-03b", "T-03"): "set-ups of tests write settings too",
    ("50-04a", "20-13"): "a default of 1.x becomes the newest type at once",
    ("50-04b", "20-13"): "so does one that is a list",
    ("50-08e", "210-03"): "an old version without the extension",
    ("50-08e", "T-07"): "databases of tests need the extension too",
    ("50-11a", "51-05"): "one URI, which 5.0 warns of and 5.1 refuses",
    ("53-03", "CP-08"): "the framework's release and its library's",
    ("55-04", "T-07"): "environments of tests",
    ("R-02", "R-04"): "a row and the product that it is for",
}


def ids(rule: Rule) -> str:
    return rule.id


def rows_of(rule: Rule) -> Iterator[tuple[str, Shown]]:
    for row in rule.rows:
        yield row, shown()[rule.id, row]


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_every_row_has_an_old_form_that_is_found(rule: Rule) -> None:
    assert [row for row, seen in rows_of(rule) if not seen.found] == []


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_every_row_has_an_old_form_that_is_told_as_this_row(rule: Rule) -> None:
    """A finding names the rows that it is about, not all that its rule knows."""
    vague = {
        row: sorted(seen.rows)
        for row, seen in rows_of(rule)
        if (row,) not in seen.rows and not seen.rows & TOGETHER.keys()
    }
    assert vague == {}


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_every_row_that_is_not_for_a_person_has_an_old_form_that_is_mended(rule: Rule) -> None:
    if rule.safety is not Safety.MANUAL:
        assert [
            row for row, seen in rows_of(rule) if not seen.mended and row not in BY_HAND.get(rule.id, ())
        ] == []


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_every_row_has_a_look_alike_that_is_left_alone(rule: Rule) -> None:
    assert [row for row, seen in rows_of(rule) if not seen.left] == []


def test_rows_that_go_together_do() -> None:
    found = {rows for seen in shown().values() for rows in seen.rows if len(rows) > 1}
    assert found == TOGETHER.keys()


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_examples_are_about_rows_of_their_rule(rule: Rule) -> None:
    about = {row for example in examples(rule) for row in example.rows}
    about |= {row for project in projects(rule) for row in project.rows}
    assert about <= set(rule.rows)


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_readers_of_a_rule_see_nothing_of_how_it_is_tried(rule: Rule) -> None:
    openings = [line for line in rule.documentation.body.splitlines() if line.startswith("```")]
    assert [line for line in openings if "=" in line] == []


# -- operations of the plan -------------------------------------------------------------------------------

OPERATIONS_OF = {operation.id: operation.rows for operation in OPERATIONS} | {"drain": DRAIN_ROWS}
TOPIC_OF = {operation.id: operation.topic for operation in OPERATIONS}


def planned(example: ProjectExample) -> dict[str, tuple[str, ...]]:
    """The operations that a project needs between two releases, and their rows."""
    tree = MemoryTree({path: text.encode() for path, text in example.before.items()})
    plan = make_plan(tree, Window(example.installed, example.target))
    assert all(item.evidence for item in plan.items if TOPIC_OF.get(item.id))
    return {item.id: item.rows for item in plan.items}


def shown_operations() -> dict[str, tuple[ProjectExample, ...]]:
    parts = re.split(r"^## (.+)\n", (CASES / "plan.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], map(parse_projects, parts[2::2]), strict=True))


@pytest.mark.parametrize("name", OPERATIONS_OF)
def test_every_operation_is_told_where_it_is_due_and_nowhere_else(name: str) -> None:
    examples = shown_operations()[name]
    assert {example.reported for example in examples} == {True, False}
    for example in examples:
        told = planned(example)
        assert (name in told) is example.reported, (name, example)
        assert told.get(name, OPERATIONS_OF[name]) == OPERATIONS_OF[name]


def test_only_operations_that_there_are_are_shown() -> None:
    assert shown_operations().keys() == OPERATIONS_OF.keys()
