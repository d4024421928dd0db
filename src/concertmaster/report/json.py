"""Findings as JSON: one stable shape for scripts, version 1."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from concertmaster.findings import Edit, Finding
from concertmaster.runner import Report
from concertmaster.versions import Window

VERSION = 1
Reader = Callable[[str], bytes]


def render(report: Report, read: Reader, projects: Mapping[str, Window] | None = None) -> str:
    """The whole report as one JSON object; `read` gives the bytes of a file that a fix is for.

    Of several projects, by their folders, the releases of each are told; those of the first stand for all.

    `names` is the release that names were checked against, and null where they were not checked.
    """
    window = report.window
    told: dict[str, Any] = {
        "version": VERSION,
        "installed": window.installed,
        "target": window.target,
        "names": report.names.release,
        "notes": list(report.names.notes),
        "findings": [_finding(finding, read, window) for finding in report.findings],
        "unanalysed": [{"path": item.path, "reason": item.reason} for item in report.unanalysed],
    }
    if projects is not None and len(projects) > 1:
        told["projects"] = [
            {"folder": folder, "installed": one.installed, "target": one.target}
            for folder, one in projects.items()
        ]
    return json.dumps(told, indent=2, ensure_ascii=True)


def _finding(finding: Finding, read: Reader, window: Window) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "rows": list(finding.rows),
        "path": finding.path,
        "line": finding.line,
        "end_line": finding.end_line,
        "column": finding.column,
        "severity": finding.severity.value,
        "safety": finding.safety.value,
        "message": finding.message,
        "since": finding.since,
        "works_from": finding.works_from or None,
        "today": window.is_ready(finding.works_from),
        "url": finding.url,
        "fingerprint": finding.fingerprint,
        "fix": _fix(finding, read) if finding.edits else None,
    }


def _fix(finding: Finding, read: Reader) -> dict[str, Any]:
    source = read(finding.path)
    return {"safety": finding.safety.value, "edits": [_edit(edit, source) for edit in finding.edits]}


def _edit(edit: Edit, source: bytes) -> dict[str, Any]:
    """Lines and columns from 1, columns in characters; the end is exclusive."""
    line, column = position(source, edit.start)
    end_line, end_column = position(source, edit.end)
    return {
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "text": edit.text.decode("utf-8", "replace"),
    }


def position(source: bytes, offset: int) -> tuple[int, int]:
    """Line and column of a byte, both from 1, the column in characters."""
    before = source[:offset]
    start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[start:].decode("utf-8", "replace")) + 1
