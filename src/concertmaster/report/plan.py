"""A plan as a checklist in Markdown, as JSON, and as a page."""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec import to_builtins

from concertmaster.plan import Plan
from concertmaster.report.checklist import blocks
from concertmaster.report.markdown import Links


def as_json(plan: Plan) -> str:
    return json.dumps({"version": 1, **to_builtins(plan)}, indent=2)


def as_markdown(plan: Plan, links: Links | None = None) -> str:
    """Hops, releases to avoid, and the operations as a checklist."""
    return "\n".join(_parts(plan, links or Links())).rstrip() + "\n"


def _parts(plan: Plan, links: Links) -> Iterator[str]:
    yield f"## From {plan.installed} to {plan.target}\n"
    if not plan.hops:
        yield "The project is there already."
    yield from (block.text for block in blocks(plan, links, level=3))


def as_html(plan: Plan) -> str:
    """The checklist as one page."""
    from concertmaster.report.html import render_plan

    return render_plan(plan)
