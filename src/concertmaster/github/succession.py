"""A repository that becomes several projects, or one again: pull requests of projects that are no more are closed.

Only our own are closed, with links to those that go on; their branches stay. One that a person opens again after
that stays open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from concertmaster.github.refusals import NotFoundError
from concertmaster.github.repository import Repository
from concertmaster.github.state import PullRequest
from concertmaster.github.upgrade import closed_mark, is_closed_by_us, is_found
from concertmaster.github.upgrade_pull import Chosen, Outcome, Result, Wishes
from concertmaster.report.markdown import code, count, listing, marker
from concertmaster.upgrading.model import place_of, short_of

#: GitHub takes 65,536 characters in a pull request's text.
MAX_BODY = 65_536
#: Results after which the pull request of a project is there.
_STANDING = (Result.OPENED, Result.UPDATED, Result.NOTHING_NEW)
#: Results after which nothing of a project is missing.
_SETTLED = (*_STANDING, Result.UP_TO_DATE, Result.DECLINED)


def succeed(
    repository: Repository, base: str, each: Sequence[Wishes], outcomes: Sequence[Outcome]
) -> list[Outcome]:
    """Close what the projects' pull requests take the place of. `base` is the default branch's commit.

    The outcomes, of which the first with a pull request tells of it.

    Raises:
        GitHubError: something cannot be read or written.
    """
    heirs = [one for one in outcomes if one.number is not None and one.result in _STANDING]
    chosen = each[0].chosen
    if not heirs or chosen is Chosen.ALONE or any(one.result not in _SETTLED for one in outcomes):
        return list(outcomes)
    homes = [wishes.folder for wishes in each]
    numbers = [one.number for one in heirs if one.number is not None]
    stale = [pull for pull in repository.open_pulls(numbers[0]) if _is_stale(pull, homes, chosen)]
    for pull in stale:
        _close(repository, pull, base, numbers, each)
    return [_told(one, stale) if stale and one is heirs[0] else one for one in outcomes]


def _is_stale(pull: PullRequest, homes: Iterable[str], chosen: Chosen) -> bool:
    """Whether a pull request is ours, and about a project that is none.

    That of a folder counts where the folder was found, as all are: a workflow may have chosen it on its own.
    """
    place = place_of(pull.branch)
    if place is None or not pull.is_open or not pull.is_ours or is_closed_by_us(pull.body, *Chosen):
        return False
    if place in {short_of(home) if home else "" for home in homes}:
        return False
    return not place or (chosen is Chosen.FOUND and is_found(pull.body))


def _close(
    repository: Repository, pull: PullRequest, base: str, numbers: Sequence[int], each: Sequence[Wishes]
) -> None:
    mark = marker("superseded", "by", *map(str, numbers))
    links = listing([f"#{number}" for number in numbers], limit=20)
    told = " ".join((f"Superseded by {links}: {_reason(pull, each)}.", *_work(repository, pull, base)))
    repository.comment(pull.number, f"{mark}\n{told}")
    body = f"{pull.body}\n{closed_mark(each[0].chosen)}"
    known = {"body": body} if len(body) <= MAX_BODY else {}
    repository.edit_pull(pull.number, state="closed", **known)


def _reason(pull: PullRequest, each: Sequence[Wishes]) -> str:
    if not place_of(pull.branch):
        return f"the repository holds {count(len(each), 'project')} by now, and each has its own"
    if len(each) == 1:
        return "the repository is one project by now"
    return "its folder is no project of its own any more"


def _work(repository: Repository, pull: PullRequest, base: str) -> Iterator[str]:
    """What becomes of the branch, and which commits on it nobody has brought over."""
    tip = repository.tip(pull.branch)
    if tip is None:
        raise NotFoundError(f"the branch of #{pull.number} is not to be found, though that is open")
    foreign = repository.history(base, tip).foreign
    if foreign:
        shown = listing([code(sha[:10]) for sha in foreign])
        yield f"What people have committed here is not in there: take {shown} over where it is still wanted."
    yield "The branch stays as it is."


def _told(outcome: Outcome, stale: Sequence[PullRequest]) -> Outcome:
    closed = listing([f"#{pull.number}" for pull in stale])
    result = Result.UPDATED if outcome.result is Result.NOTHING_NEW else outcome.result
    reason = f"{outcome.reason}; closed {closed} in its favour"
    places = dict.fromkeys(place_of(pull.branch) or "" for pull in stale)
    return replace(outcome, result=result, reason=reason, closed=tuple(places))
