"""The framework's own `task_validate_products` and the rules, on the same projects: who sees what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tools.generated.databases import OrderFailed

from tests.database.bench import Bench
from tests.database.test_migrations import NEWEST, SLOW
from tests.seeding import Files, Seed, judge, mended, rules_of
from tests.test_workflow_model_generated import SEEDS, change

pytestmark = pytest.mark.generated
APPLICATION = "main"

_TARGETS = "the task compares targets, and these rows differ in `is_task`"
_MODELS = "the task looks at models that are registered, and at subscriptions, of which there are none"
_DOCSTRING = "the docstring is for people and for `alembic history`"
_AFTER = "the task looks at rows after the upgrade"
#: Mistakes that the rules tell while the task is satisfied, with the reason. Every other one is told by both.
RULES_ALONE = {
    "a new workflow is only code": "the task knows workflows by their registrations and rows, and this has neither",
    "a validation is no task": _TARGETS,
    "a validation does not say that it is a task": _TARGETS,
    "a workflow is a task": _TARGETS,
    "a product is reconciled twice": "the task does not count them; reconciling refuses when it is asked for",
    "a product is not registered": _MODELS,
    "the worker imports no workflows": "the task ran in the application",
    "a docstring follows another revision": _DOCSTRING,
    "a docstring names another revision": _DOCSTRING,
    "there are two heads": "`upgrade heads` goes through all of them; `upgrade head` would not",
    "a downgrade keeps workflows": _AFTER,
    "a downgrade does nothing": _AFTER,
}
#: What the framework's comparison of models with the database sees, as the task does not load any subscription.
COMPARED = frozenset(("domain-model-without-row", "row-without-domain-model", "unmatched-fixed-input"))
#: What stops migrations before there is a database to validate.
STOPS = frozenset(("unknown-revision", "unfollowed-migration"))
PORT = "_97ef7f80fb39_add_port.py"
PORT_TYPE = "products/product_types/port.py"
#: What the task looks at besides.
MORE: dict[str, tuple[Seed, str]] = {
    "a fixed input has no row": (change(PORT, '"speed": "1000",', ""), "unmatched-fixed-input"),
    "a fixed input's value is not in its enumeration": (
        change(PORT, '"speed": "1000"', '"speed": "1500"'),
        "unmatched-fixed-input",
    ),
    "a fixed input is in no model": (
        change(PORT, '"speed": "1000",', '"speed": "1000", "colour": "red",'),
        "unmatched-fixed-input",
    ),
    "a fixed input is no enumeration": (
        change(PORT_TYPE, "speed: Speed", "speed: int", count=9),
        "unmatched-fixed-input",
    ),
}
EVERY = SEEDS | MORE
FEW = ("a registration is gone", "a target differs", "a product has no row")


def complaints(bench: Bench, texts: dict[str, str], *, compare: bool = False) -> dict[str, Any] | None:
    """What the task says of a project, and the comparison with models; None where its migrations do not run."""
    with bench.site(texts) as site:
        try:
            site.upgrade()
        except OrderFailed:
            return None
        return site.complaints(APPLICATION) | (site.differences(APPLICATION) if compare else {})


def agreed(bench: Bench, name: str) -> None:
    seed, rule = EVERY[name]
    files = Files(dict(bench.texts))
    seed(files)
    report = judge(files.texts, NEWEST)
    told = rules_of(report.findings)
    assert told == {rule}
    compare = rule in COMPARED
    found = complaints(bench, files.texts, compare=compare)
    if rule in STOPS:
        assert found is None
        return
    assert found is not None
    assert bool(found) == (name not in RULES_ALONE)
    cured = mended(files.texts, report)
    if cured != files.texts and not judge(cured, NEWEST).findings:
        assert complaints(bench, cured, compare=compare) == {}


def test_both_are_silent_about_a_generated_project(bench: Callable[[str], Bench]) -> None:
    made = bench(NEWEST)
    assert complaints(made, made.texts) == {}
    assert judge(made.texts, NEWEST).findings == ()


def test_both_see_these_mistakes_and_neither_after_the_cure(bench: Callable[[str], Bench]) -> None:
    for name in FEW:
        agreed(bench(NEWEST), name)


@SLOW
@pytest.mark.parametrize("name", EVERY)
def test_whatever_the_task_sees_the_rules_see(bench: Callable[[str], Bench], name: str) -> None:
    agreed(bench(NEWEST), name)


@SLOW
@pytest.mark.parametrize("release", ["2.10.0", "3.2.3", "4.0.4", "4.4.2", "4.8.2", "5.0.5", NEWEST])
def test_both_are_silent_at_every_release(bench: Callable[[str], Bench], release: str) -> None:
    made = bench(release)
    assert complaints(made, made.texts, compare=True) == {}
    assert judge(made.texts, release).findings == ()


@SLOW
@pytest.mark.parametrize("release", ["3.2.3", "4.8.2", NEWEST])
def test_the_frameworks_own_workshop_fails_its_own_task(bench: Callable[..., Bench], release: str) -> None:
    """Its generator writes a fixed input of type `str`, without rows, which the task refuses; the rules let it pass."""
    made = bench(release, recipe="workshop")
    assert complaints(made, made.texts) == {
        "check_db_fixed_input_config": "speed of Circuit should be an enum."
    }
    assert judge(made.texts, release).findings == ()
