"""What stands above the lists of a summary: how much since which release, and what somebody wants to keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from concertmaster.findings import Finding, Safety, Severity, Suppressed
from concertmaster.report.markdown import Links, code, count, listing, prose
from concertmaster.versions import release

#: Kept findings that are listed; the rest is counted.
MAX_KEPT = 30
#: Fewer findings than this are counted at a glance.
MANY = 6


def releases(findings: Iterable[Finding]) -> str:
    """A table of the releases that the findings come from; nothing where a sentence tells as much."""
    numbers = Counter((finding.since, finding.severity) for finding in findings)
    since = sorted({name for name, _ in numbers}, key=release)
    if len(since) < 2:
        return ""
    found = [severity for severity in Severity if any(numbers[name, severity] for name in since)]
    rows = (
        f"| {code(name)} | {' | '.join(str(numbers[name, severity] or '') for severity in found)} |"
        for name in since
    )
    head = f"| since | {' | '.join(f'{severity.value}s' for severity in found)} |"
    return "\n".join((head, f"|---|{'--:|' * len(found)}", *rows))


def cures(findings: Sequence[Finding], beside: int) -> str:
    """Who mends how much of many findings, `beside` of which have a comment beside their lines."""
    if len(findings) < MANY:
        return ""
    numbers = Counter(finding.safety if finding.edits else None for finding in findings)
    ways = {
        Safety.SAFE: "`concertmaster fix` mends {:,}",
        Safety.SUGGESTED: "`concertmaster fix --unsafe` mends {:,} that ask to be checked",
        None: "{:,} need a person",
    }
    told = listing([way.format(numbers[kind]) for kind, way in ways.items() if numbers[kind]])
    place = f" {count(beside, 'has a comment', 'have comments')} beside the lines." if beside else ""
    return f"Of these, {told}.{place}"


def waiting(counts: Mapping[str, int]) -> str:
    """What a later release asks for and the installed one does not know yet."""
    if not counts:
        return ""
    needed = listing([f"{number:,} for {code(name)}" for name, number in counts.items()])
    places = count(sum(counts.values()), "place has", "places have")
    return f"Notices are what can be changed today. {places} to wait for the bump: {needed}."


def kept(suppressed: Sequence[Suppressed], links: Links) -> str:
    """What comments in the files ignore, with the reasons that they give."""
    if not suppressed:
        return ""
    lines = [_kept(item, links) for item in suppressed[:MAX_KEPT]]
    more = len(suppressed) - MAX_KEPT
    rest = [f"- and {count(more, 'more', 'more')}"] if more > 0 else []
    title = f"{count(len(suppressed), 'finding')} kept by comments"
    return "\n".join((f"<details><summary>{title}</summary>", "", *lines, *rest, "", "</details>"))


def _kept(item: Suppressed, links: Links) -> str:
    why = f": {prose(item.reason)}" if item.reason else ", without a reason"
    return f"- {links.place(item.finding.path, item.finding.line)} {code(item.finding.rule)}{why}"
