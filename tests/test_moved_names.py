"""Moved and removed names where no rewrite may be made, in which releases they move, and the tables behind them."""

from __future__ import annotations

import pytest

from concertmaster.engine import FileResult, analyse_python
from concertmaster.findings import Safety, Severity
from concertmaster.index.names import distribution_of
from concertmaster.index.store import SHIPPED, Index
from concertmaster.project.python import Surroundings
from concertmaster.rule import load_rules
from concertmaster.rules._moved_names import MODULES, MOVES, find
from concertmaster.rules._removed_names import NOTHING, REMOVALS
from concertmaster.versions import NEWEST_KNOWN, Mode, Window, release

RULES = {rule.id: rule for rule in load_rules()}
TYPES = "from orchestrator.types import UUIDstr\n"


def judge(
    text: str, *rules: str, installed: str = "2.10.0", target: str = "5.5.0", mode: Mode = Mode.UPGRADE
) -> FileResult:
    chosen = [RULES[name] for name in rules or ("moved-names",)]
    around = Surroundings(Window(installed, target, mode))
    return analyse_python("example.py", text.encode(), around, chosen, unsafe=True)


def test_a_name_that_a_parameter_hides_is_told_but_not_rewritten() -> None:
    result = judge("import orchestrator.types as t\n\ndef form(UUIDstr):\n    return t.UUIDstr(UUIDstr)\n")
    assert result.rewritten is None
    assert [finding.safety for finding in result.findings] == [Safety.MANUAL]


def test_a_module_attribute_that_is_written_to_is_told_but_not_rewritten() -> None:
    result = judge("import orchestrator.types as t\n\nt.UUIDstr = str\n")
    assert result.rewritten is None
    assert [finding.safety for finding in result.findings] == [Safety.MANUAL]


def test_patching_a_name_where_it_was_only_used_is_told_but_not_rewritten() -> None:
    result = judge('from unittest import mock\n\nmock.patch("orchestrator.services.processes.runwf")\n')
    assert result.rewritten is None
    assert [finding.safety for finding in result.findings] == [Safety.MANUAL]


def test_a_string_that_may_be_anything_is_only_suggested() -> None:
    result = judge('NAMES = ["orchestrator.services.processes.thread_start_process"]\n')
    assert [finding.safety for finding in result.findings] == [Safety.SUGGESTED]


def test_nothing_is_said_of_moves_behind_the_target() -> None:
    assert judge(TYPES, target="2.9.2").findings == ()


def test_nothing_is_prepared_that_the_installed_release_does_not_have_yet() -> None:
    text = "from orchestrator.core.services.settings import get_engine_settings\n"
    assert judge(text, installed="4.8.2", mode=Mode.REVIEW).findings == ()


def test_a_move_that_works_today_is_a_notice_in_a_review() -> None:
    (finding,) = judge(TYPES, mode=Mode.REVIEW).findings
    assert finding.severity is Severity.NOTICE
    assert finding.message == (
        "`orchestrator.types` no longer offers `UUIDstr` since 3.0: import it from `pydantic_forms.types`"
    )


def test_a_line_that_leaves_the_framework_is_reported_once() -> None:
    result = judge(TYPES, "moved-names", "old-namespace")
    assert [finding.rule for finding in result.findings] == ["moved-names"]
    assert result.rewritten == b"from pydantic_forms.types import UUIDstr\n"


def test_a_line_of_which_nothing_is_left_is_reported_once() -> None:
    text = "from orchestrator.utils.speed import format_bandwidth\n"
    result = judge(text, "removed-names", "old-namespace", installed="2.1.2")
    assert [finding.rule for finding in result.findings] == ["removed-names"]


def test_a_guarded_import_goes_to_the_new_namespace() -> None:
    text = "try:\n    from orchestrator.utils.speed import format_bandwidth\nexcept ImportError:\n    pass\n"
    result = judge(text, "removed-names", "old-namespace", installed="2.1.2")
    assert [finding.rule for finding in result.findings] == ["old-namespace"]


