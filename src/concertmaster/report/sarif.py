"""Findings as SARIF 2.1.0, within what GitHub's code scanning takes.

Code scanning knows an alert again by `primaryLocationLineHash` alone, so our own identity goes in there too.
It takes no notice of `suppressions` and opens an alert all the same: what is written for it leaves them away.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from concertmaster import __version__
from concertmaster.findings import Edit, Finding, Safety, Severity, Suppressed, Unanalysed
from concertmaster.report.json import position
from concertmaster.report.markdown import visible
from concertmaster.rule import Rule
from concertmaster.versions import Window

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: Code scanning refuses more results than this in a run.
MAX_RESULTS = 25_000
#: Nor a file that is longer than this after compression.
MAX_BYTES = 10_000_000
MAX_TEXT, MAX_DESCRIPTION = 4_000, 1_000
#: Fixes of a file with more text than this to insert are left out, since a file may have 10 MB.
MAX_FIX = 20_000
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_PRECISION = {Safety.SAFE: "very-high", Safety.SUGGESTED: "high", Safety.MANUAL: "high"}
Reader = Callable[[str], bytes]
Json = dict[str, Any]


class _Told(Struct, frozen=True):
    """A result: a finding, what it is known by, and why it is kept; None where nobody tells of kept ones."""

    finding: Finding
    hash: str
    suppressions: list[Json] | None


def render(
    window: Window,
    findings: Sequence[Finding],
    unanalysed: Sequence[Unanalysed],
    read: Reader,
    rules: Iterable[Rule],
    notes: Sequence[str] = (),
    suppressed: Sequence[Suppressed] | None = None,
) -> str:
    """One run; the most severe findings first, in case there are more than a run may hold.

    `suppressed` are told after all others; None leaves them away, as code scanning needs it.
    """
    known, told = tuple(rules), _told(findings, suppressed)
    text = ""
    for most, fixes in _attempts(len(told)):
        more = () if fixes else ("Fixes are left out: with them the file would be too large.",)
        run = _run(told[:most], known, read if fixes else None)
        run["invocations"] = [_invocation(unanalysed, len(told) - most, (*notes, *more))]
        run["properties"] = {"installed": window.installed, "target": window.target}
        text = json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=True)
        if _fits(text):
            break
    return text


def _attempts(results: int) -> Iterator[tuple[int, bool]]:
    """How many results to tell of, and whether with their fixes: less and less, until it fits."""
    most = min(results, MAX_RESULTS)
    yield most, True
    while most:
        yield most, False
        most //= 2
    yield 0, False


def _fits(text: str) -> bool:
    return len(text) <= MAX_BYTES or len(gzip.compress(text.encode("ascii"), 6)) <= MAX_BYTES


def _told(findings: Iterable[Finding], suppressed: Iterable[Suppressed] | None) -> list[_Told]:
    """All results in the order of their weight; one that is kept may have the same text as one that is not."""
    seen = Counter[str]()
    kept = [(item.finding, [_suppression(item)]) for item in suppressed or ()]
    none: list[Json] | None = None if suppressed is None else []
    told: list[_Told] = []
    for group in ([(item, none) for item in findings], kept):
        for finding, why in sorted(group, key=lambda pair: (-pair[0].severity.rank, pair[0].place)):
            seen[finding.fingerprint] += 1
            told.append(_Told(finding, f"{finding.fingerprint}:{seen[finding.fingerprint]}", why))
    return told


def _suppression(item: Suppressed) -> Json:
    why = _plain(item.reason)
    return {"kind": "inSource"} | ({"justification": why} if why else {})


def _run(told: Sequence[_Told], rules: Iterable[Rule], read: Reader | None) -> Json:
    bare = (item.finding for item in told if not item.finding.rows)
    described = {rule.id: _rule(rule) for rule in rules} | {item.rule: _bare(item) for item in bare}
    order = {name: index for index, name in enumerate(described)}
    return {
        "tool": {"driver": _driver(list(described.values()))},
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, order[item.finding.rule], read) for item in told],
    }


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


def _result(told: _Told, index: int, read: Reader | None) -> Json:
    finding = told.finding
    region = {"startLine": finding.line, "startColumn": finding.column, "endLine": finding.end_line}
    place = {"artifactLocation": _file(finding.path), "region": region}
    result: Json = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _plain(finding.message) or finding.rule},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {
            "primaryLocationLineHash": told.hash,
            "concertmaster/v1": finding.fingerprint,
        },
        "properties": {"since": finding.since, "safety": finding.safety.value},
    }
    fixes = list(_fixes(finding, read)) if read else []
    kept = {} if told.suppressions is None else {"suppressions": told.suppressions}
    return result | ({"fixes": fixes} if fixes else {}) | kept


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
