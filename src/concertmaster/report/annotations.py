"""Findings as workflow commands, which a GitHub runner shows beside the lines.

The runner keeps ten of each level per step and cuts messages at 4,096 characters; the rest is counted
in a last line, so that nothing is lost silently.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from concertmaster.findings import Finding, Unanalysed
from concertmaster.report.markdown import visible

PER_LEVEL = 10
#: One warning is left for what may go wrong once the findings are told.
_ROOM = {"warning": PER_LEVEL - 1}
MAX_MESSAGE = 4_000


def render(
    findings: Iterable[Finding],
    unanalysed: Iterable[Unanalysed],
    notes: Iterable[str] = (),
    warnings: Iterable[str] = (),
) -> Iterator[str]:
    """One `::error …` line each, as many as the runner keeps; before them what is to be told of the whole run."""
    wanted = (
        *(("notice", command("notice", visible(note))) for note in notes),
        *(("warning", command("warning", visible(warning))) for warning in warnings),
        *(("error", _missed(item)) for item in unanalysed),
    )
    ordered = sorted(findings, key=lambda finding: -finding.severity.rank)
    told: Counter[str] = Counter()
    for level, line in chain(wanted, ((item.severity.value, _finding(item)) for item in ordered)):
        told[level] += 1
        if told[level] <= _ROOM.get(level, PER_LEVEL):
            yield line
    hidden = sum(max(0, number - _ROOM.get(level, PER_LEVEL)) for level, number in told.items())
    if hidden:
        yield f"{hidden} more are not shown as annotations: a step may have {PER_LEVEL} of each level."


def _missed(item: Unanalysed) -> str:
    return command("error", f"Could not be analysed: {item.reason}", file=item.path)


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
