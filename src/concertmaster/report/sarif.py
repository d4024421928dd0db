"""Findings as SARIF 2.1.0, within what GitHub's code scanning takes.

Code scanning knows an alert again by `primaryLocationLineHash` alone, so our own identity goes in there too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from concertmaster import __version__
from concertmaster.findings import Edit, Finding, Safety, Severity, Unanalysed
from concertmaster.report.json import position
from concertmaster.report.markdown import visible
from concertmaster.rule import Rule
from concertmaster.versions import Window

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: Code scanning refuses more results than this in a run.
MAX_RESULTS = 25_000
MAX_TEXT, MAX_DESCRIPTION = 4_000, 1_000
#: Fixes of a file with more text than this to insert are left out, since a file may have 10 MB.
MAX_FIX = 20_000
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_PRECISION = {Safety.SAFE: "very-high", Safety.SUGGESTED: "high", Safety.MANUAL: "high"}
Reader = Callable[[str], bytes]
Json = dict[str, Any]


def render(
    window: Window,
    findings: Sequence[Finding],
    unanalysed: Sequence[Unanalysed],
    read: Reader,
    rules: Iterable[Rule],
    notes: Sequence[str] = (),
) -> str:
    """One run; the most severe findings first, in case there are more than a run may hold."""
    told = sorted(findings, key=lambda item: (-item.severity.rank, item.place))[:MAX_RESULTS]
    described = {rule.id: _rule(rule) for rule in rules} | {
        item.rule: _bare(item) for item in told if not item.rows
    }
    order = {name: index for index, name in enumerate(described)}
    run: Json = {
        "tool": {"driver": _driver(list(described.values()))},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(unanalysed, len(findings) - len(told), notes)],
        "results": [_result(item, order[item.rule], read) for item in told],
        "properties": {"installed": window.installed, "target": window.target},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=True)


def _driver(rules: list[Json]) -> Json:
    return {"name": "Concertmaster", "version": __version__, "rules": rules}


def _rule(rule: Rule) -> Json:
    """A rule with the help of its docstring."""
    told = rule.documentation
    severity = "error" if rule.change.removed else "warning"
    described: Json = {
        "id": rule.id,
        "shortDescription": {"text": f"{told.title}."[:MAX_DESCRIPTION]},
        "fullDescription": {"text": (told.why or f"{told.title}.")[:MAX_DESCRIPTION]},
        "help": {"text": told.body or told.title, "markdown": told.body or told.title},
        "defaultConfiguration": {"level": severity},
        "properties": {
            "tags": ["orchestrator-core", f"since-{rule.change.since}"],
            "precision": _PRECISION[rule.safety],
            "problem.severity": severity,
        },
    }
    return described | ({"helpUri": told.guide} if told.guide else {})


def _bare(finding: Finding) -> Json:
    """What is told without a rule of its own."""
    return {"id": finding.rule, "shortDescription": {"text": f"{finding.title or finding.rule}."}}


def _invocation(unanalysed: Sequence[Unanalysed], left_out: int, told: Sequence[str]) -> Json:
    notes = [_notification(f"Could not be analysed: {item.reason}", item.path) for item in unanalysed]
    if left_out:
        notes.append(_notification(f"{left_out} more findings do not fit into one run."))
    notes += [_notification(note, level="warning") for note in told]
    return {"executionSuccessful": not unanalysed, "toolExecutionNotifications": notes}


def _notification(text: str, path: str = ".", *, level: str = "error") -> Json:
    place = [] if path == "." else [{"physicalLocation": {"artifactLocation": _file(path)}}]
    return {"level": level, "message": {"text": _plain(text)}, "locations": place}


def _result(finding: Finding, index: int, read: Reader) -> Json:
    region = {"startLine": finding.line, "startColumn": finding.column, "endLine": finding.end_line}
    place = {"artifactLocation": _file(finding.path), "region": region}
    result: Json = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _plain(finding.message) or finding.rule},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
            "concertmaster/v1": finding.fingerprint,
        },
        "properties": {"since": finding.since, "safety": finding.safety.value},
    }
    fixes = list(_fixes(finding, read))
    return result | ({"fixes": fixes} if fixes else {})


def _fixes(finding: Finding, read: Reader) -> Iterator[Json]:
    if not finding.edits or sum(len(edit.text) for edit in finding.edits) > MAX_FIX:
        return
    source = read(finding.path)
    replacements = [_replacement(edit, source) for edit in finding.edits]
    change = {"artifactLocation": _file(finding.path), "replacements": replacements}
    unsure = "Check it before you take it." if finding.safety is Safety.SUGGESTED else "Means the same."
    yield {"description": {"text": unsure}, "artifactChanges": [change]}


def _replacement(edit: Edit, source: bytes) -> Json:
    line, column = position(source, edit.start)
    end_line, end_column = position(source, edit.end)
    region = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
    return {"deletedRegion": region, "insertedContent": {"text": edit.text.decode("utf-8", "replace")}}


def _file(path: str) -> Json:
    address = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    return {"uri": address, "uriBaseId": "%SRCROOT%"}


def _plain(text: str) -> str:
    """A message in which nothing is a link."""
    return visible(text)[:MAX_TEXT].replace("](", "] (")
