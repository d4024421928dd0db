"""How many findings there are, by rule and by release, for tables of any kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from concertmaster.findings import Finding, Safety, Severity
from concertmaster.versions import Window, release


class Tally(Struct, frozen=True):
    """The findings of one rule, or of all rules that one release makes matter."""

    name: str
    total: int
    errors: int
    warnings: int
    notices: int
    safe: int
    suggested: int
    manual: int
    today: int
    since: str = ""

    @property
    def worst(self) -> Severity:
        """The highest severity that is among them."""
        return Severity.ERROR if self.errors else Severity.WARNING if self.warnings else Severity.NOTICE


def by_rule(findings: Iterable[Finding], window: Window) -> list[Tally]:
    """One tally a rule, the most severe first, then the most frequent."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.rule, []).append(finding)
    tallies = [_tally(rule, group, window) for rule, group in groups.items()]
    return sorted(tallies, key=lambda tally: (-tally.worst.rank, -tally.total, tally.name))


def by_release(findings: Iterable[Finding], window: Window) -> list[Tally]:
    """One tally a release that makes findings matter, the oldest first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.since, []).append(finding)
    return [_tally(since, groups[since], window) for since in sorted(groups, key=release)]


def _tally(name: str, group: list[Finding], window: Window) -> Tally:
    severities = Counter(finding.severity for finding in group)
    cures = Counter(finding.safety for finding in group)
    return Tally(
        name,
        len(group),
        severities[Severity.ERROR],
        severities[Severity.WARNING],
        severities[Severity.NOTICE],
        cures[Safety.SAFE],
        cures[Safety.SUGGESTED],
        cures[Safety.MANUAL],
        sum(window.is_ready(finding.works_from) for finding in group),
        min((finding.since for finding in group), key=release),
    )


def lines(findings: Iterable[Finding], window: Window) -> Iterator[str]:
    """Both tables for pipes, columns parted by tabs: the kind, the name, and the counts by severity and cure."""
    shown = list(findings)
    yield "\t".join("by name total error warning notice safe suggested manual today".split())
    for kind, tallies in (("rule", by_rule(shown, window)), ("release", by_release(shown, window))):
        for one in tallies:
            counts = (one.total, one.errors, one.warnings, one.notices)
            cures = (one.safe, one.suggested, one.manual, one.today)
            yield "\t".join((kind, one.name, *map(str, (*counts, *cures))))
