"""The action as `mode: upgrade`: makes or renews the pull request of an upgrade, and says how it went."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from concertmaster.forgetting import take_secret
from concertmaster.github import job
from concertmaster.github.client import connect
from concertmaster.github.dashboard import Dashboard, edited_issue
from concertmaster.github.event import required
from concertmaster.github.inputs import TOKEN, Inputs, read_input, read_inputs
from concertmaster.github.refusals import BadTokenError, GitHubError
from concertmaster.github.renewal import Renewal
from concertmaster.github.repository import Repository
from concertmaster.github.retry import Retry
from concertmaster.github.upgrade_pull import Outcome, Result, Wishes
from concertmaster.messages import UserError
from concertmaster.messages.github import malformed_input, not_on_default_branch, unwritable_upgrade
from concertmaster.outcome import CLEAN, NOT_ANALYSED, WRONG_USE
from concertmaster.report.dashboard import Button
from concertmaster.report.markdown import code
from concertmaster.report.upgrade import title
from concertmaster.report.upgrade_plan import lines
from concertmaster.upgrading import Limits
from concertmaster.upgrading.finishing import undone
from concertmaster.upgrading.target import NEXT_HOP
from concertmaster.upgrading.tools import Toolbox

EVENTS = ("schedule", "workflow_dispatch")
#: With a dashboard also this one: its boxes are buttons.
EDITED = "issues"
_DAYS = re.compile(r"[0-9]{1,4}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.+$)[A-Za-z0-9._-]{1,100}")


def run_upgrade(
    environment: Mapping[str, str],
    *,
    dry_run: bool = False,
    retry: Retry | None = None,
    pause: float = 1.0,
    offline: bool = False,
) -> int:
    """Make or renew the pull request of an upgrade and return the exit code. `dry_run` writes nothing."""
    try:
        event = required(environment, "GITHUB_EVENT_NAME")
        has_dashboard = _truth(environment, "dashboard") is True
        if event not in EVENTS and not (event == EDITED and has_dashboard):
            job.log(f"No upgrade on {event}: the mode is for {' and '.join(EVENTS)}.")
            job.write_outputs(environment, {"result": "skipped"})
            return CLEAN
        inputs = read_inputs(environment, offline=offline)
        take_secret(TOKEN)
        client = connect(inputs.token, inputs.api_url, retry=retry, pause=pause)
        try:
            repository = Repository(client, _name(environment))
            dashboard = (
                Dashboard(client, repository, inputs.server_url, inputs.wishes.folder)
                if has_dashboard
                else None
            )
            button = _button(dashboard, environment) if dashboard else None
            if event == EDITED and button is None:
                job.log("No box of the dashboard was ticked by somebody who may write to the repository.")
                job.write_outputs(environment, {"result": "skipped"})
                return CLEAN
            outcome = _run(repository, inputs, environment, dry_run=dry_run, button=button)
            if dashboard and not dry_run:
                _keep(dashboard, repository, outcome)
        finally:
            client.close()
        _tell(outcome, inputs, environment)
        return NOT_ANALYSED if outcome.plan and outcome.plan.unanalysed else CLEAN
    except BadTokenError as error:
        return _fail(unwritable_upgrade(str(error)), environment, WRONG_USE)
    except GitHubError as error:
        return _fail(unwritable_upgrade(str(error)), environment, NOT_ANALYSED)
    except UserError as error:
        return _fail(error, environment, WRONG_USE)


def _name(environment: Mapping[str, str]) -> str:
    name = required(environment, "GITHUB_REPOSITORY")
    if not _REPOSITORY.fullmatch(name):
        raise malformed_input("GITHUB_REPOSITORY", name, "the name of a repository with its owner")
    return name


def _button(dashboard: Dashboard, environment: Mapping[str, str]) -> Button | None:
    """What the boxes of the dashboard ask for; an edit of another issue asks for nothing."""
    if environment["GITHUB_EVENT_NAME"] == EDITED:
        number = edited_issue(Path(required(environment, "GITHUB_EVENT_PATH")))
        if number is None or dashboard.kept is None or dashboard.kept.number != number:
            return None
    try:
        return dashboard.asked()
    except BadTokenError:
        raise
    except GitHubError as error:
        job.annotate("warning", f"The boxes of the dashboard could not be read: {error}.")
        return None


def _keep(dashboard: Dashboard, repository: Repository, outcome: Outcome) -> None:
    """The dashboard tells of the upgrade; where it cannot be written, the upgrade is done all the same."""
    try:
        job.log(f"Dashboard: {dashboard.keep(outcome, repository.tip(repository.default_branch) or '')}.")
    except GitHubError as error:
        remedy = "Give the job `issues: write`, and see that the repository has issues."
        job.annotate("warning", f"The dashboard could not be written: {error}. {remedy}")


def _run(
    repository: Repository,
    inputs: Inputs,
    environment: Mapping[str, str],
    *,
    dry_run: bool,
    button: Button | None = None,
) -> Outcome:
    """Only what the default branch says counts: another branch could be anybody's."""
    ref = required(environment, "GITHUB_REF")
    if ref != f"refs/heads/{repository.default_branch}":
        raise not_on_default_branch(ref, repository.default_branch)
    wishes = Wishes(
        inputs.wishes.installed,
        NEXT_HOP if button is Button.NEXT_HOP else inputs.wishes.target,
        inputs.wishes.folder,
        _truth(environment, "unsafe") is True,
        inputs.server_url,
        inputs.wishes.supply,
        Limits(_days(environment), _truth(environment, "prereleases")),
        Toolbox.of(environment, inputs.wishes.supply.source),
    )
    return Renewal(repository, wishes, inputs.checkout).run(dry_run=dry_run or button is Button.AGAIN)


def _truth(environment: Mapping[str, str], name: str) -> bool | None:
    given = read_input(environment, name)
    if given not in (None, "true", "false"):
        raise malformed_input(name, str(given), "true or false")
    return None if given is None else given == "true"


def _days(environment: Mapping[str, str]) -> int | None:
    given = read_input(environment, "minimum-age")
    if given is not None and not _DAYS.fullmatch(given):
        raise malformed_input("minimum-age", given, "a number of days, such as 7")
    return None if given is None else int(given)


def _tell(outcome: Outcome, inputs: Inputs, environment: Mapping[str, str]) -> None:
    plan = outcome.plan
    if outcome.result is Result.PLANNED and plan is not None:
        job.quote((*lines(plan), "", outcome.body))
    what = f"{title(plan)}: " if plan else ""
    job.log(f"{what}{outcome.result.value}, {outcome.reason}")
    for note in plan.names.notes if plan else ():
        job.annotate("notice", note)
    for note in undone(plan.style, plan.locks) if plan and plan.lacking else ():
        job.annotate("warning", note)
    number = outcome.number or ""
    address = f"{inputs.server_url}/{environment['GITHUB_REPOSITORY']}/pull/{number}"
    told = f"[#{number}]({address})" if number else code(outcome.reason)
    job.write_summary(environment, f"**{what or 'Upgrade: '}{outcome.result.value}**, {told}.")
    values: dict[str, object] = {"result": outcome.result.value, "pull-request": number}
    if plan is not None:
        values |= {"installed": plan.installed, "target": plan.target, "unanalysed": len(plan.unanalysed)}
    job.write_outputs(environment, values)


def _fail(error: UserError, environment: Mapping[str, str], ended: int) -> int:
    job.annotate("error", f"{error.what} {error.why} {error.remedy}")
    job.write_summary(
        environment, f"**Concertmaster could not upgrade this project.** {code(str(error), limit=1_000)}"
    )
    return ended
