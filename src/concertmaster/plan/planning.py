"""From two releases and a project to a plan."""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.plan.evidence import Evidence
from concertmaster.plan.hops import avoided, hops
from concertmaster.plan.model import Item, Phase, Plan
from concertmaster.plan.operations import DRAIN, OPERATIONS, STEP_CHANGES, Operation
from concertmaster.project.files import Project
from concertmaster.versions import Window, release

ALWAYS = "database-upgrade"
DRAIN_ROWS = ("G-14", "40-04", "210-05", "48-04", "53-01", "54-03")
_ORDER = (Phase.BEFORE, Phase.DEPLOY, Phase.AFTER, Phase.CHECK)


def make_plan(project: Project, window: Window) -> Plan:
    """Only what this project needs between its release and the target, each with what shows it."""
    items = sorted(
        _items(Evidence(project), window), key=lambda item: (_ORDER.index(item.phase), release(item.since))
    )
    return Plan(
        window.installed,
        window.target,
        tuple(hops(window.installed, window.target)),
        tuple(avoided(window.installed, window.target)),
        tuple(items),
    )


def _items(evidence: Evidence, window: Window) -> Iterator[Item]:
    if release(window.installed) >= release(window.target):
        return
    yield from _drain(window)
    due = [operation for operation in OPERATIONS if _is_due(operation, evidence, window)]
    names = {operation.id for operation in due}
    for operation in due:
        if operation.covered_by not in names:
            yield _item(operation, evidence, window)


def _is_due(operation: Operation, evidence: Evidence, window: Window) -> bool:
    crossed = _crosses(window, operation.since) or operation.id == ALWAYS
    return crossed and (operation.topic is None or bool(evidence.of(operation.topic)))


def _crosses(window: Window, number: str) -> bool:
    return release(window.installed) < release(number) <= release(window.target)


def _item(operation: Operation, evidence: Evidence, window: Window) -> Item:
    since = window.target if operation.id == ALWAYS else operation.since
    places = evidence.of(operation.topic) if operation.topic else ()
    return Item(operation.id, operation.rows, since, operation.phase, operation.title, operation.text, places)


def _drain(window: Window) -> Iterator[Item]:
    """One drain before the deployment is enough, however many lists of steps change on the way (guard rule G-14)."""
    changes = {number: text for number, text in STEP_CHANGES.items() if _crosses(window, number)}
    if changes:
        told = "; ".join(f"in {number} {text}" for number, text in changes.items())
        rows = ("G-14", "40-04", "210-05", "48-04", "53-01", "54-03")
        yield Item(
            "drain", rows, max(changes, key=release), Phase.BEFORE, "Drain processes", f"{DRAIN}{told}."
        )
