"""A plan as a checklist in Markdown, as JSON, and as a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from concertmaster.plan import Item, Phase, Place, Plan
from concertmaster.report.markdown import Links, code

HEADINGS = {
    Phase.BEFORE: "Before the new release is deployed",
    Phase.DEPLOY: "With the deployment",
    Phase.AFTER: "Afterwards",
    Phase.CHECK: "To be checked in this project",
}


def as_json(plan: Plan) -> str:
    return json.dumps({"version": 1, **asdict(plan)}, indent=2)


def as_markdown(plan: Plan, links: Links | None = None, *, heading: int = 2) -> str:
    """Hops, releases to avoid, and the operations as a checklist; `heading` is the level of the first heading."""
    return "\n".join(_lines(plan, links or Links(), "#" * heading)).rstrip() + "\n"


def _lines(plan: Plan, links: Links, mark: str) -> Iterator[str]:
    yield f"{mark} From {plan.installed} to {plan.target}"
    yield ""
    if not plan.hops:
        yield "The project is there already."
        return
    yield "Stop at these releases, and see that everything runs before you go on:"
    yield ""
    for number, hop in enumerate(plan.hops, start=1):
        yield f"{number}. **{hop.release}**: {hop.reason}"
    if plan.avoid:
        yield ""
        yield "Do not deploy:"
        yield ""
        yield from (f"- {hop.release}: {hop.reason}" for hop in plan.avoid)
    for phase, title in HEADINGS.items():
        items = [item for item in plan.items if item.phase is phase]
        if items:
            yield ""
            yield f"{mark}# {title}"
            yield ""
            for item in items:
                yield from _item(item, links)


def _item(item: Item, links: Links) -> Iterator[str]:
    yield f"- [ ] **{item.title}** ({item.since}). {item.text}"
    if item.evidence:
        shown = ", ".join(_place(place, links) for place in item.evidence)
        yield f"  Seen in {shown}."


def _place(place: Place, links: Links) -> str:
    return f"{links.place(place.path, place.line)}: {code(place.text)}"


def as_html(plan: Plan) -> str:
    """The checklist as one page."""
    from concertmaster.report.html import render_review

    return render_review(
        title=f"orchestrator-core {plan.installed} to {plan.target}",
        verdict=f"{len(plan.items)} operations",
        summary=as_markdown(plan).replace("- [ ] ", "- ☐ "),
        comments=[],
    )
