"""Upgrades every project of a repository: a pull request each, and one that fails costs itself alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from concertmaster.github.default_branch import DefaultBranch
from concertmaster.github.refusals import BadTokenError, GitHubError
from concertmaster.github.renewal import Renewal
from concertmaster.github.repository import Repository
from concertmaster.github.succession import succeed
from concertmaster.github.upgrade_pull import Outcome, Result, Wishes
from concertmaster.messages import UserError
from concertmaster.messages.github import unclosed_upgrade, unwritable_upgrade

#: What of several results stands for all: that which somebody has to look at comes first.
_ORDER = (
    Result.FAILED,
    Result.OPENED,
    Result.UPDATED,
    Result.SUPERSEDED,
    Result.PLANNED,
    Result.DECLINED,
    Result.NOTHING_NEW,
    Result.UP_TO_DATE,
)


def upgrade(
    repository: Repository, branch: DefaultBranch, wishes: Wishes, *, is_one: bool, dry_run: bool
) -> Outcome:
    """One project. Where there are others, what goes wrong is told as its outcome.

    Raises:
        BadTokenError: GitHub does not know the token.
        UserError, GitHubError: it is the only project, and cannot be upgraded.
    """
    try:
        return Renewal(repository, wishes, branch).run(dry_run=dry_run)
    except BadTokenError:
        raise
    except UserError as error:
        if is_one:
            raise
        return _failed(error, wishes)
    except GitHubError as error:
        if is_one:
            raise
        return _failed(unwritable_upgrade(str(error)), wishes, is_lost=True)


def _failed(error: UserError, wishes: Wishes, *, is_lost: bool = False) -> Outcome:
    return Outcome(Result.FAILED, str(error), folder=wishes.folder, error=error, is_lost=is_lost)


def upgrade_all(
    repository: Repository, branch: DefaultBranch, each: Iterable[Wishes], *, dry_run: bool
) -> list[Outcome]:
    """All projects in turn, and what is left of other projects that the repository has held.

    Raises:
        BadTokenError: GitHub does not know the token.
        UserError, GitHubError: there is one project, and it cannot be upgraded.
    """
    every = tuple(each)
    is_one = len(every) == 1
    outcomes = [upgrade(repository, branch, wishes, is_one=is_one, dry_run=dry_run) for wishes in every]
    return outcomes if dry_run else succeeded(repository, branch, every, outcomes)


def succeeded(
    repository: Repository, branch: DefaultBranch, each: Sequence[Wishes], outcomes: Sequence[Outcome]
) -> list[Outcome]:
    """What came of all projects, with those closed that are none any more; what goes wrong there is one more outcome.

    Raises:
        BadTokenError: GitHub does not know the token.
    """
    try:
        return succeed(repository, branch.commit, each, outcomes)
    except BadTokenError:
        raise
    except GitHubError as error:
        return [*outcomes, _failed(unclosed_upgrade(str(error)), Wishes(), is_lost=True)]


def foremost(outcomes: Iterable[Outcome]) -> Result:
    """The result that stands for several."""
    return min((outcome.result for outcome in outcomes), key=_ORDER.index)
