"""From two releases and a project to a plan."""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.plan.evidence import MAX_TEXT, Evidence
from concertmaster.plan.hops import avoided, hops
from concertmaster.plan.model import Item, Phase, Place, Plan
from concertmaster.plan.operations import DRAIN, OPERATIONS, STEP_CHANGES, Operation
from concertmaster.project.dependencies import installed
from concertmaster.project.files import Project
from concertmaster.projects import Part
from concertmaster.versions import Window, release
from concertmaster.workspace import read_dependencies, strangers_in

ALWAYS = "database-upgrade"
DRAIN_ROWS = ("G-14", "40-04", "210-05", "48-04", "53-01", "54-03")
_ORDER = (Phase.BEFORE, Phase.DEPLOY, Phase.AFTER, Phase.CHECK)


def make_plan(project: Project, window: Window) -> Plan:
    """Only what this project needs between its release and the target, each with what shows it."""
    items = sorted(_items(project, window), key=lambda item: (_ORDER.index(item.phase), release(item.since)))
    return Plan(
        window.installed,
        window.target,
        tuple(hops(window.installed, window.target)),
        tuple(avoided(window.installed, window.target)),
        tuple(items),
    )


def _items(project: Project, window: Window) -> Iterator[Item]:
    if release(window.installed) >= release(window.target):
        return
    evidence, required = Evidence(Part(project, "", strangers_in(project))), _required(project)
    yield from _drain(window, evidence.of("workflows") or required)
    due = [operation for operation in OPERATIONS if _is_due(operation, evidence, window)]
    names = {operation.id for operation in due}
    for operation in due:
        if operation.covered_by not in names:
            yield _item(operation, evidence, window, required)


def _required(project: Project) -> tuple[Place, ...]:
    """The line that requires the framework, which concerns a project with all that every project needs."""
    believed = installed(read_dependencies(project))
    if believed is None:
        return ()
    found = believed.requirement
    return (Place(found.path, found.line, " ".join(found.text.split())[:MAX_TEXT]),)


def _is_due(operation: Operation, evidence: Evidence, window: Window) -> bool:
    crossed = _crosses(window, operation.since) or operation.id == ALWAYS
    return crossed and (operation.topic is None or bool(evidence.of(operation.topic)))


def _crosses(window: Window, number: str) -> bool:
    return release(window.installed) < release(number) <= release(window.target)


def _item(operation: Operation, evidence: Evidence, window: Window, required: tuple[Place, ...]) -> Item:
    since = window.target if operation.id == ALWAYS else operation.since
    topic = operation.topic or operation.shown_by
    places = (evidence.of(topic) if topic else ()) or required
    return Item(operation.id, operation.rows, since, operation.phase, operation.title, operation.text, places)


def _drain(window: Window, places: tuple[Place, ...]) -> Iterator[Item]:
    """One drain before the deployment is enough, however many lists of steps change on the way (guard rule G-14)."""
    changes = {number: text for number, text in STEP_CHANGES.items() if _crosses(window, number)}
    if changes:
        told = "; ".join(f"in {number} {text}" for number, text in changes.items())
        since = max(changes, key=release)
        yield Item("drain", DRAIN_ROWS, since, Phase.BEFORE, "Drain processes", f"{DRAIN}{told}.", places)
