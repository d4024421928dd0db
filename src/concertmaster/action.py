"""The entry point in a workflow: reviews the pull request that the runner tells of, and says how it went."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from concertmaster.config import FailOn
from concertmaster.findings import Severity
from concertmaster.github import job
from concertmaster.github.client import PUBLIC_API, connect
from concertmaster.github.contents import is_safe
from concertmaster.github.diff import FileDiff
from concertmaster.github.event import Skipped, read_event
from concertmaster.github.messages import malformed_input, missing_token, unreadable_pull_request
from concertmaster.github.posted import Posted
from concertmaster.github.posting import Outcome, Result, post
from concertmaster.github.preview import describe, write_preview
from concertmaster.github.pull import Pull
from concertmaster.github.reading import Reviewed, Wishes, review
from concertmaster.github.refusals import BadTokenError, GitHubError
from concertmaster.github.retry import Retry
from concertmaster.github.review import ReviewPlan, Seen, plan_review
from concertmaster.messages import UserError
from concertmaster.outcome import CLEAN, NOT_ANALYSED, WRONG_USE, exit_code
from concertmaster.report.annotations import render as render_annotations
from concertmaster.report.markdown import Links, code
from concertmaster.report.summary import Summary, render

PUBLIC_SERVER = "https://github.com"
TOKEN = "INPUT_GITHUB-TOKEN"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of the action. None leaves a thing to the project's own settings."""

    token: str
    wishes: Wishes
    fail_on: FailOn | None = None
    checkout: Path | None = None
    api_url: str = PUBLIC_API
    server_url: str = PUBLIC_SERVER


def read_inputs(environment: Mapping[str, str]) -> Inputs:
    """The inputs as a runner gives them: upper case, hyphens kept.

    Raises:
        UserError: the token is missing, or a value is not understood.
    """
    token = environment.get(TOKEN, "").strip()
    if not token:
        raise missing_token()
    workspace = environment.get("GITHUB_WORKSPACE", "")
    return Inputs(
        token,
        Wishes(
            _input(environment, "from"),
            _input(environment, "target"),
            _folder(environment),
            _truth(environment, "new-only"),
        ),
        _fail_on(_input(environment, "fail-on")),
        Path(workspace) if workspace and Path(workspace).is_dir() else None,
        environment.get("GITHUB_API_URL") or PUBLIC_API,
        environment.get("GITHUB_SERVER_URL") or PUBLIC_SERVER,
    )


def _input(environment: Mapping[str, str], name: str) -> str | None:
    return environment.get(f"INPUT_{name.upper()}", "").strip() or None


def _truth(environment: Mapping[str, str], name: str) -> bool | None:
    given = _input(environment, name)
    if given is None:
        return None
    if given.lower() not in ("true", "false"):
        raise malformed_input(name, given, "true or false")
    return given.lower() == "true"


def _folder(environment: Mapping[str, str]) -> str:
    given = _input(environment, "working-directory") or "."
    folder = given.removeprefix("./").rstrip("/")
    if folder in (".", ""):
        return ""
    if not is_safe(folder):
        raise malformed_input(
            "working-directory", given, "a folder of the repository, such as services/network"
        )
    return folder


def _fail_on(given: str | None) -> FailOn | None:
    if given is None:
        return None
    if given not in tuple(FailOn):
        raise malformed_input("fail-on", given, f"one of {', '.join(FailOn)}")
    return FailOn(given)


