"""Carries a plan out: what is new is posted, nothing is said twice, and no finding is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.github.answers import Json
from concertmaster.github.posted import Posted
from concertmaster.github.pull import Pull
from concertmaster.github.refusals import (
    GitHubError,
    NotFoundError,
    OutageError,
    ReadOnlyTokenError,
    UnprocessableError,
)
from concertmaster.github.review import Comment, ReviewPlan

#: So often another run at the same time is given way to.
MAX_LOOKS = 3
#: The plan when these files must not get comments on their lines, because GitHub refused some.
Planner = Callable[[Posted, frozenset[str]], ReviewPlan]


class Result(StrEnum):
    """How posting ended."""

    POSTED = "posted"
    NOTHING_NEW = "nothing-new"
    SUPERSEDED = "superseded"
    REFUSED = "refused"
    FAILED = "failed"
    UNPOSTED = "unposted"


class Outcome(Struct, frozen=True):
    """What was posted of which plan; `reason` says why it is less than the plan.

    `is_silent` tells that something which readers should see was not posted, though GitHub lets others do that.
    `place` is where on the page of the pull request the review is to be read.
    """

    result: Result
    plan: ReviewPlan
    reason: str = ""
    is_silent: bool = False
    place: str = ""


def post(pull: Pull, make_plan: Planner, rebuilt: frozenset[str]) -> Outcome:
    """Post a review and its summary. `rebuilt` are files whose diff GitHub did not give."""
    plan = make_plan(Posted(), frozenset())
    try:
        for _ in range(MAX_LOOKS):
            posted = pull.posted()
            plan = make_plan(posted, frozenset())
            if plan.is_empty:
                return Outcome(Result.NOTHING_NEW, plan, posted.unknown, place=_place(plan))
            now = pull.now()
            if now.head != pull.request.head_sha:
                return _superseded(plan)
            if not now.is_overtaken(posted, plan.body.partition("\n")[0]):
                break
        outcome = _write(pull, plan, lambda refused: make_plan(posted, refused), rebuilt)
        return replace(outcome, reason=outcome.reason or posted.unknown)
    except OutageError as error:
        return Outcome(Result.FAILED, plan, str(error))
    except ReadOnlyTokenError as error:
        return Outcome(Result.REFUSED, plan, f"{error}; {_remedy(pull)}", is_silent=not pull.request.is_fork)
    except GitHubError as error:
        return Outcome(Result.REFUSED, plan, str(error), is_silent=True)


def _write(
    pull: Pull, plan: ReviewPlan, replan: Callable[[frozenset[str]], ReviewPlan], rebuilt: frozenset[str]
) -> Outcome:
    """A refused review is tried without the files whose diff is ours, then without comments on lines."""
    reason = place = ""
    for refused in (frozenset[str](), rebuilt, frozenset(item.path for item in plan.comments)):
        attempt = replan(refused) if refused else plan
        if reason and attempt.comments == plan.comments:
            continue
        plan = attempt
        try:
            if plan.comments:
                place = f"#pullrequestreview-{pull.create_review(plan.body, map(payload, plan.comments))}"
            break
        except UnprocessableError as error:
            reason = str(error)
            if _is_superseded(pull):
                return _superseded(plan)
            pull.discard_pending_reviews()
    place = _write_summary(pull, plan) or place
    for double in plan.needless:
        pull.delete_summary(double.id)
    left = pull.keep_up(plan.upkeep) if plan.upkeep else ""
    if left and not plan.comments and not plan.summary_changes:
        return Outcome(Result.REFUSED, plan, left)
    return Outcome(Result.POSTED, plan, left or reason, place=place or _place(plan))


def _place(plan: ReviewPlan) -> str:
    """Where the summary stands that an earlier run has written."""
    return f"#issuecomment-{plan.posted_summary.id}" if plan.posted_summary else ""


def _write_summary(pull: Pull, plan: ReviewPlan) -> str:
    """Where a new summary stands; nothing where there is none, or it stands already."""
    if plan.summary is None or not plan.summary_changes:
        return ""
    if plan.posted_summary is not None:
        try:
            pull.edit_summary(plan.posted_summary.id, plan.summary)
            return ""
        except NotFoundError:
            if any(told.id == plan.posted_summary.id for told in pull.summaries()):
                raise  # it is there, so that another one would be a double
    return f"#issuecomment-{pull.create_summary(plan.summary)}"


def payload(comment: Comment) -> Json:
    """A comment in the form of the API, which refuses a start line that is the line itself."""
    place: Json = {"path": comment.path, "line": comment.line, "side": comment.side}
    if comment.start_line is not None:
        place |= {"start_line": comment.start_line, "start_side": comment.side}
    return place | {"body": comment.body}


def _remedy(pull: Pull) -> str:
    """What to do about a token that may only read."""
    if pull.request.is_fork:
        return "GitHub lets workflows of a fork's pull request only read, see docs/workflows for a pair that may write"
    return "give the job `permissions: pull-requests: write`"


def _is_superseded(pull: Pull) -> bool:
    return pull.head_sha() != pull.request.head_sha


def _superseded(plan: ReviewPlan) -> Outcome:
    return Outcome(
        Result.SUPERSEDED, plan, "the pull request has moved on; its newer commit gets a review of its own"
    )
