"""The entry point in a workflow: reviews the pull request that the runner tells of, and says how it went."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

from msgspec.structs import replace

from concertmaster.action_cancelled import marked_when_stopped
from concertmaster.forgetting import take_secret
from concertmaster.github import job
from concertmaster.github.client import Client, connect
from concertmaster.github.event import Closed, EarlierRun, Request, Skipped, Spoken, read_event
from concertmaster.github.inputs import TOKEN, Inputs, read_input, read_inputs
from concertmaster.github.lookup import files_of, find_request
from concertmaster.github.refusals import BadTokenError, GitHubError, RenamedError
from concertmaster.github.retry import Retry
from concertmaster.messages import UserError
from concertmaster.messages.github import malformed_input, unreadable_pull_request
from concertmaster.outcome import CLEAN, FINDINGS, NOT_ANALYSED, WRONG_USE
from concertmaster.report.markdown import code, count
from concertmaster.stopping import Stopped, stoppable

#: The inputs that make pull requests on top of others, which end with those.
STACKED = ("follow-up", "companion")
#: What the output of that name says, by exit code.
CONCLUSIONS = {CLEAN: "success", FINDINGS: "failure", WRONG_USE: "error", NOT_ANALYSED: "error"}


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
    job.begin_outputs(environment)
    try:
        with stoppable():
            ended = _run(
                environment, dry_run=dry_run, preview=preview, retry=retry, pause=pause, offline=offline
            )
    except Stopped as stopped:
        job.annotate("warning", "The run was cancelled before it was done.")
        job.write_summary(environment, "**Concertmaster was cancelled before it was done.**")
        job.write_outputs(environment, {"result": "cancelled", "conclusion": "cancelled"})
        return stopped.exit_code
    job.write_outputs(environment, {"conclusion": CONCLUSIONS[ended]})
    return ended


def _run(
    environment: Mapping[str, str],
    *,
    dry_run: bool,
    preview: Path | None,
    retry: Retry | None,
    pause: float,
    offline: bool,
) -> int:
    mode = read_input(environment, "mode") or "review"
    if mode == "upgrade":
        from concertmaster.action_upgrade import run_upgrade

        return run_upgrade(environment, dry_run=dry_run, retry=retry, pause=pause, offline=offline)
    try:
        if mode != "review":
            raise malformed_input("mode", mode, "review or upgrade")
        event = read_event(environment)
        if isinstance(event, Closed) and not any(read_input(environment, name) == "true" for name in STACKED):
            event = Skipped("nothing is to be reviewed when a pull request is closed")
        if isinstance(event, Skipped):
            return _skip(event, environment)
        inputs = read_inputs(environment, offline=offline)
        take_secret(TOKEN)
        client = connect(inputs.token, inputs.api_url, retry=retry, pause=pause)
        try:
            ended = _answer(client, event, inputs, environment, dry_run=dry_run, preview=preview)
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


def _answer(
    client: Client,
    event: Request | EarlierRun | Closed | Spoken,
    inputs: Inputs,
    environment: Mapping[str, str],
    *,
    dry_run: bool,
    preview: Path | None,
) -> int:
    """Do what an event asks for. GitHub is asked the first thing before everything else is loaded."""
    if isinstance(event, Closed):
        from concertmaster.action_stacked import end

        job.log(f"The pull request was closed; {end(client, event)}.")
        job.write_outputs(environment, {"result": "skipped"})
        return CLEAN
    if isinstance(event, Spoken):
        from concertmaster.action_commands import obey

        job.write_outputs(environment, {"result": "answered"})
        return obey(client, event, inputs, environment)
    request = find_request(client, event) if isinstance(event, EarlierRun) else event
    if isinstance(request, Skipped):
        return _skip(request, environment)
    with nullcontext() if dry_run else marked_when_stopped(request, inputs):
        if request.number:
            client.ask_ahead(files_of(request))
        from concertmaster.action_review import ReviewRun

        run = ReviewRun(client, request, inputs, environment)
        try:
            return run.review(dry_run=dry_run, preview=preview)
        except RenamedError as error:
            job.log(f"The review begins anew: {error}.")
            again = replace(run, request=request.called(error.name))
            return again.review(dry_run=dry_run, preview=preview)


def _skip(event: Skipped, environment: Mapping[str, str]) -> int:
    job.log(f"Nothing to review: {event.reason}.")
    job.write_outputs(environment, {"result": "skipped"})
    return CLEAN


def _fail(error: UserError, environment: Mapping[str, str], ended: int) -> int:
    """One message, in the log and on the page of the job, without a traceback."""
    job.annotate("error", f"{error.what} {error.why} {error.remedy}")
    job.write_summary(
        environment, f"**Concertmaster could not review this pull request.** {code(str(error), limit=1_000)}"
    )
    job.write_outputs(environment, {"result": "failed", "verdict": "could not be reviewed"})
    return ended