def run_action(
    environment: Mapping[str, str],
    *,
    dry_run: bool = False,
    preview: Path | None = None,
    retry: Retry | None = None,
    pause: float = 1.0,
) -> int:
    """Review the pull request of a workflow run and return the exit code. `dry_run` posts nothing.

    With `mode: upgrade` it makes or renews the pull request of an upgrade instead.
    """
    mode = _input(environment, "mode") or "review"
    if mode == "upgrade":
        from concertmaster.action_upgrade import run_upgrade

        return run_upgrade(environment, dry_run=dry_run, retry=retry, pause=pause)
    try:
        if mode != "review":
            raise malformed_input("mode", mode, "review or upgrade")
        event = read_event(environment)
        if isinstance(event, Skipped):
            job.log(f"Nothing to review: {event.reason}.")
            return CLEAN
        inputs = read_inputs(environment)
        os.environ.pop(TOKEN, None)
        client = connect(inputs.token, inputs.api_url, retry=retry, pause=pause)
        try:
            return _review(Pull(client, event), inputs, environment, dry_run=dry_run, preview=preview)
        finally:
            client.close()
    except BadTokenError as error:
        return _fail(unreadable_pull_request(str(error)), environment, WRONG_USE)
    except GitHubError as error:
        return _fail(unreadable_pull_request(str(error)), environment, NOT_ANALYSED)
    except UserError as error:
        return _fail(error, environment, WRONG_USE)


def _review(
    pull: Pull, inputs: Inputs, environment: Mapping[str, str], *, dry_run: bool, preview: Path | None
) -> int:
    reviewed = review(pull, inputs.wishes, inputs.checkout)
    report = reviewed.report
    links = Links(inputs.server_url, pull.request.repository, pull.request.head_sha)

    def plan(posted: Posted, refused: frozenset[str]) -> ReviewPlan:
        closed = {path: FileDiff(path, "modified", known=False) for path in refused}
        seen = Seen(
            reviewed.read,
            reviewed.diffs | closed,
            links,
            posted,
            reviewed.notes,
            reviewed.move,
            exists=reviewed.exists,
        )
        return plan_review(pull.request, report, seen)

    if dry_run:
        outcome = Outcome(Result.NOTHING_NEW, plan(Posted(), frozenset()))
        job.quote(describe(outcome.plan))
    else:
        outcome = post(pull, plan, reviewed.rebuilt)
    if preview is not None:
        title = f"{pull.request.repository}#{pull.request.number}"
        write_preview(preview, plan(Posted(), frozenset()), reviewed.read, title=title)
    _tell(outcome, reviewed, links, environment)
    fail_on = inputs.fail_on or reviewed.judgement.workspace.config.fail_on
    if outcome.result is Result.FAILED:
        return NOT_ANALYSED
    return exit_code(reviewed.brought, report.unanalysed, fail_on)


def _tell(outcome: Outcome, reviewed: Reviewed, links: Links, environment: Mapping[str, str]) -> None:
    """In the log, beside the lines that no comment is on, in the outputs and on the page of the job."""
    report, plan = reviewed.report, outcome.plan
    window = report.window
    job.log(
        f"{plan.verdict} for orchestrator-core {window.installed} (target {window.target}): {outcome.result}"
    )
    on_lines = () if outcome.result in (Result.REFUSED, Result.FAILED) else (*plan.comments, *plan.kept)
    commented = {finding.fingerprint for comment in on_lines for finding in comment.findings}
    left = (finding for finding in report.findings if finding.fingerprint not in commented)
    job.commands(render_annotations(left, report.unanalysed))
    notes = reviewed.notes
    if outcome.reason:
        job.annotate("warning", f"Not all was posted on the pull request: {outcome.reason}.")
        notes = (*notes, f"Not all was posted on the pull request: {code(outcome.reason)}.")
    summary = Summary(window, report.findings, report.findings, report.unanalysed, notes)
    job.write_summary(environment, render(summary, links, limit=job.MAX_SUMMARY))
    job.write_outputs(environment, _outputs(outcome, reviewed))


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
        **counts,
        "new": len(reviewed.brought),
        "suggestions": sum(comment.suggests for comment in (*plan.comments, *plan.kept)),
        "unanalysed": len(report.unanalysed),
    }


def _fail(error: UserError, environment: Mapping[str, str], ended: int) -> int:
    """One message, in the log and on the page of the job, without a traceback."""
    job.annotate("error", f"{error.what} {error.why} {error.remedy}")
    job.write_summary(
        environment, f"**Concertmaster could not review this pull request.** {code(str(error), limit=1_000)}"
    )
    return ended
