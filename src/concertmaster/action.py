"""The entry point in a workflow: reviews the pull request that the runner tells of, and says how it went."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from concertmaster.github import job
from concertmaster.github.check import mark, plan_check
from concertmaster.github.client import Client, connect
from concertmaster.github.diff import FileDiff
from concertmaster.github.event import EarlierRun, Request, Skipped, read_event
from concertmaster.github.inputs import TOKEN, Check, Inputs, read_input, read_inputs
from concertmaster.github.lookup import find_request
from concertmaster.github.messages import malformed_input, unreadable_pull_request
from concertmaster.github.posted import Posted
from concertmaster.github.posting import Outcome, Planner, Result, post
from concertmaster.github.preview import describe, write_preview
from concertmaster.github.pull import Pull
from concertmaster.github.reading import Reviewed, review
from concertmaster.github.refusals import BadTokenError, GitHubError, OutageError
from concertmaster.github.retry import Retry
from concertmaster.github.review import ReviewPlan, Seen, plan_review
from concertmaster.github.telling import tell, write_sarif
from concertmaster.messages import UserError
from concertmaster.outcome import CLEAN, NOT_ANALYSED, WRONG_USE, exit_code
from concertmaster.report.markdown import Links, code, count


def run_action(
    environment: Mapping[str, str],
    *,
    dry_run: bool = False,
    preview: Path | None = None,
    retry: Retry | None = None,
    pause: float = 1.0,
    offline: bool = False,
) -> int:
    """Review the pull request of a workflow run and return the exit code. `dry_run` posts nothing.

    With `mode: upgrade` it makes or renews the pull request of an upgrade instead.
    """
    mode = read_input(environment, "mode") or "review"
    if mode == "upgrade":
        from concertmaster.action_upgrade import run_upgrade

        return run_upgrade(environment, dry_run=dry_run, retry=retry, pause=pause, offline=offline)
    try:
        if mode != "review":
            raise malformed_input("mode", mode, "review or upgrade")
        event = read_event(environment)
        if isinstance(event, Skipped):
            return _skip(event)
        inputs = read_inputs(environment, offline=offline)
        os.environ.pop(TOKEN, None)
        client = connect(inputs.token, inputs.api_url, retry=retry, pause=pause)
        try:
            request = find_request(client, event) if isinstance(event, EarlierRun) else event
            if isinstance(request, Skipped):
                return _skip(request)
            run = _Run(client, request, inputs, environment)
            ended = run.review(dry_run=dry_run, preview=preview)
            job.log(f"{count(client.calls, 'call')} to GitHub's API.")
            return ended
        finally:
            client.close()
    except BadTokenError as error:
        return _fail(unreadable_pull_request(str(error)), environment, WRONG_USE)
    except GitHubError as error:
        return _fail(unreadable_pull_request(str(error)), environment, NOT_ANALYSED)
    except UserError as error:
        return _fail(error, environment, WRONG_USE)


def _skip(event: Skipped) -> int:
    job.log(f"Nothing to review: {event.reason}.")
    return CLEAN


@dataclass(frozen=True, slots=True)
class _Run:
    """One review, and everything that is to be known for it."""

    client: Client
    request: Request
    inputs: Inputs
    environment: Mapping[str, str]

    @property
    def links(self) -> Links:
        return Links(self.inputs.server_url, self.request.repository, self.request.head_sha)

    def review(self, *, dry_run: bool, preview: Path | None) -> int:
        pull = Pull(self.client, self.request)
        reviewed = review(pull, self.inputs.wishes, self.inputs.checkout)
        planner = self._planner(reviewed)
        if dry_run or not self.request.number:
            posted = pull.posted() if self.request.number else Posted()
            outcome = Outcome(Result.UNPOSTED, planner(posted, frozenset()))
        else:
            outcome = post(pull, planner, reviewed.rebuilt)
        if dry_run:
            job.quote(describe(outcome.plan))
        if preview is not None:
            title = f"{self.request.repository}#{self.request.number}"
            write_preview(preview, planner(Posted(), frozenset()), reviewed.read, title=title)
        write_sarif(reviewed, self.inputs)
        tell(outcome, reviewed, self.links, self.environment, sarif=self.inputs.sarif)
        ended = self._ended(outcome, reviewed)
        return ended if dry_run or outcome.result is Result.SUPERSEDED else self._mark(reviewed, ended)

    def _planner(self, reviewed: Reviewed) -> Planner:
        def plan(posted: Posted, refused: frozenset[str]) -> ReviewPlan:
            closed = {path: FileDiff(path, "modified", known=False) for path in refused}
            seen = Seen(
                reviewed.read,
                reviewed.diffs | closed,
                self.links,
                posted,
                reviewed.notes,
                reviewed.move,
                exists=reviewed.exists,
            )
            return plan_review(self.request, reviewed.report, seen)

        return plan

    def _ended(self, outcome: Outcome, reviewed: Reviewed) -> int:
        fail_on = self.inputs.fail_on or reviewed.judgement.workspace.config.fail_on
        if outcome.result is Result.FAILED:
            return NOT_ANALYSED
        return exit_code(reviewed.brought, reviewed.report.unanalysed, fail_on)

    def _mark(self, reviewed: Reviewed, ended: int) -> int:
        """Set what the workflow wants on the commit; how it ends then."""
        kind = self.inputs.check
        operations = reviewed.move.operations() if reviewed.move else None
        plan = plan_check(reviewed.report, self.links, ended, reviewed.notes, operations)
        try:
            if kind is not Check.NONE:
                mark(self.client, self.request, plan, as_run=kind is Check.CHECK_RUN)
        except GitHubError as error:
            job.annotate("warning", f"The {kind} could not be set: {error}.")
            return NOT_ANALYSED if isinstance(error, OutageError) else ended
        return ended


def _fail(error: UserError, environment: Mapping[str, str], ended: int) -> int:
    """One message, in the log and on the page of the job, without a traceback."""
    job.annotate("error", f"{error.what} {error.why} {error.remedy}")
    job.write_summary(
        environment, f"**Concertmaster could not review this pull request.** {code(str(error), limit=1_000)}"
    )
    return ended
