"""Says how a review went: in the log, beside lines, in the outputs and on the page of the job."""

from __future__ import annotations

from collections.abc import Mapping

from concertmaster.findings import Severity
from concertmaster.github import job
from concertmaster.github.inputs import Inputs
from concertmaster.github.parts import Part
from concertmaster.github.posting import Outcome, Result
from concertmaster.github.reading import Reviewed
from concertmaster.messages.github import malformed_input
from concertmaster.report.annotations import render as render_annotations
from concertmaster.report.markdown import Links, code
from concertmaster.report.sarif import render as render_sarif
from concertmaster.report.summary import verdict
from concertmaster.rule import load_rules

#: Where nobody has read a comment of this run.
SILENT = (Result.REFUSED, Result.FAILED, Result.UNPOSTED)


def write_sarif(reviewed: Reviewed, inputs: Inputs) -> None:
    """What was found, for code scanning, where the workflow wants it.

    Raises:
        UserError: there is no workspace, or no such folder in it.
    """
    if inputs.sarif is None:
        return
    if inputs.checkout is None:
        raise malformed_input("sarif", inputs.sarif, "left away where the job has no workspace")
    report = reviewed.report
    text = render_sarif(
        report.window,
        report.findings,
        report.unanalysed,
        reviewed.read,
        load_rules(),
        notes=report.names.notes,
    )
    job.write_report(inputs.checkout, inputs.sarif, text)


def tell(
    outcome: Outcome,
    reviewed: Reviewed,
    links: Links,
    environment: Mapping[str, str],
    *,
    files: Mapping[str, str],
    more: tuple[str, ...] = (),
) -> None:
    """In the log, beside the lines that no comment is on, in the outputs and on the page of the job."""
    report, plan = reviewed.report, outcome.plan
    for part in reviewed.parts:
        job.log(_line(part, outcome, is_one=len(reviewed.parts) == 1))
    on_lines = () if outcome.result in SILENT else (*plan.comments, *plan.kept)
    commented = {finding.fingerprint for comment in on_lines for finding in comment.findings}
    left = (finding for finding in report.findings if finding.fingerprint not in commented)
    warnings, notes = list[str](), list(more)
    if outcome.reason:
        warnings.append(f"Not all was posted on the pull request: {outcome.reason}.")
        notes.append(f"Not all was posted on the pull request: {code(outcome.reason)}.")
    job.commands(render_annotations(left, report.unanalysed, report.names.notes, warnings))
    page = job.fitting(lambda limit: reviewed.text(links, limit=limit, notes=tuple(notes)))
    job.write_summary(environment, page)
    told = {**_outputs(outcome, reviewed), **files, "review-url": _address(outcome, links)}
    job.write_outputs(environment, told)


def _line(part: Part, outcome: Outcome, *, is_one: bool) -> str:
    window = part.report.window
    told = outcome.plan.verdict if is_one else verdict(part.report.findings, part.report.unanalysed)
    name = "" if is_one else f"{part.folder or 'outside of the projects'}: "
    result = f": {outcome.result}"
    return f"{name}{told} for orchestrator-core {window.installed} (target {window.target}){result}"


def _outputs(outcome: Outcome, reviewed: Reviewed) -> dict[str, object]:
    report, plan = reviewed.report, outcome.plan
    counts = {
        f"{severity.value}s": sum(finding.severity is severity for finding in report.findings)
        for severity in Severity
    }
    return {
        "result": outcome.result.value,
        "verdict": plan.verdict,
        "installed": report.window.installed,
        "target": report.window.target,
        "findings": len(report.findings),
        **counts,
        "new": len(reviewed.brought),
        "suggestions": sum(comment.suggests for comment in (*plan.comments, *plan.kept)),
        "unanalysed": len(report.unanalysed),
    }


def _address(outcome: Outcome, links: Links) -> str:
    """Where the review is to be read; nothing where nobody can."""
    request = outcome.plan.request
    if outcome.result in SILENT or not (outcome.place or outcome.plan.kept):
        return ""
    return f"{links.server.rstrip('/')}/{request.repository}/pull/{request.number}{outcome.place}"
