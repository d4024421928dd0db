"""Findings as workflow commands, which a GitHub runner shows beside the lines.

The runner keeps ten of each level per step and cuts messages at 4,096 characters; the rest is counted
in a last line, so that nothing is lost silently.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from concertmaster.findings import Finding, Unanalysed

PER_LEVEL = 10
MAX_MESSAGE = 4_000


def render(
    findings: Iterable[Finding], unanalysed: Iterable[Unanalysed], notes: Iterable[str] = ()
) -> Iterator[str]:
    """One `::error …` line each, as many as the runner keeps; before them what is to be told of the whole run."""
    yield from (command("notice", note) for note in notes)
    told: Counter[str] = Counter()
    for item in unanalysed:
        told["error"] += 1
        if told["error"] <= PER_LEVEL:
            yield command("error", f"Could not be analysed: {item.reason}", file=item.path)
    for finding in sorted(findings, key=lambda finding: -finding.severity.rank):
        level = finding.severity.value
        told[level] += 1
        if told[level] <= PER_LEVEL:
            yield _finding(finding)
    hidden = sum(max(0, count - PER_LEVEL) for count in told.values())
    if hidden:
        yield f"{hidden} more are not shown as annotations: a step may have {PER_LEVEL} of each level."


def _finding(finding: Finding) -> str:
    return command(
        finding.severity.value,
        finding.message,
        file=finding.path,
        line=str(finding.line),
        endLine=str(finding.end_line),
        title=finding.rule,
    )


def command(level: str, message: str, **properties: str) -> str:
    """A workflow command with everything in it escaped."""
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {listed}::{_data(message[:MAX_MESSAGE])}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
