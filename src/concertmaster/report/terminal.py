"""Findings as plain lines, for pipes, logs and editors: stable, and free of control characters."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from concertmaster.findings import Finding, Safety, Severity, Unanalysed
from concertmaster.versions import Window

_CURE = {
    Safety.SAFE: "fix: safe",
    Safety.SUGGESTED: "fix: to be checked (--unsafe)",
    Safety.MANUAL: "by hand",
}


def plain(
    window: Window, findings: Iterable[Finding], unanalysed: Iterable[Unanalysed], notes: Iterable[str] = ()
) -> Iterator[str]:
    """One line a finding, for pipes and editors: `path:line:column: severity rule message`."""
    shown = list(findings)
    for finding in shown:
        place = f"{visible(finding.path)}:{finding.line}:{finding.column}"
        cure = _cure(finding, window)
        yield f"{place}: {finding.severity} {finding.rule}: {visible(finding.message)} [{cure}]"
    missed = list(unanalysed)
    for item in missed:
        yield f"{visible(item.path)}: could not be analysed: {visible(item.reason)}"
    yield from map(visible, notes)
    yield summary(shown, missed, window)


def concise(findings: Iterable[Finding], unanalysed: Iterable[Unanalysed]) -> Iterator[str]:
    """Findings alone, for editors and hooks: `path:line:column: severity rule message`."""
    for finding in findings:
        place = f"{visible(finding.path)}:{finding.line}:{finding.column}"
        yield f"{place}: {finding.severity} {finding.rule} {visible(finding.message)}"
    for item in unanalysed:
        yield f"{visible(item.path)}:1:1: error not-analysed {visible(item.reason)}"


def _cure(finding: Finding, window: Window) -> str:
    """How it is mended, and whether that can be done before the bump."""
    today = ", today" if window.is_ready(finding.works_from) else ""
    return f"{_CURE[finding.safety]}{today}"


def summary(findings: list[Finding], unanalysed: list[Unanalysed], window: Window) -> str:
    """What was found, in one sentence."""
    hop = f"orchestrator-core {window.installed}"
    hop = hop if window.installed == window.target else f"{hop} to {window.target}"
    if not findings and not unanalysed:
        return f"Nothing to change for {hop}."
    severities = Counter(finding.severity for finding in findings)
    counts = ", ".join(
        _count(severities[severity], severity.value) for severity in Severity if severities[severity]
    )
    cures = Counter(finding.safety for finding in findings)
    parts = [f"{counts or 'No findings'} for {hop}."]
    if findings:
        parts.append(
            f"{cures[Safety.SAFE]} fixed by `concertmaster fix`, {cures[Safety.SUGGESTED]} more with --unsafe, "
            f"{cures[Safety.MANUAL]} by hand."
        )
    if today := sum(window.is_ready(finding.works_from) for finding in findings):
        rest = f", {len(findings) - today} have to wait for the bump" if today < len(findings) else ""
        parts.append(f"{today} can be changed today, under {window.installed}{rest}.")
    if unanalysed:
        parts.append(f"{_count(len(unanalysed), 'file')} could not be analysed.")
    return " ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def visible(text: str) -> str:
    """Text from the repository with nothing in it that a terminal or a runner would obey."""
    shown = text if text.isprintable() else "".join(map(_shown, text))
    return shown.replace("::", ":\u200b:").replace("##[", "##\u200b[")


def _shown(char: str) -> str:
    return char if char.isprintable() or char == "\t" else f"\\x{ord(char):02x}"


def tell_markdown(text: str, environment: Mapping[str, str]) -> None:
    """Markdown as it will look to somebody at a terminal, as it is to a pipe."""
    if not sys.stdout.isatty():
        sys.stdout.write(text)
        return
    from concertmaster.report.screen import can_link, console, print_markdown

    print_markdown(console(environment), text, links=can_link(environment))
