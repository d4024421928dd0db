"""The action as `mode: upgrade`: makes or renews the pull request of an upgrade, and says how it went."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from concertmaster.forgetting import take_secret
from concertmaster.github import job
from concertmaster.github.client import Client, connect
from concertmaster.github.dashboard import Dashboard, edited_issue
from concertmaster.github.default_branch import DefaultBranch, projects, read_default_branch
from concertmaster.github.event import required
from concertmaster.github.inputs import TOKEN, Inputs, read_input, read_inputs
from concertmaster.github.refusals import BadTokenError, GitHubError
from concertmaster.github.repository import Repository
from concertmaster.github.retry import Retry
from concertmaster.github.upgrade_pull import Outcome, Result, Wishes
from concertmaster.github.upgrades import foremost, succeeded, upgrade
from concertmaster.messages import UserError
from concertmaster.messages.github import malformed_input, not_on_default_branch, unwritable_upgrade
from concertmaster.outcome import CLEAN, NOT_ANALYSED, WRONG_USE
from concertmaster.report.dashboard import Button
from concertmaster.report.markdown import code, prose
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
            outcomes = _Run(client, inputs, environment, dry_run=dry_run, has_dashboard=has_dashboard).run()
        finally:
            client.close()
        if not outcomes:
            job.log("No box of the dashboard was ticked by somebody who may write to the repository.")
            job.write_outputs(environment, {"result": "skipped"})
            return CLEAN
        _tell(outcomes, inputs, environment)
        return max(map(_ended, outcomes))
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


class _Run:
    """One run on all projects of a repository."""

    def __init__(
        self,
        client: Client,
        inputs: Inputs,
        environment: Mapping[str, str],
        *,
        dry_run: bool,
        has_dashboard: bool,
    ) -> None:
        self._client, self._inputs, self._environment = client, inputs, environment
        self._repository = Repository(client, _name(environment))
        self._is_edited = environment["GITHUB_EVENT_NAME"] == EDITED
        self._dry_run, self._has_dashboard = dry_run, has_dashboard

    def run(self) -> list[Outcome]:
        """What came of each project; of none where no box was ticked.

        Only what the default branch says counts: another branch could be anybody's.
        """
        repository = self._repository
        edited = self._edited()
        if self._is_edited and edited is None:
            return []
        ref = required(self._environment, "GITHUB_REF")
        if ref != f"refs/heads/{repository.default_branch}":
            raise not_on_default_branch(ref, repository.default_branch)
        start = read_default_branch(repository, self._inputs.checkout)
        each = tuple(projects(start, self._wishes(), self._inputs.wishes.projects))
        made = [self._one(start, wishes, edited, is_one=len(each) == 1) for wishes in each]
        outcomes = [outcome for outcome in made if outcome is not None]
        if self._is_edited or self._dry_run:
            return outcomes
        outcomes = succeeded(repository, start, each, outcomes)
        for place in (place for one in outcomes if self._has_dashboard for place in one.closed):
            _tell_dashboard(Dashboard(self._client, repository, place=place).end)
        return outcomes

    def _edited(self) -> int | None:
        """The issue that somebody has edited, where it looks like a dashboard."""
        if not self._is_edited:
            return None
        return edited_issue(Path(required(self._environment, "GITHUB_EVENT_PATH")))

    def _one(
        self, start: DefaultBranch, wishes: Wishes, edited: int | None, *, is_one: bool
    ) -> Outcome | None:
        dashboard = self._dashboard(wishes.folder)
        button = self._button(dashboard, edited) if dashboard else None
        if self._is_edited and button is None:
            return None
        if button is Button.NEXT_HOP:
            wishes = replace(wishes, target=NEXT_HOP)
        dry_run = self._dry_run or button is Button.AGAIN
        outcome = upgrade(self._repository, start, wishes, is_one=is_one, dry_run=dry_run)
        if dashboard and not self._dry_run:
            _tell_dashboard(partial(dashboard.keep, outcome, start.commit))
        return outcome

    def _dashboard(self, folder: str) -> Dashboard | None:
        if not self._has_dashboard:
            return None
        return Dashboard(self._client, self._repository, self._inputs.server_url, folder)

    def _button(self, dashboard: Dashboard, edited: int | None) -> Button | None:
        """What the boxes of the dashboard ask for; an edit of another issue asks for nothing."""
        try:
            if self._is_edited and (dashboard.kept is None or dashboard.kept.number != edited):
                return None
            return dashboard.asked()
        except BadTokenError:
            raise
        except GitHubError as error:
            job.annotate("warning", f"The boxes of the dashboard could not be read: {error}.")
            return None

    def _wishes(self) -> Wishes:
        environment, wishes = self._environment, self._inputs.wishes
        return Wishes(
            wishes.installed,
            wishes.target,
            wishes.folder,
            _truth(environment, "unsafe") is True,
            self._inputs.server_url,
            wishes.supply,
            Limits(_days(environment), _truth(environment, "prereleases")),
            Toolbox.of(environment, wishes.supply.source),
        )


def _tell_dashboard(keep: Callable[[], str]) -> None:
    """The dashboard tells of the upgrade; where it cannot be written, the upgrade is done all the same."""
    try:
        job.log(f"Dashboard: {keep()}.")
    except GitHubError as error:
        remedy = "Give the job `issues: write`, and see that the repository has issues."
        job.annotate("warning", f"The dashboard could not be written: {error}. {remedy}")


def _ended(outcome: Outcome) -> int:
    if outcome.error is not None:
        return NOT_ANALYSED if outcome.is_lost else WRONG_USE
    return NOT_ANALYSED if outcome.plan and outcome.plan.unanalysed else CLEAN


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


def _tell(outcomes: Sequence[Outcome], inputs: Inputs, environment: Mapping[str, str]) -> None:
    """The log, the page of the job, and the outputs; of several projects each, with commas between."""
    for outcome in outcomes:
        _tell_one(outcome, inputs, environment)
    plans = [outcome.plan for outcome in outcomes if outcome.plan is not None]
    numbers = [str(outcome.number) for outcome in outcomes if outcome.number]
    values: dict[str, object] = {"result": foremost(outcomes).value, "pull-request": ",".join(numbers)}
    if plans:
        values["installed"] = ",".join(dict.fromkeys(plan.installed for plan in plans))
        values["target"] = ",".join(dict.fromkeys(plan.target for plan in plans))
        values["unanalysed"] = sum(len(plan.unanalysed) for plan in plans)
    job.write_outputs(environment, values)


def _tell_one(outcome: Outcome, inputs: Inputs, environment: Mapping[str, str]) -> None:
    plan, number = outcome.plan, outcome.number
    if outcome.result is Result.PLANNED and plan is not None:
        job.quote((*lines(plan), "", outcome.body))
    where = f"{code(outcome.folder)}: " if outcome.folder else ""
    if outcome.error is not None:
        _annotate(outcome.error, outcome.folder)
    what = f"{title(plan)}: " if plan else where
    job.log(f"{what}{outcome.result.value}, {outcome.reason}")
    for note in plan.names.notes if plan else ():
        job.annotate("notice", note)
    for note in undone(plan.style, plan.locks) if plan and plan.lacking else ():
        job.annotate("warning", note)
    address = f"{inputs.server_url}/{environment['GITHUB_REPOSITORY']}/pull/{number}"
    told = f"[#{number}]({address})" if number else code(outcome.reason)
    shown = prose(title(plan)) + ": " if plan else where or "Upgrade: "
    job.write_summary(environment, f"**{shown}{outcome.result.value}**, {told}.")


def _annotate(error: UserError, folder: str = "") -> None:
    job.annotate("error", f"{f'{folder}: ' if folder else ''}{error.what} {error.why} {error.remedy}")


def _fail(error: UserError, environment: Mapping[str, str], ended: int) -> int:
    _annotate(error)
    job.write_summary(
        environment, f"**Concertmaster could not upgrade this project.** {code(str(error), limit=1_000)}"
    )
    return ended
