"""How a run ends: the exit codes, and what decides between them."""

from __future__ import annotations

from collections.abc import Iterable, Sized

from concertmaster.config import FailOn
from concertmaster.findings import Finding

CLEAN, FINDINGS, WRONG_USE, NOT_ANALYSED = range(4)
#: By Ctrl-C, as a shell tells it.
INTERRUPTED = 130


def exit_code(findings: Iterable[Finding], unanalysed: Sized, fail_on: FailOn) -> int:
    """3 where something could not be judged, else 1 where a finding reaches `fail_on`, else 0."""
    if len(unanalysed):
        return NOT_ANALYSED
    return FINDINGS if any(fail_on.fails(finding.severity) for finding in findings) else CLEAN
