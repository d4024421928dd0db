"""Brings an upgrade to GitHub: reads how the branch stands, writes what is missing, and keeps one pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.github.contents import CommitFiles
from concertmaster.github.default_branch import DefaultBranch
from concertmaster.github.refusals import (
    GitHubError,
    MovedError,
    NotPermittedError,
    OutageError,
    ReadOnlyTokenError,
)
from concertmaster.github.repository import Repository
from concertmaster.github.state import File, Listing, PullRequest
from concertmaster.github.upgrade import (
    Branch,
    Brought,
    Merge,
    Way,
    declined,
    is_less,
    merge,
    way,
    with_rest,
    without,
)
from concertmaster.github.upgrade_pull import Outcome, Result, Shown, Wishes, keep_pull_request, settled_by
from concertmaster.messages import nothing_to_raise
from concertmaster.messages.github import (
    actions_may_not_open,
    changed_workflows,
    no_contents_permission,
    no_pull_requests_permission,
)
from concertmaster.report.markdown import code, listing
from concertmaster.report.upgrade import Surroundings, render
from concertmaster.upgrading import Commit, UpgradePlan, branch_of, over, plan_upgrade, target_for
from concertmaster.upgrading.formatting import formatter
from concertmaster.upgrading.locking import Locksmith
from concertmaster.versions import release
from concertmaster.workspace import Workspace, open_workspace

DEFAULT_MODE, _WORKFLOWS = "100644", "workflow"


class Standing(Struct, frozen=True):
    """The default branch as a project with its plan, and where the upgrade's branch is."""

    base: str
    listing: Listing
    workspace: Workspace
    plan: UpgradePlan
    branch: Branch | None
    pulls: tuple[PullRequest, ...]


