"""The report on a whole project: findings, the upgrade side by side, charts, the plan, and the map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from msgspec import Struct

from concertmaster.findings import Finding, Safety, Severity
from concertmaster.plan import Plan
from concertmaster.project.files import UnreadableFileError
from concertmaster.project.masking import masked
from concertmaster.project.model.mapping import MappedWorkflow, ProjectMap
from concertmaster.report.excerpts import Source
from concertmaster.report.html import page
from concertmaster.report.html.changes import change
from concertmaster.report.html.charts import charts
from concertmaster.report.html.checklist import Group, checklist
from concertmaster.report.html.standing import Standings
from concertmaster.report.markdown import visible
from concertmaster.runner import Report
from concertmaster.versions import Window

Reader = Callable[[str], bytes]
NO_TYPE = "without product type"


class Chapter(Struct, frozen=True):
    """One project of a repository: its plan, with paths as seen from the repository, and its map."""

    folder: str
    plan: Plan
    maps: tuple[ProjectMap, ...] = ()

    @property
    def checklist(self) -> tuple[Group, ...]:
        return tuple(checklist(self.plan, self.folder))


def render_project(
    report: Report,
    read: Reader,
    chapters: Sequence[Chapter],
    windows: Mapping[str, Window] | None = None,
) -> str:
    """The whole page; `report` holds the rewritten files, and `read` gives them as they are.

    Of several projects, `windows` are those of their folders.
    """
    standings, findings = Standings(report, windows or {}), report.findings
    hops = max((chapter.plan.hops for chapter in chapters), key=len, default=())
    told = _told(report, read, standings)
    return page.render(
        "report.html.j2",
        scripts=("report.js", "checklist.js"),
        title=standings.title,
        verdict=standings.verdict,
        parts=standings.parts(),
        notes=report.names.notes,
        unanalysed=report.unanalysed,
        counts=_counts(findings),
        charts=charts(findings, hops, report.window.target),
        chapters=chapters,
        is_mapped=any(one.products or one.product_blocks or one.workflows for one in _maps(chapters)),
        workflows_by_type=workflows_by_type,
        rules=told["rules"],
        releases=told["releases"],
        changed=len(told["changes"]),
        findings=len(findings),
        data=page.data(told),
    )


def _maps(chapters: Iterable[Chapter]) -> Iterator[ProjectMap]:
    for chapter in chapters:
        yield from chapter.maps


def workflows_by_type(project: ProjectMap) -> list[tuple[str, list[MappedWorkflow]]]:
    """The workflows of a project under the product types that they are for."""
    ordered = sorted(project.workflows, key=lambda one: (not one.product_type, one.product_type, one.name))
    groups = groupby(ordered, key=lambda one: one.product_type or NO_TYPE)
    return [(kind, list(group)) for kind, group in groups]


def _counts(findings: Sequence[Finding]) -> list[tuple[str, int, str]]:
    severities = Counter(finding.severity for finding in findings)
    safeties = Counter(finding.safety for finding in findings)
    return [
        ("error" if severities[Severity.ERROR] == 1 else "errors", severities[Severity.ERROR], "error"),
        (
            "warning" if severities[Severity.WARNING] == 1 else "warnings",
            severities[Severity.WARNING],
            "warning",
        ),
        ("notice" if severities[Severity.NOTICE] == 1 else "notices", severities[Severity.NOTICE], "notice"),
        ("mended by fix", safeties[Safety.SAFE], "safe"),
        ("rewrites to check", safeties[Safety.SUGGESTED], "suggested"),
        ("by hand", safeties[Safety.MANUAL], "manual"),
    ]


def _told(report: Report, read: Reader, standings: Standings) -> dict[str, Any]:
    """Everything that the page's script shows; texts once, findings as numbers into them."""
    findings = report.findings
    rules = {item.rule: [item.rule, visible(item.title), item.url] for item in findings}
    numbers = {rule: number for number, rule in enumerate(sorted(rules))}
    paths = {path: number for number, path in enumerate(sorted({item.path for item in findings}))}
    texts = _Texts(read)
    return {
        "rules": [rules[rule] for rule in sorted(rules)],
        "releases": _releases(findings),
        "paths": [visible(path) for path in paths],
        "findings": [
            [
                paths[item.path],
                item.line,
                item.column,
                numbers[item.rule],
                item.severity.value,
                item.safety.value,
                visible(item.message),
                item.since,
                int(standings.window(item.path).is_ready(item.works_from)),
                texts.line(item),
            ]
            for item in findings
        ],
        "changes": [entry for entry in _changes(report, read) if entry["hunks"]],
    }


def _releases(findings: Sequence[Finding]) -> list[str]:
    from concertmaster.versions import release

    return sorted({item.since for item in findings}, key=release)


def _changes(report: Report, read: Reader) -> list[dict[str, Any]]:
    here: dict[str, list[tuple[int, Finding]]] = {}
    for number, finding in enumerate(report.findings):
        here.setdefault(finding.path, []).append((number, finding))
    return [
        {
            "path": visible(path),
            "new": path in report.created,
            "hunks": change(path, None if path in report.created else read(path), new, here.get(path, [])),
        }
        for path, new in sorted(report.rewritten.items())
    ]


class _Texts:
    """The flagged lines; findings come in the order of their files, so that one file is held at a time."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._path: str | None = None
        self._source = Source(b"")

    def line(self, finding: Finding) -> str:
        if finding.path != self._path:
            self._path = finding.path
            try:
                self._source = Source(self._read(finding.path))
            except UnreadableFileError:
                self._source = Source(b"")
        return page.line(masked(self._source.line(finding.line), finding.path)).strip()
