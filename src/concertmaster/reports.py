"""Reports on the projects of a repository as one report on all of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from concertmaster.findings import Finding, Unanalysed
from concertmaster.runner import Report


def in_repository(report: Report, folder: str, *, is_one: bool) -> Report:
    """A report on a folder with the paths of the repository; of several projects none has another's fingerprints."""
    if not folder:
        return report

    def whole(item: Finding) -> Finding:
        mark = item.fingerprint if is_one else _mark(folder, item.fingerprint)
        return replace(item, path=f"{folder}/{item.path}", fingerprint=mark)

    return replace(
        report,
        findings=tuple(map(whole, report.findings)),
        unanalysed=tuple(replace(item, path=f"{folder}/{item.path}") for item in report.unanalysed),
        rewritten={f"{folder}/{path}": text for path, text in report.rewritten.items()},
        suppressed=tuple(replace(item, finding=whole(item.finding)) for item in report.suppressed),
        created=frozenset(f"{folder}/{path}" for path in report.created),
        proposed={f"{folder}/{path}": text for path, text in report.proposed.items()},
    )


def _mark(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def merged(reports: Sequence[Report], failed: Iterable[Unanalysed] = ()) -> Report:
    """The report on all projects; its window and names are those of the first."""
    return replace(
        reports[0],
        findings=tuple(item for report in reports for item in report.findings),
        unanalysed=(*(item for report in reports for item in report.unanalysed), *failed),
        rewritten={path: text for report in reports for path, text in report.rewritten.items()},
        suppressed=tuple(item for report in reports for item in report.suppressed),
        created=frozenset().union(*(report.created for report in reports)),
        proposed={path: text for report in reports for path, text in report.proposed.items()},
        later=dict(sum((Counter(report.later) for report in reports), Counter())),
    )