class Renewal:
    """One run on one project of a repository."""

    def __init__(self, repository: Repository, wishes: Wishes, start: DefaultBranch) -> None:
        self._repository = repository
        self._wishes = wishes
        self._start = start

    def run(self, *, dry_run: bool = False) -> Outcome:
        """Make or renew the pull request; nothing is written where nothing is new.

        Raises:
            UserError: a permission or setting is missing, or the project cannot be judged.
            GitHubError: something cannot be read or written.
        """
        return replace(self._run(dry_run=dry_run), folder=self._wishes.folder)

    def _run(self, *, dry_run: bool) -> Outcome:
        repository, base, found = self._repository, self._start.commit, self._start.listing
        workspace = self._workspace(self._start.files(self._wishes))
        window = workspace.window
        if release(window.target) <= release(window.installed):
            return Outcome(Result.UP_TO_DATE, f"orchestrator-core {window.installed} is installed already")
        name = branch_of(window.target, self._wishes.folder)
        branch = self._start.branch(repository, name)
        plan = self._plan(workspace, kept=self._start.locks(self._wishes, branch))
        if not plan.commits:
            raise nothing_to_raise(window.installed, window.target)
        if dry_run:
            return Outcome(Result.PLANNED, "nothing was written", plan, body=render(plan, Surroundings()))
        pulls = tuple(repository.pulls(branch=plan.branch, state="all"))
        closed = declined(pulls, settled_by(self._wishes.chosen))
        if closed is not None:
            reason = f"its pull request #{closed.number} was closed; reopen it to have it again"
            return Outcome(Result.DECLINED, reason, plan, closed.number)
        standing = next((pull for pull in pulls if pull.is_open), None)
        if branch is not None and standing is not None and is_less(standing.body, plan.lacking):
            reason = (
                f"pull request #{standing.number} stays as it is: {listing(plan.lacking)} could not be had"
            )
            return Outcome(Result.NOTHING_NEW, reason, plan, standing.number)
        return self._write(Standing(base, found, workspace, plan, branch, pulls))

    # -- reading -----------------------------------------------------------------------------------

    def _workspace(self, files: CommitFiles) -> Workspace:
        wishes, name = self._wishes, self._repository.full_name
        installed, supply = wishes.installed, wishes.supply
        target = target_for(
            files,
            wanted=wishes.target,
            installed_release=installed,
            name=name,
            supply=supply,
            limits=wishes.limits,
            config=wishes.config,
        )
        return open_workspace(
            files,
            installed_release=installed,
            target=target,
            name=name,
            config=wishes.config,
            supply=supply,
        )

    def _plan(self, workspace: Workspace, kept: Mapping[str, bytes] | None = None) -> UpgradePlan:
        wishes = self._wishes
        plan = plan_upgrade(
            workspace,
            unsafe=wishes.unsafe,
            may_write=lambda path: not self._path(path).startswith(".github/workflows/"),
            formatting=partial(formatter, tools=wishes.tools),
            locksmith=Locksmith(wishes.tools, wishes.supply.address, kept or {}),
        )
        return replace(plan, folder=wishes.folder)

    # -- the branch --------------------------------------------------------------------------------

    def _write(self, standing: Standing) -> Outcome:
        chosen = way(standing.branch, self._in_repository(standing.plan))
        try:
            brought = self._bring(standing, chosen)
        except ReadOnlyTokenError:
            raise no_contents_permission() from None
        except MovedError:
            reason = "somebody has pushed to the branch meanwhile; the next run goes on from there"
            return Outcome(Result.SUPERSEDED, reason, standing.plan)
        except GitHubError as error:
            if _WORKFLOWS in str(error).lower():
                raise changed_workflows(standing.plan.branch) from None
            raise
        moved = standing.branch is None or brought.tip != standing.branch.tip
        plan = brought.plan
        try:
            shown = Shown(plan, brought.tip, brought.base, brought.notes, moved)
            return keep_pull_request(self._repository, standing.pulls, shown, self._wishes)
        except NotPermittedError:
            raise actions_may_not_open(plan.branch) from None
        except ReadOnlyTokenError:
            raise no_pull_requests_permission(plan.branch) from None

    def _bring(self, standing: Standing, chosen: Way) -> Brought:
        """Bring the branch to what is planned, with the plan of what is left after that, and notes for the text."""
        plan, branch, name = standing.plan, standing.branch, standing.plan.branch
        if branch is None:
            tip = self._chain(plan.commits, standing.base, standing.listing)
            self._repository.create_branch(name, tip)
            return Brought(tip, standing.base, plan)
        if chosen is Way.KEEP:
            return Brought(branch.tip, branch.history.merge_base, plan)
        if chosen is Way.ADD:
            return self._add(standing, branch)
        tip = self._chain(plan.commits, standing.base, standing.listing)
        if chosen is Way.FOLLOW:
            self._repository.advance(name, tip)
        else:
            tip = self._replace(name, old=branch.tip, new=tip)
        return Brought(tip, standing.base, plan)

    def _replace(self, name: str, *, old: str, new: str) -> str:
        """Put the branch on new commits; where GitHub cannot do that under a lock, they are merged on top."""
        try:
            self._repository.replace(name, old=old, new=new)
        except (ReadOnlyTokenError, MovedError, OutageError):
            raise
        except GitHubError:
            message = "Go on from the default branch as it is now"
            new = self._repository.commit(message, parents=(old, new), onto=new, changes={})
            self._repository.advance(name, new)
        return new

    def _add(self, standing: Standing, branch: Branch) -> Brought:
        """What is still missing on a branch that a person works on, with the default branch merged if need be."""
        step = merge(branch)
        notes = tuple(_notes(step, self._repository.default_branch))
        here = self._missing(standing, branch.now)
        brought = {} if step.conflicts else step.changes
        merged = step.applied(branch.now) if brought else branch.now
        left = self._missing(standing, merged) if brought else here
        tip, base = branch.tip, branch.history.merge_base
        if not here.commits and not left.commits:
            return Brought(tip, base, with_rest(standing.plan, here), notes)
        if brought:
            message = f"Merge branch {self._repository.default_branch!r} into {standing.plan.branch}"
            base = standing.base
            tip = self._repository.commit(message, parents=(tip, base), onto=tip, changes=brought)
        tip = self._chain(left.commits, tip, merged)
        self._repository.advance(standing.plan.branch, tip)
        return Brought(tip, base, with_rest(standing.plan, left), notes)

    def _missing(self, standing: Standing, there: Listing) -> UpgradePlan:
        """What the branch does not have yet; new files are there, or a person has taken them away."""
        plan = self._plan(over(standing.workspace, self._start.files(self._wishes, there)))
        return without(plan, {path for path in plan.files if self._path(path) not in there})

    def _chain(self, commits: Iterable[Commit], start: str, there: Listing) -> str:
        """Commits on top of one, none of which a branch has yet."""
        tip = start
        for commit in commits:
            changes = {
                self._path(path): File(_mode(there, self._path(path)), data)
                for path, data in commit.files.items()
            }
            message = f"{commit.title}\n\n{commit.body}"
            tip = self._repository.commit(message, parents=(tip,), onto=tip, changes=changes)
        return tip

    def _in_repository(self, plan: UpgradePlan) -> Mapping[str, bytes]:
        return {self._path(path): data for path, data in plan.files.items()}

    def _path(self, path: str) -> str:
        return f"{self._wishes.folder}/{path}" if self._wishes.folder else path


def _mode(there: Listing, path: str) -> str:
    entry = there.get(path)
    return entry.mode if entry else DEFAULT_MODE


def _notes(step: Merge, base: str) -> Iterator[str]:
    if step.conflicts:
        paths = listing([code(path) for path in step.conflicts])
        yield f"{code(base)} has changed {paths}, as this branch has: merge it here by hand."
