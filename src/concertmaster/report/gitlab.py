"""Findings as a GitLab code quality report: a JSON array that `artifacts: reports: codequality` takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from concertmaster.findings import Finding, Severity, Unanalysed, fingerprint
from concertmaster.report.terminal import visible

_SEVERITY = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTICE: "info"}


def render(findings: Iterable[Finding], unanalysed: Iterable[Unanalysed]) -> str:
    """The whole report; a file that could not be judged is a critical entry, since it must not pass as clean."""
    return json.dumps([*_entries(findings), *map(_missed, unanalysed)], indent=2)


def _entries(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    told: set[str] = set()
    for number, finding in enumerate(findings):
        identity = finding.fingerprint
        if not identity or identity in told:  # GitLab shows only one entry of those that share a fingerprint
            identity = fingerprint(finding.rule, finding.path, identity, number)
        told.add(identity)
        yield {
            "description": visible(f"{finding.message} (since {finding.since})"),
            "check_name": finding.rule,
            "fingerprint": identity,
            "severity": _SEVERITY[finding.severity],
            "location": {"path": finding.path, "lines": {"begin": finding.line, "end": finding.end_line}},
        }


def _missed(item: Unanalysed) -> dict[str, Any]:
    return {
        "description": visible(f"Could not be analysed: {item.reason}"),
        "check_name": "not-analysed",
        "fingerprint": fingerprint("not-analysed", item.path, "", 0),
        "severity": "critical",
        "location": {"path": item.path, "lines": {"begin": 1}},
    }