def test_a_line_that_stays_in_part_goes_on_to_the_new_namespace() -> None:
    text = (
        "from orchestrator.types import SubscriptionLifecycle, UUIDstr\n"
        "from orchestrator.services.settings import get_engine_settings\n"
        "\n"
        "lock = get_engine_settings()\n"
    )
    result = judge(text, "moved-names", "old-namespace")
    assert (result.rewritten or b"").decode() == (
        "from orchestrator.core.types import SubscriptionLifecycle\n"
        "from orchestrator.core.services.settings import get_engine_settings_table\n"
        "from pydantic_forms.types import UUIDstr\n"
        "\n"
        "lock = get_engine_settings_table()\n"
    )


@pytest.mark.parametrize("old", sorted(MOVES))
def test_an_entry_is_consistent(old: str) -> None:
    move = MOVES[old]
    releases = [move.change.works_from, move.change.deprecated, move.change.removed]
    assert all(release(number) <= release(NEWEST_KNOWN) for number in releases if number)
    assert move.change.removed or move.change.deprecated
    assert move.new != old
    assert move.note or move.safety is Safety.SAFE


def test_moves_end_at_a_name_that_is_still_there() -> None:
    window = Window("1.2.2", NEWEST_KNOWN)
    for old in MOVES:
        move = find(old, window)
        assert move is not None
        assert move.new not in MOVES, old


@pytest.mark.parametrize("name", sorted(REMOVALS))
def test_a_name_that_is_gone_comes_with_advice_and_has_not_moved(name: str) -> None:
    removal = REMOVALS[name]
    assert release(removal.change.removed or "") <= release(NEWEST_KNOWN)
    assert (removal.advice == NOTHING) is (removal.row == "API" and "search" not in removal.module)
    assert name not in MOVES


def test_what_a_person_must_mend_is_told_with_what_to_do() -> None:
    (finding,) = judge("from orchestrator.utils.speed import format_bandwidth\n", "removed-names").findings
    assert finding.message == (
        "`format_bandwidth` is gone from `orchestrator.utils.speed` since 2.2:"
        " keep a copy of the helper in your project"
    )


@pytest.fixture(scope="module")
def index() -> Index:
    if not SHIPPED.exists():
        pytest.skip("the index of names is not in this tree")
    return Index.load()


def test_old_names_end_in_the_release_that_the_table_says(index: Index) -> None:
    ends = {old: move.change.removed for old, move in MOVES.items() if old not in MODULES}
    ends |= {name: removal.change.removed for name, removal in REMOVALS.items() if removal.name != "*"}
    for name, removed in ends.items():
        releases = index.releases(distribution_of(name) or "")
        if removed in releases and name.startswith("orchestrator."):
            before = releases[releases.index(removed) - 1]
            assert index.exists(name, before) is not False, (name, before)
            assert index.exists(name, removed) is not True, (name, removed)


def test_new_names_are_there_from_the_release_that_the_table_says(index: Index) -> None:
    oldest = index.releases()[0]
    for move in MOVES.values():
        first = max(move.change.works_from, oldest, key=release)
        distribution = distribution_of(move.new)
        if distribution is None:
            continue
        held = first if distribution == "orchestrator-core" else index.companion(distribution, first)
        assert held is None or index.exists(move.new, held), (move.new, held)


def test_what_a_person_must_want_is_not_patched_by_itself() -> None:
    text = (
        "from unittest import mock\n\nfrom orchestrator.workflow import errorlogger\n\n"
        'mock.patch("orchestrator.workflow.errorlogger")\nerrorlogger({})\n'
    )
    result = judge(text)
    assert {finding.safety for finding in result.findings} == {Safety.SUGGESTED}
    assert result.rewritten == text.replace("errorlogger", "log_workflow_failure").encode()


def test_several_names_are_told_with_what_each_is_called() -> None:
    text = "from orchestrator.services.settings import get_engine_settings, get_engine_settings_for_update\n"
    message = judge(text).findings[0].message
    assert message == (
        "`get_engine_settings`, `get_engine_settings_for_update` are called "
        "`get_engine_settings_table`, `get_engine_settings_table_for_update` since 5.0"
    )


@pytest.mark.parametrize("end", [",  # noqa: F401", ""])
def test_the_comment_of_the_name_above_stays_there(end: str) -> None:
    text = f"from orchestrator.types import (\n    SubscriptionLifecycle,  # ours\n    State{end}\n)\n"
    result = judge(text)
    assert result.rewritten is not None
    assert result.rewritten.decode() == (
        "from orchestrator.types import (\n    SubscriptionLifecycle,  # ours\n)\n"
        "from pydantic_forms.types import State\n"
    )
