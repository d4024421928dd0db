"""What a person does around an upgrade, as one checklist: in a plan, in a review, in an upgrade's pull request."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from concertmaster.plan import Item, Phase, Place, Plan
from concertmaster.report.diagrams import hop_diagram, mermaid
from concertmaster.report.markdown import Links, code, marker
from concertmaster.report.sections import Block, Section

HEADINGS = {
    Phase.BEFORE: "Before the new release is deployed",
    Phase.DEPLOY: "With the deployment",
    Phase.AFTER: "Afterwards",
    Phase.CHECK: "To be checked in this project",
}
TITLE = "Around the upgrade"
NOUN = "operation"
_TICKED = re.compile(r"^- \[[xX]\] .*<!-- concertmaster:item,([0-9a-z.-]+) -->\r?$", re.MULTILINE)
_TICK = re.compile(r"^- \[[xX]\](?= .*<!-- concertmaster:item,[0-9a-z.-]+ -->\r?$)", re.MULTILINE)


def ticked(body: str) -> frozenset[str]:
    """The items that a person has ticked."""
    return frozenset(_TICKED.findall(body))


def unticked(body: str) -> str:
    """The same text before anybody has ticked anything."""
    return _TICK.sub("- [ ]", body)


def box(key: str, text: str, done: Container[str]) -> str:
    """An item with a hidden key, by which its tick is known again."""
    return f"- [{'x' if key in done else ' '}] {text} {marker('item', key)}"


def blocks(
    plan: Plan, links: Links, *, level: int = 4, done: Container[str] | None = None
) -> Iterator[Block]:
    """Where to stop on the way, what not to deploy, and what to do, each a block that stands for itself.

    Headings are of `level`. Items carry keys for their ticks where `done` tells which are.
    """
    stops = plan.hops[:-1]
    if stops:
        told = "\n".join(f"{number}. **{hop.release}**: {hop.reason}." for number, hop in enumerate(stops, 1))
        lead = "Deploy these releases on the way, and see that everything runs before you go on"
        drawn = "\n".join(mermaid(hop_diagram([plan.installed, *(hop.release for hop in plan.hops)])))
        yield Block(f"{lead}; **{plan.target}** comes last:\n\n{drawn}\n{told}\n", 0)
    if plan.avoid:
        told = "\n".join(f"- {hop.release}: {hop.reason}." for hop in plan.avoid)
        yield Block(f"Do not deploy:\n\n{told}\n", 0)
    for phase, heading in HEADINGS.items():
        for number, item in enumerate(item for item in plan.items if item.phase is phase):
            head = "" if number else f"\n{'#' * level} {heading}\n\n"
            yield Block(f"{head}{_item(item, links, done)}")


def _item(item: Item, links: Links, done: Container[str] | None) -> str:
    text = f"**{item.title}** ({item.since}). {item.text}"
    line = f"- [ ] {text}" if done is None else box(f"operation-{item.id}", text, done)
    seen = ", ".join(_place(place, links) for place in item.evidence)
    return f"{line}\n  Seen in {seen}." if seen else line


def _place(place: Place, links: Links) -> str:
    shown = links.place(place.path, place.line)
    return f"{shown}: {code(place.text)}" if place.text else shown


def section(plan: Plan, links: Links, done: Container[str], *, intro: str = "", importance: int) -> Section:
    """The checklist as a part of a longer text."""
    return Section(
        TITLE, tuple(blocks(plan, links, done=done)), importance, noun=NOUN, intro=intro, glue="\n"
    )
