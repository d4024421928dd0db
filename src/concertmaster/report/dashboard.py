"""The text of the issue that says where a project stands: what is installed, what is ready, what waits for a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby

from msgspec import Struct

from concertmaster.findings import Finding
from concertmaster.plan.hops import hops
from concertmaster.report.checklist import box, ticked
from concertmaster.report.comment import rule_link
from concertmaster.report.markdown import Links, code, count, joined, marker, visible
from concertmaster.report.sections import Block, Section, fit
from concertmaster.upgrading import UpgradePlan
from concertmaster.upgrading.candidates import SOUND
from concertmaster.upgrading.model import short_of
from concertmaster.versions import Window, release

#: GitHub takes 65,536 characters.
MAX_BODY = 65_000
TITLE = "Upgrade of orchestrator-core: where this project stands"
DONE = marker("dashboard-done")
_BEGUN = re.compile(r"<!-- concertmaster:dashboard-begun,([0-9a-z.]{1,20}),([0-9]{1,6}) -->")
_WIDTH = 20


def begin(folder: str = "") -> str:
    """The first line of the issue of a project."""
    return begin_at(short_of(folder) if folder else "")


def begin_at(place: str) -> str:
    """The same by the short form of its folder."""
    return marker("dashboard", place) if place else marker("dashboard")


def heading(folder: str = "") -> str:
    """The title of the issue of a project."""
    return f"{TITLE}: {visible(folder).replace('@', '@ ').replace('#', '# ')[:100]}" if folder else TITLE


class Button(StrEnum):
    """What a person can ask for by ticking a box."""

    OPEN = "open"
    NEXT_HOP = "next-hop"
    AGAIN = "again"


_BUTTONS = {
    Button.OPEN: "Open or renew the pull request of the upgrade now",
    Button.NEXT_HOP: "Upgrade to the next release to stop at only",
    Button.AGAIN: "Look at the project again, and renew this text alone",
}


class Begun(Struct, frozen=True):
    """The target that progress is measured for, and how many findings there were when that began."""

    target: str
    findings: int


def pressed(body: str) -> Button | None:
    """The first box that is ticked."""
    done = ticked(body)
    return next((button for button in Button if f"button-{button}" in done), None)


def begun(body: str) -> Begun | None:
    """Where progress began, as an earlier text has it."""
    match = _BEGUN.search(body)
    return Begun(match[1], int(match[2])) if match else None


def is_finished(body: str) -> bool:
    """Whether this text is the one that we closed the issue with."""
    return body.replace("\r\n", "\n").lstrip().partition("\n")[2].startswith(f"{DONE}\n")


def render(
    plan: UpgradePlan, links: Links, since: Begun | None, *, number: int | None = None, note: str = ""
) -> str:
    """The whole text; what has no room is left out, the least important first."""
    if since is None or since.target != plan.target or since.findings < len(plan.found):
        since = Begun(plan.target, len(plan.found))
    first = marker("dashboard-begun", since.target, str(since.findings))
    sections = (
        Section("", (Block(_opening(plan, number, note)),)),
        Section("Progress", (Block(_progress(since, len(plan.found))),)),
        Section("Ready", tuple(map(Block, _ready(plan))), glue="\n"),
        Section("Blocked until a person has decided", tuple(_blocked(plan, links)), 2, "rule", glue="\n"),
        Section("Not analysed", tuple(_missed(plan)), 1, "file", glue="\n"),
        Section("Ask for something", (Block(_buttons()),)),
    )
    head = f"{begin(plan.folder)}\n{first}"
    return f"{head}\n{fit(sections, MAX_BODY - len(head) - 1)}"


def finished(first: str, reason: str) -> str:
    """The text of an issue that is closed; `first` is its first line."""
    return f"{first}\n{DONE}\n{reason[:1].upper()}{reason[1:]}."


def _opening(plan: UpgradePlan, number: int | None, note: str) -> str:
    """What is installed, what is the target, what is the newest, and the way there."""
    newest = max(plan.target, SOUND[-1], key=release)
    pull = f" The pull request is #{number}." if number else ""
    told = f"**{plan.installed}** is installed, **{plan.target}** is the target"
    beyond = f", **{newest}** is the newest release" if newest != plan.target else ", the newest release"
    stops = dict.fromkeys((plan.target, *(hop.release for hop in hops(plan.installed, newest))))
    way = " → ".join((plan.installed, *sorted(stops, key=release)))
    return joined((f"{told}{beyond}.{pull}", note, f"The way: {way}."))


def _progress(since: Begun, now: int) -> str:
    done = since.findings - now
    share = done / since.findings if since.findings else 1.0
    full = round(share * _WIDTH)
    bar = "█" * full + "░" * (_WIDTH - full)
    return f"`{bar}` {share:.0%}: {count(since.findings, 'finding')} when this was begun, {now:,} now."


def _ready(plan: UpgradePlan) -> Iterator[str]:
    window = Window(plan.installed, plan.target)
    today = sum(window.is_ready(item.works_from) for item in plan.found)
    yield f"- {count(len(plan.found) - len(plan.remaining), 'finding')} mended by the pull request."
    yield f"- {count(today, 'finding')} that can be mended today, under {plan.installed}."
    yield f"- {count(len(plan.operations.items), 'operation')} around the deployment; the pull request lists them."


def _blocked(plan: UpgradePlan, links: Links) -> Iterator[Block]:
    ordered = sorted(plan.remaining, key=lambda item: (item.rule, item.place))
    for _, group in groupby(ordered, key=lambda item: item.rule):
        yield Block(_rule(list(group), links))


def _rule(found: Sequence[Finding], links: Links) -> str:
    places = ", ".join(links.place(item.path, item.line) for item in found[:3])
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return f"- {rule_link(found[0])}: {count(len(found), 'finding')}, {places}{more}"


def _missed(plan: UpgradePlan) -> Iterable[Block]:
    return (Block(f"- {code(item.path)}: {code(item.reason)}") for item in plan.unanalysed)


def _buttons() -> str:
    boxes = "\n".join(box(f"button-{button}", text, ()) for button, text in _BUTTONS.items())
    return f"Tick a box; the next run does it and takes the tick away.\n\n{boxes}"
