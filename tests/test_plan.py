"""A plan holds what a project needs between two releases, and nothing else."""

from __future__ import annotations

import json

import pytest

from concertmaster.plan import Phase, Plan, make_plan
from concertmaster.plan.hops import FAULTY
from concertmaster.plan.operations import OPERATIONS, STEP_CHANGES
from concertmaster.project.files import MemoryTree
from concertmaster.report.plan import as_html, as_json, as_markdown
from concertmaster.versions import RELEASES, Window


def plan(installed: str, target: str, **files: str) -> Plan:
    tree = MemoryTree(
        {path.replace("__", "/").replace("_dot_", "."): text.encode() for path, text in files.items()}
    )
    return make_plan(tree, Window(installed, target))


def ids(found: Plan) -> set[str]:
    return {item.id for item in found.items}


def test_nothing_is_to_be_done_where_nothing_is_upgraded() -> None:
    found = plan("5.5.0", "5.5.0", main_dot_py="from celery import Celery\n")
    assert found.items == ()
    assert found.hops == ()
    assert "is there already" in as_markdown(found)


def test_operations_of_other_releases_are_left_out() -> None:
    assert "pgvector" not in ids(plan("4.4.0", "4.8.2"))
    assert "pgvector" not in ids(plan("5.0.1", "5.5.0"))
    assert "pgvector" in ids(plan("4.8.2", "5.0.1"))


def test_operations_want_evidence() -> None:
    assert "celery-4.3" not in ids(plan("4.0.4", "4.4.0", main_dot_py="x = 1\n"))
    found = plan("4.0.4", "4.4.0", _dot_env="A=1\nEXECUTOR=celery\n")
    item = next(item for item in found.items if item.id == "celery-4.3")
    assert [(place.path, place.line, place.text) for place in item.evidence] == [
        (".env", 2, "EXECUTOR=celery")
    ]


def test_one_drain_is_enough_for_every_change_of_steps() -> None:
    items = [item for item in plan("3.2.3", "5.5.0").items if item.id == "drain"]
    assert len(items) == 1
    assert "in 4.0.0" in items[0].text
    assert "in 5.4.0" in items[0].text
    assert "drain" not in ids(plan("5.4.0", "5.5.0"))


def test_what_another_operation_does_is_not_said_twice() -> None:
    assert "reindex-5.1.3" not in ids(plan("4.8.2", "5.5.0"))
    assert "reindex-5.1.3" in ids(plan("5.1.0", "5.5.0"))


@pytest.mark.parametrize(
    ("installed", "target", "stops"),
    [
        ("5.1.0", "5.5.0", ["5.5.0"]),
        ("4.8.2", "5.5.0", ["5.5.0"]),
        ("4.4.0", "5.5.0", ["4.8.2", "5.5.0"]),
        ("2.2.1", "5.5.0", ["2.10.0", "3.2.3", "4.8.2", "5.5.0"]),
        ("3.0.0", "4.0.0", ["3.2.3", "4.0.0"]),
    ],
)
def test_hops_stop_at_the_last_release_of_each_major(installed: str, target: str, stops: list[str]) -> None:
    assert [hop.release for hop in plan(installed, target).hops] == stops


def test_faulty_releases_on_the_way_are_named() -> None:
    assert [hop.release for hop in plan("4.6.5", "5.5.0").avoid] == ["4.7.0", "5.0.0"]


def test_every_release_that_is_named_exists() -> None:
    assert set(FAULTY) | set(STEP_CHANGES) | {operation.since for operation in OPERATIONS} <= set(RELEASES)


def test_operations_that_cover_others_exist() -> None:
    names = {operation.id for operation in OPERATIONS}
    assert len(names) == len(OPERATIONS)
    assert {operation.covered_by for operation in OPERATIONS} - {None} <= names


def test_markdown_is_a_checklist_in_the_order_of_work() -> None:
    text = as_markdown(plan("4.8.2", "5.5.0"))
    assert text.index("Before the new release") < text.index("With the deployment") < text.index("Afterwards")
    assert "- [ ] **Bring pgvector to the database** (5.0.0)." in text


def test_hostile_lines_show_as_text() -> None:
    found = plan("4.8.2", "5.5.0", a_dot_py="running_processes = '@octocat <img src=x> `'\n")
    text = as_markdown(found)
    assert "``running_processes = '@octocat <img src=x> `'``" in text
    assert "<img" not in as_html(found)


def test_json_holds_the_whole_plan() -> None:
    told = json.loads(as_json(plan("4.8.2", "5.5.0")))
    assert told["installed"] == "4.8.2"
    assert {item["phase"] for item in told["items"]} <= {phase.value for phase in Phase}
