"""A plan as a checklist that can be ticked, with the hops on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from concertmaster.plan import Item, Plan
from concertmaster.report.checklist import HEADINGS, NOUN
from concertmaster.report.html import page
from concertmaster.report.markdown import count

if TYPE_CHECKING:
    from markupsafe import Markup


class Entry(Struct, frozen=True):
    """One operation; `key` tells its tick from all others."""

    key: str
    item: Item
    text: Markup


class Group(Struct, frozen=True):
    """The operations of one phase."""

    heading: str
    entries: tuple[Entry, ...]


def checklist(plan: Plan, folder: str = "") -> Iterator[Group]:
    """The phases that have something to do, in the order of work."""
    for phase, heading in HEADINGS.items():
        entries = tuple(
            Entry(f"{folder}:{item.id}", item, _text(item.text)) for item in plan.items if item.phase is phase
        )
        if entries:
            yield Group(heading, entries)


def render_plan(plan: Plan) -> str:
    """The plan as one page."""
    return page.render(
        "plan.html.j2",
        scripts=("checklist.js",),
        title=f"orchestrator-core {plan.installed} to {plan.target}",
        verdict=count(len(plan.items), NOUN),
        plan=plan,
        groups=tuple(checklist(plan)),
    )


def _text(text: str) -> Markup:
    """Our own words in Markdown: links and code spans."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    return Markup(MarkdownIt("commonmark", {"html": False}).renderInline(text))  # noqa: S704 - escaped by then
