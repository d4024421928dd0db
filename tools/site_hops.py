"""The guide to each hop between major releases, from the plan's operations and the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from concertmaster.plan.hops import avoided, hops
from concertmaster.plan.model import Phase
from concertmaster.plan.operations import DRAIN, OPERATIONS, STEP_CHANGES, Operation
from concertmaster.plan.planning import ALWAYS
from concertmaster.rule import Rule
from concertmaster.versions import NEWEST_KNOWN, RELEASES, release
from tools.coverage import rows

PHASES = {
    Phase.BEFORE: "Before the deployment",
    Phase.DEPLOY: "With the deployment",
    Phase.AFTER: "After the deployment",
    Phase.CHECK: "To be checked",
}


def stops() -> list[tuple[str, str]]:
    """Each hop as the release that it leaves and the one that it reaches."""
    return list(pairwise(hop.release for hop in hops(RELEASES[0], NEWEST_KNOWN)))


def name(start: str, end: str) -> str:
    return f"{release(start).major}-to-{release(end).major}"


def crosses(start: str, end: str, number: str) -> bool:
    return release(start) < release(number) <= release(end)


def index() -> str:
    """The way through all major releases."""
    ways = [
        f"| [{release(start).major}.x to {release(end).major}.x]({name(start, end)}.md) | {start} | {end} |"
        for start, end in stops()
    ]
    return "\n".join([
        "# Hop by hop\n",
        "Upgrade to the last release of the major that is installed first: everything deprecated still works there.",
        "Then go one major release at a time, with a deployment at each: `concertmaster upgrade --target next-hop`",
        "goes that way, and `concertmaster plan` tells which of what stands here concerns a project.\n",
        "| guide | from | to |",
        "|---|---|---|",
        *ways,
        "",
    ])  # fmt: skip


def guide(start: str, end: str, rules: Iterable[Rule]) -> str:
    """What a person does, what is rewritten, and what to keep away from, between two releases."""
    title = f"# {release(start).major}.x to {release(end).major}.x\n"
    how = f"From {start}, the last release of its major, to {end}. In a project on {start}:\n"
    commands = ["```shell", f"concertmaster plan --target {end}", f"concertmaster upgrade --target {end}"]
    commands += [f"concertmaster index diff {start} {end}", "```", ""]
    return "\n".join(
        [title, how, *commands, *faults(start, end), *work(start, end), *code(start, end, rules)]
    )


def faults(start: str, end: str) -> Iterator[str]:
    found = list(avoided(start, end))
    if found:
        yield "## Releases to leave out\n"
        yield from (f"- {hop.release}: {hop.reason}." for hop in found)
        yield ""


def work(start: str, end: str) -> Iterator[str]:
    """The operations around the deployment, by when they are due."""
    due = [item for item in OPERATIONS if item.id == ALWAYS or crosses(start, end, item.since)]
    names = {item.id for item in due}
    for phase, heading in PHASES.items():
        items = [item for item in due if item.phase is phase and item.covered_by not in names]
        lines = [*(drain(start, end) if phase is Phase.BEFORE else ()), *map(told, items)]
        if lines:
            yield f"## {heading}\n"
            yield from lines
            yield ""


def drain(start: str, end: str) -> Iterator[str]:
    changes = [f"{text} ({since})" for since, text in STEP_CHANGES.items() if crosses(start, end, since)]
    if changes:
        yield f"- **Drain processes.** {DRAIN}{', '.join(changes)}."


def told(item: Operation) -> str:
    since = "" if item.id == ALWAYS else f" Since {item.since}."
    return f"- **{item.title}.** {item.text}{since}"


def code(start: str, end: str, rules: Iterable[Rule]) -> Iterator[str]:
    """The rules on what changes between the two, by release; one with changes of several stands under each."""
    known = [rule for rule in rules if not rule.optional]
    yield "## In the code\n"
    yield "Beside these, [rules](../rules/index.md) on whole projects and on names hold at every release.\n"
    for number in RELEASES:
        changed = {row.id for row in rows() if row.release == number}
        found = [rule for rule in known if changed.intersection(rule.rows)]
        if found and crosses(start, end, number):
            yield f"### {number}\n"
            yield from table(sorted(found, key=lambda rule: rule.id), folder="../rules/")
            yield ""


def table(rules: Iterable[Rule], *, folder: str = "") -> Iterator[str]:
    """Rules with what is wrong and how far a rewrite goes; `folder` is where their pages are."""
    yield "| rule | what is wrong | rewrite |"
    yield "|---|---|---|"
    for rule in rules:
        title = rule.documentation.title.replace("|", "\\|")
        yield f"| [{rule.id}]({folder}{rule.id}.md) | {title} | {rule.safety.value} |"
