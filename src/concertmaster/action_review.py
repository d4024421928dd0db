"""One review in a workflow: read, judged, posted, told, and set on the commit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from concertmaster.action_stacked import Beside, beside, finish
from concertmaster.github import job
from concertmaster.github.check import MAX_SUMMARY, mark, plan_check
from concertmaster.github.client import Client
from concertmaster.github.diff import FileDiff
from concertmaster.github.event import Request
from concertmaster.github.inputs import Check, Inputs
from concertmaster.github.posted import Posted
from concertmaster.github.posting import Outcome, Planner, Result, post
from concertmaster.github.preview import describe, page_of, write_preview
from concertmaster.github.pull import Pull
from concertmaster.github.reading import Reviewed, review
from concertmaster.github.refusals import GitHubError, OutageError, ReadOnlyTokenError
from concertmaster.github.review import ReviewPlan, Seen, plan_review
from concertmaster.github.suggestions import Cure
from concertmaster.github.telling import tell, write_sarif
from concertmaster.outcome import NOT_ANALYSED
from concertmaster.report.markdown import Links


class ReviewRun(Struct, frozen=True):
    """One review, and everything that is to be known for it."""

    client: Client
    request: Request
    inputs: Inputs
    environment: Mapping[str, str]

    @property
    def links(self) -> Links:
        return Links(self.inputs.server_url, self.request.repository, self.request.head_sha)

    def review(self, *, dry_run: bool = False, preview: Path | None = None) -> int:
        """Carry the review out, and say how it ended."""
        pull = Pull(self.client, self.request)
        reviewed = review(pull, self.inputs.wishes, self.inputs.checkout)
        beside = Beside() if dry_run else self._beside(pull, reviewed)
        planner = self._planner(reviewed, beside)
        if dry_run or not self.request.number:
            posted = pull.posted() if self.request.number else Posted()
            outcome = Outcome(Result.UNPOSTED, planner(posted, frozenset()))
        else:
            outcome = post(pull, planner, reviewed.rebuilt)
        if dry_run:
            job.quote(describe(outcome.plan))
        title = f"{self.request.repository}#{self.request.number}"
        if preview is not None:
            write_preview(preview, planner(Posted(), frozenset()), reviewed.read, title=title)
        if self.inputs.report is not None:
            page = page_of(planner(Posted(), frozenset()), reviewed.read, title=title)
            job.write_page(self.inputs.checkout, self.inputs.report, page)
        write_sarif(reviewed, self.inputs)
        tell(outcome, reviewed, self.links, self.environment, files=self.inputs.files, more=beside.notes)
        ended = NOT_ANALYSED if beside.is_lost else self._ended(outcome, reviewed)
        return ended if dry_run or outcome.result is Result.SUPERSEDED else self._mark(reviewed, ended)

    def _beside(self, pull: Pull, reviewed: Reviewed) -> Beside:
        """The pull request on top of this one, brought up to date where the workflow wants it."""
        if not self.request.number:
            return Beside()
        planner = self._planner(reviewed, Beside())
        done = finish(self.inputs, self.environment)
        return beside(pull, self.inputs, reviewed, done, lambda: planner(Posted(), frozenset()))

    def _planner(self, reviewed: Reviewed, beside: Beside) -> Planner:
        cures: dict[FileDiff, Cure] = {}

        def plan(posted: Posted, refused: frozenset[str]) -> ReviewPlan:
            closed = {path: FileDiff(path, "modified", known=False) for path in refused}
            seen = Seen(
                reviewed.read,
                reviewed.diffs | closed,
                self.links,
                posted,
                beside.notes,
                follow_up_url=beside.url,
                parts=reviewed.parts,
                failed=reviewed.failed,
                exists=reviewed.exists,
                cures=cures,
            )
            return plan_review(self.request, reviewed.report, seen)

        return plan

    def _ended(self, outcome: Outcome, reviewed: Reviewed) -> int:
        if outcome.result is Result.FAILED:
            return NOT_ANALYSED
        ended = reviewed.ended(self.inputs.fail_on)
        return (ended or NOT_ANALYSED) if outcome.is_silent else ended

    def _mark(self, reviewed: Reviewed, ended: int) -> int:
        """Set what the workflow wants on the commit; how it ends then."""
        kind = self.inputs.check
        if kind is Check.NONE:
            return ended
        plan = plan_check(reviewed.report, ended, reviewed.text(self.links, limit=MAX_SUMMARY))
        try:
            mark(self.client, self.request, plan, as_run=kind is Check.CHECK_RUN)
        except GitHubError as error:
            job.annotate("warning", f"The {kind} could not be set: {error}.")
            return self._unmarked(error, ended)
        return ended

    def _unmarked(self, error: GitHubError, ended: int) -> int:
        """A check that is wanted and not there lets nothing pass, but for a fork's, which cannot be set at all."""
        if isinstance(error, OutageError):
            return NOT_ANALYSED
        is_excused = isinstance(error, ReadOnlyTokenError) and self.request.is_fork
        return ended if is_excused else ended or NOT_ANALYSED
