"""Keeps one pull request for an upgrade: opened once, its text renewed around what people have written and ticked."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct, field

from concertmaster.config import Config
from concertmaster.github.repository import Repository
from concertmaster.github.state import PullRequest
from concertmaster.github.upgrade import around, is_found, is_marked, superseded, without_mark
from concertmaster.index.supply import Supply
from concertmaster.messages import UserError
from concertmaster.report.checklist import ticked
from concertmaster.report.markdown import Links, marker
from concertmaster.report.upgrade import MAX_BODY, Surroundings, render, title
from concertmaster.upgrading import Limits, UpgradePlan
from concertmaster.upgrading.tools import Toolbox


class Result(StrEnum):
    """What came of an upgrade."""

    OPENED = "opened"
    UPDATED = "updated"
    NOTHING_NEW = "nothing-new"
    UP_TO_DATE = "up-to-date"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    PLANNED = "planned"
    FAILED = "failed"


class Chosen(StrEnum):
    """How the projects of a run were chosen."""

    FOUND = "found"  # all that the repository holds, by its settings and manifests
    NAMED = "named"  # all that the workflow names
    ALONE = "alone"  # one folder; there may be other runs for others


def settled_by(chosen: Chosen) -> tuple[Chosen, ...]:
    """The ways to choose projects that this one may go back on; so two workflows never undo each other for ever."""
    ways = {Chosen.FOUND: (Chosen.FOUND,), Chosen.NAMED: (Chosen.FOUND, Chosen.NAMED), Chosen.ALONE: ()}
    return ways[chosen]


class Wishes(Struct, frozen=True):
    """What the workflow asks for; None leaves it to the project.

    `others` are other projects within its folder, `config` its settings where they are not in its folder alone.
    """

    installed: str | None = None
    target: str | None = None
    folder: str = ""
    unsafe: bool = False
    server: str = ""
    supply: Supply = field(default_factory=Supply)
    limits: Limits = field(default_factory=Limits)
    tools: Toolbox = field(default_factory=Toolbox)
    others: tuple[str, ...] = ()
    config: Config | None = None
    chosen: Chosen = Chosen.ALONE


class Outcome(Struct, frozen=True):
    """What was done, and the plan behind it where there is one; `error` where nothing could be done.

    `closed` are the places of projects that are none any more, whose pull requests this one stands for.
    """

    result: Result
    reason: str
    plan: UpgradePlan | None = None
    number: int | None = None
    body: str = ""
    folder: str = ""
    error: UserError | None = None
    is_lost: bool = False
    closed: tuple[str, ...] = ()


class Shown(Struct, frozen=True):
    """What the text is about: the plan, the branch's tip, the commit that it started from, and what this run did."""

    plan: UpgradePlan
    head: str
    base: str
    notes: tuple[str, ...]
    moved: bool


def keep_pull_request(
    repository: Repository, pulls: Iterable[PullRequest], shown: Shown, wishes: Wishes
) -> Outcome:
    """Open the pull request of a branch, or renew its text; an edit only where something is new."""
    plan = shown.plan
    pull = next((pull for pull in pulls if pull.is_open), None)
    told = _surroundings(repository.full_name, shown, wishes, pull.body if pull else "")
    if pull is None:
        body = render(plan, told)
        number = repository.open_pull(branch=plan.branch, title=title(plan), body=body)
        _close_older(repository, plan, number)
        return Outcome(Result.OPENED, f"pull request #{number}", plan, number, body)
    body = _renewed(pull.body, plan, told)
    edited = body != _lines(pull.body)
    if edited:
        repository.edit_pull(pull.number, body=body)
    closed = _close_older(repository, plan, pull.number)
    result = Result.UPDATED if shown.moved or edited or closed else Result.NOTHING_NEW
    return Outcome(result, f"pull request #{pull.number}", plan, pull.number, body)


def _surroundings(name: str, shown: Shown, wishes: Wishes, body: str) -> Surroundings:
    head, base = (Links(wishes.server, name, commit, wishes.folder) for commit in (shown.head, shown.base))
    found = bool(wishes.folder) and (wishes.chosen is Chosen.FOUND or is_found(body))
    return Surroundings(head, base, ticked(body), shown.notes, found)


def _renewed(body: str, plan: UpgradePlan, told: Surroundings) -> str:
    """The text of a pull request with our part of it made anew; where its marks are gone it is a person's."""
    body = without_mark(_lines(body))
    if not is_marked(body):
        return body
    above, below = around(body)
    limit = MAX_BODY - len(above) - len(below)
    renewed = f"{above}{render(plan, told, limit=limit)}{below}"
    return renewed if len(renewed) <= MAX_BODY else body


def _lines(body: str) -> str:
    """A text as it was sent: the web page of GitHub ends lines in another way."""
    return body.replace("\r\n", "\n")


def _close_older(repository: Repository, plan: UpgradePlan, number: int) -> bool:
    """One upgrade at a time: ours to older releases are closed, their branches stay."""
    older = superseded(repository.open_pulls(number), plan.target, plan.folder)
    for pull in older:
        mark = marker("superseded", plan.target)
        text = f"{mark}\nSuperseded by #{number}, which goes to {plan.target}. The branch stays as it is."
        repository.comment(pull.number, text)
        repository.edit_pull(pull.number, state="closed")
    return bool(older)
