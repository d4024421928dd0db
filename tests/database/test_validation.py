"""The framework's own `task_validate_products` and the rules, on the same projects: who sees what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tools.generated.databases import OrderFailed

from tests.database.bench import Bench
from tests.database.test_migrations import NEWEST, SLOW
from tests.seeding import Files, Seed, judge, mended, rules_of
from tests.test_workflow_model_generated import SEEDS, change

pytestmark = pytest.mark.generated
APPLICATION = "main"

#: Where the rules tell a mistake and the task is satisfied, with the reason. Wherever else one complains, both do.
RULES_ALONE = {
    "unregistered-workflow": "the task knows registered workflows only, and these have neither registration nor row",
    "row-differs-from-workflow": "the task compares targets, and these rows differ in `is_task`",
    "several-reconcile-workflows": "the task does not count them; reconciling refuses when it is asked for",
    "unregistered-product": "the task looks at registered models, and at subscriptions, of which there are none",
    "domain-model-without-row": "the task loads subscriptions, of which there are none yet",
    "row-without-domain-model": "the task loads subscriptions, of which there are none yet",
    "missing-side-effect-import": "the task ran in the application, and the worker lacks the import",
    "revision-docstring": "the docstring is for people and for `alembic history`",
    "several-heads": "`upgrade heads` goes through all of them; `upgrade head` would not",
    "downgrade-leaves-rows": "the task looks at rows after the upgrade",
    "unmatched-fixed-input": "a product without any fixed input is not asked for those that it lacks",
}
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


def complaints(bench: Bench, texts: dict[str, str]) -> dict[str, str] | None:
    """What the task says of a project; None where its migrations do not run."""
    with bench.site(texts) as site:
        try:
            site.upgrade()
        except OrderFailed:
            return None
        return site.complaints(APPLICATION)


def agreed(bench: Bench, name: str) -> None:
    seed, rule = EVERY[name]
    files = Files(dict(bench.texts))
    seed(files)
    report = judge(files.texts, NEWEST)
    told = rules_of(report.findings)
    assert told == {rule}
    found = complaints(bench, files.texts)
    if rule in STOPS:
        assert found is None
        return
    assert found is not None
    assert found or rule in RULES_ALONE
    cured = mended(files.texts, report)
    if cured != files.texts and not judge(cured, NEWEST).findings:
        assert complaints(bench, cured) == {}


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
    assert complaints(made, made.texts) == {}
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
