"""What is set on a commit besides the end of the job: a commit status, or a check run with its annotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from msgspec import Struct

from concertmaster.findings import Finding, Severity
from concertmaster.github.answers import Json, integer, objects
from concertmaster.github.asked import Request
from concertmaster.github.client import Client
from concertmaster.github.posted import digest
from concertmaster.outcome import CLEAN, NOT_ANALYSED
from concertmaster.report.markdown import count, visible
from concertmaster.report.summary import verdict
from concertmaster.runner import Report

NAME = "Concertmaster"
#: GitHub takes so many annotations in one call, and adds those of further calls.
BATCH = 50
#: A hundred calls, of which GitHub takes 500 an hour.
MAX_ANNOTATIONS = 5_000
MAX_DESCRIPTION, MAX_TITLE, MAX_MESSAGE, MAX_SUMMARY = 140, 255, 4_000, 65_000
_LEVELS = {Severity.ERROR: "failure", Severity.WARNING: "warning", Severity.NOTICE: "notice"}


class CheckPlan(Struct, frozen=True):
    """How a run ended. Neutral and skipped are no conclusions, since they let a required check pass."""

    succeeded: bool
    analysed: bool
    title: str
    summary: str
    annotations: tuple[Json, ...]
    cancelled: bool = False

    @property
    def state(self) -> str:
        """As a commit status."""
        if self.succeeded:
            return "success"
        return "failure" if self.analysed else "error"

    @property
    def conclusion(self) -> str:
        """As a check run."""
        if self.cancelled:
            return "cancelled"
        return "success" if self.succeeded else "failure"


def plan_check(report: Report, ended: int, text: str) -> CheckPlan:
    """A check of everything that was found, with a text on it, and of the exit code that it led to."""
    ordered = sorted(report.findings, key=lambda finding: (-finding.severity.rank, finding.place))
    more = len(ordered) - MAX_ANNOTATIONS
    left_out = f"{count(more, 'more finding')} beside the {MAX_ANNOTATIONS:,} that have an annotation.\n\n"
    return CheckPlan(
        succeeded=ended == CLEAN,
        analysed=ended != NOT_ANALYSED,
        title=verdict(report.findings, report.unanalysed)[:MAX_TITLE],
        summary=f"{left_out if more > 0 else ''}{text}",
        annotations=tuple(map(_annotation, ordered[:MAX_ANNOTATIONS])),
    )


def plan_cancelled() -> CheckPlan:
    """A check of a run that was stopped before it was done."""
    text = "The run was stopped before it was done, so nothing is said of this commit. Run the job again."
    return CheckPlan(False, False, "Cancelled before it was done", text, (), cancelled=True)


def _annotation(finding: Finding) -> Json:
    return {
        "path": finding.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        "start_line": finding.line,
        "end_line": finding.end_line,
        "annotation_level": _LEVELS[finding.severity],
        "message": visible(finding.message)[:MAX_MESSAGE] or finding.rule,
        "title": finding.rule[:MAX_TITLE],
    }


def mark(client: Client, request: Request, plan: CheckPlan, *, as_run: bool) -> None:
    """Set it on the head.

    Raises:
        GitHubError: GitHub does not take it.
    """
    (_run if as_run else _status)(client, request, plan)


def _status(client: Client, request: Request, plan: CheckPlan) -> None:
    body = {"state": plan.state, "context": NAME, "description": plan.title[:MAX_DESCRIPTION]}
    commits = f"/repos/{request.repository}/commits/{request.head_sha}/statuses"

    def find() -> Json | None:
        """The newest of ours comes first."""
        ours = (item for item in client.pages(commits, lambda item: item) if item.get("context") == NAME)
        last = next(ours, None)
        return last if last and all(last.get(name) == value for name, value in body.items()) else None

    client.send("POST", f"/repos/{request.repository}/statuses/{request.head_sha}", body, find)


def _run(client: Client, request: Request, plan: CheckPlan) -> None:
    runs = f"/repos/{request.repository}/check-runs"
    first, *others = list(_batches(plan.annotations)) or [()]
    known_by = digest(request.head_sha, plan.conclusion, plan.title, plan.summary)
    body = {
        "name": NAME,
        "head_sha": request.head_sha,
        "status": "completed",
        "conclusion": plan.conclusion,
        "external_id": known_by,
        "output": _output(plan, first),
    }
    number = client.make(
        "POST", runs, body, lambda made: integer(made, "id"), lambda: _find(client, request, known_by)
    )
    for index, batch in enumerate(others, start=1):
        grown = partial(_grown, client, f"{runs}/{number}", index * BATCH)
        client.send("PATCH", f"{runs}/{number}", {"output": _output(plan, batch)}, grown)


def _output(plan: CheckPlan, batch: Sequence[Json]) -> Json:
    return {"title": plan.title, "summary": plan.summary, "annotations": list(batch)}


def _batches(annotations: Sequence[Json]) -> Iterator[Sequence[Json]]:
    for start in range(0, len(annotations), BATCH):
        yield annotations[start : start + BATCH]


def _find(client: Client, request: Request, known_by: str) -> int | None:
    """The check run that a lost answer was about."""
    address = f"/repos/{request.repository}/commits/{request.head_sha}/check-runs"
    runs = client.get(
        address, lambda found: objects(found, "check_runs"), check_name=NAME, filter="all", per_page=100
    )
    return next((integer(run, "id") for run in runs if run.get("external_id") == known_by), None)


def _grown(client: Client, address: str, before: int) -> bool | None:
    """Whether annotations were added; None where they were not."""
    there = client.get(address, lambda found: integer(found, "output", "annotations_count"))
    return True if there > before else None
