"""Brings an upgrade to GitHub: reads how the branch stands, writes what is missing, and keeps one pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from concertmaster.github.contents import Blobs, CommitFiles
from concertmaster.github.messages import (
    actions_may_not_open,
    changed_workflows,
    no_contents_permission,
    no_pull_requests_permission,
)
from concertmaster.github.refusals import (
    GitHubError,
    NotFoundError,
    NotPermittedError,
    ReadOnlyTokenError,
    UnprocessableError,
)
from concertmaster.github.repository import Repository
from concertmaster.github.state import File, Listing, PullRequest, as_tree
from concertmaster.github.upgrade import (
    Branch,
    Merge,
    Way,
    around,
    is_declined,
    is_marked,
    merge,
    superseded,
    way,
)
from concertmaster.messages import no_framework
from concertmaster.project.dependencies import installed
from concertmaster.report.markdown import Links, code, listing, marker
from concertmaster.report.upgrade import MAX_BODY, Surroundings, render, ticked, title
from concertmaster.upgrading import Commit, UpgradePlan, choose_target, over, plan_upgrade
from concertmaster.versions import release
from concertmaster.workspace import Workspace, known, open_workspace, read_dependencies

DEFAULT_MODE = "100644"
_WORKFLOWS = "workflow"


class Result(StrEnum):
    """What came of an upgrade."""

    OPENED = "opened"
    UPDATED = "updated"
    NOTHING_NEW = "nothing-new"
    UP_TO_DATE = "up-to-date"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the workflow asks for; None leaves it to the project."""

    installed: str | None = None
    target: str = "newest"
    folder: str = ""
    unsafe: bool = False
    server: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, and the plan behind it where there is one."""

    result: Result
    reason: str
    plan: UpgradePlan | None = None
    number: int | None = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The default branch as a project with its plan, and where the upgrade's branch is."""

    base: str
    listing: Listing
    workspace: Workspace
    plan: UpgradePlan
    branch: Branch | None
    pulls: tuple[PullRequest, ...]


class Renewal:
    """One run on one repository."""

    def __init__(self, repository: Repository, wishes: Wishes, checkout: Path | None) -> None:
        self._repository = repository
        self._wishes = wishes
        self._blobs = Blobs(repository.blob, checkout)

    def run(self, *, dry_run: bool = False) -> Outcome:
        """Make or renew the pull request; nothing is written where nothing is new.

        Raises:
            UserError: a permission or setting is missing, or the project cannot be judged.
            GitHubError: something cannot be read or written.
        """
        repository = self._repository
        base = repository.tip(repository.default_branch)
        if base is None:
            raise NotFoundError("the default branch has no commits")
        found = repository.listing(base)
        workspace = self._workspace(self._files(found))
        window = workspace.window
        if release(window.target) <= release(window.installed):
            return Outcome(Result.UP_TO_DATE, f"orchestrator-core {window.installed} is installed already")
        plan = self._plan(workspace)
        if dry_run:
            return Outcome(Result.PLANNED, "nothing was written", plan, body=render(plan, Surroundings()))
        pulls = tuple(repository.pulls(branch=plan.branch, state="all"))
        if is_declined(pulls):
            reason = f"its pull request #{pulls[0].number} was closed; reopen it to have it again"
            return Outcome(Result.DECLINED, reason, plan, pulls[0].number)
        branch = self._branch(plan.branch, base, found)
        return self._write(Standing(base, found, workspace, plan, branch, pulls))

    # -- reading -----------------------------------------------------------------------------------

    def _files(self, listing: Listing) -> CommitFiles:
        files = CommitFiles(as_tree(listing), self._blobs, folder=self._wishes.folder)
        files.load(lambda _: True)
        return files

    def _workspace(self, files: CommitFiles) -> Workspace:
        wishes, believed = self._wishes, installed(read_dependencies(files))
        if believed is None and wishes.installed is None:
            raise no_framework(self._repository.full_name)
        current = (
            known(wishes.installed, option="from") if wishes.installed else believed and believed.release
        )
        target = choose_target(current or "", wishes.target)
        return open_workspace(files, installed_release=wishes.installed, target=target)

    def _plan(self, workspace: Workspace) -> UpgradePlan:
        prefix = f"{self._wishes.folder}/" if self._wishes.folder else ""
        workflows = ".github/workflows/"
        return plan_upgrade(
            workspace,
            unsafe=self._wishes.unsafe,
            may_write=lambda path: not f"{prefix}{path}".startswith(workflows),
        )

    def _branch(self, name: str, base: str, found: Listing) -> Branch | None:
        tip = self._repository.tip(name)
        if tip is None:
            return None
        history = self._repository.history(base, tip)
        before = found if history.merge_base == base else self._repository.listing(history.merge_base)
        return Branch(tip, history, before, found, self._repository.listing(tip))

    # -- the branch --------------------------------------------------------------------------------

    def _write(self, standing: Standing) -> Outcome:
        chosen = way(standing.branch, self._in_repository(standing.plan))
        try:
            head, plan, notes = self._bring(standing, chosen)
        except ReadOnlyTokenError:
            raise no_contents_permission() from None
        except UnprocessableError as error:
            if "fast forward" in str(error).lower():
                reason = "somebody has pushed to the branch meanwhile; the next run goes on from there"
                return Outcome(Result.SUPERSEDED, reason, standing.plan)
            raise
        except GitHubError as error:
            if _WORKFLOWS in str(error).lower():
                raise changed_workflows(standing.plan.branch) from None
            raise
        moved = standing.branch is None or head != standing.branch.tip
        try:
            return self._tell(replace(standing, plan=plan), head, notes, moved=moved)
        except NotPermittedError:
            raise actions_may_not_open(plan.branch) from None
        except ReadOnlyTokenError:
            raise no_pull_requests_permission(plan.branch) from None

    def _bring(self, standing: Standing, chosen: Way) -> tuple[str, UpgradePlan, tuple[str, ...]]:
        """The branch's new tip, the plan with what is left after it, and notes for the text."""
        plan, branch, name = standing.plan, standing.branch, standing.plan.branch
        if branch is None:
            tip = self._chain(plan.commits, standing.base, standing.listing)
            self._repository.create_branch(name, tip)
            return tip, plan, ()
        if chosen is Way.KEEP:
            return branch.tip, plan, ()
        if chosen is Way.ADD:
            return self._add(standing, branch)
        tip = self._chain(plan.commits, standing.base, standing.listing)
        if chosen is Way.FOLLOW:
            self._repository.advance(name, tip)
        else:
            self._repository.replace(name, old=branch.tip, new=tip)
        return tip, plan, ()

    def _add(self, standing: Standing, branch: Branch) -> tuple[str, UpgradePlan, tuple[str, ...]]:
        """What is still missing on a branch that a person works on, with the default branch merged if need be."""
        step = merge(branch)
        brought = Merge({}, ()) if step.conflicts else step
        merged = brought.applied(branch.now)
        left = self._plan(over(standing.workspace, self._files(merged)))
        plan = _with_rest(standing.plan, left)
        notes = tuple(_notes(step, self._repository.default_branch))
        if not left.commits:
            if not brought.changes:
                return branch.tip, plan, notes
            here = self._plan(over(standing.workspace, self._files(branch.now)))
            if not here.commits:
                return branch.tip, _with_rest(standing.plan, here), notes
        tip = branch.tip
        if brought.changes:
            message = f"Merge branch {self._repository.default_branch!r} into {plan.branch}"
            tip = self._repository.commit(
                message, parents=(tip, standing.base), onto=tip, changes=brought.changes
            )
        tip = self._chain(left.commits, tip, merged)
        self._repository.advance(plan.branch, tip)
        return tip, plan, notes

    def _chain(self, commits: Iterable[Commit], start: str, there: Listing) -> str:
        """Commits on top of one, none of which a branch has yet."""
        tip = start
        for commit in commits:
            changes = {
                self._path(path): File(_mode(there, self._path(path)), data)
                for path, data in commit.files.items()
            }
            message = f"{commit.title}\n\n{commit.body}".rstrip()
            tip = self._repository.commit(message, parents=(tip,), onto=tip, changes=changes)
        return tip

    def _in_repository(self, plan: UpgradePlan) -> Mapping[str, bytes]:
        return {self._path(path): data for path, data in plan.files.items()}

    def _path(self, path: str) -> str:
        return f"{self._wishes.folder}/{path}" if self._wishes.folder else path

    # -- the pull request --------------------------------------------------------------------------

    def _tell(self, standing: Standing, head: str, notes: tuple[str, ...], *, moved: bool) -> Outcome:
        plan, repository = standing.plan, self._repository
        pull = next((pull for pull in standing.pulls if pull.is_open), None)
        start = standing.branch.history.merge_base if standing.branch and not moved else standing.base
        told = self._surroundings(pull.body if pull else "", head, start, notes)
        if pull is None:
            body = render(plan, told)
            number = repository.open_pull(branch=plan.branch, title=title(plan), body=body)
            self._close_older(plan, number)
            return Outcome(Result.OPENED, f"pull request #{number}", plan, number, body)
        body = _renewed(pull.body, plan, told)
        edited = body != pull.body.replace("\r\n", "\n")
        if edited:
            repository.edit_pull(pull.number, body=body)
        closed = self._close_older(plan, pull.number)
        result = Result.UPDATED if moved or edited or closed else Result.NOTHING_NEW
        return Outcome(result, f"pull request #{pull.number}", plan, pull.number, body)

    def _surroundings(self, body: str, head: str, base: str, notes: tuple[str, ...]) -> Surroundings:
        server, name = self._wishes.server, self._repository.full_name
        folder = f"{self._wishes.folder}/" if self._wishes.folder else ""
        return Surroundings(
            Links(server, name, head), Links(server, name, base), ticked(body), notes, folder=folder
        )

    def _close_older(self, plan: UpgradePlan, number: int) -> bool:
        """One upgrade at a time: ours to older releases are closed, their branches stay."""
        older = superseded(self._repository.pulls(), plan.target)
        for pull in older:
            mark = marker("superseded", plan.target)
            text = f"{mark}\nSuperseded by #{number}, which goes to {plan.target}. The branch stays as it is."
            self._repository.comment(pull.number, text)
            self._repository.edit_pull(pull.number, state="closed")
        return bool(older)


def _mode(there: Listing, path: str) -> str:
    entry = there.get(path)
    return entry.mode if entry else DEFAULT_MODE


def _with_rest(plan: UpgradePlan, rest: UpgradePlan) -> UpgradePlan:
    """The plan of the whole upgrade with what is left according to another one."""
    return replace(
        plan,
        remaining=rest.remaining,
        unanalysed=rest.unanalysed,
        upgraded=rest.upgraded,
        suggested=rest.suggested,
        unsettled=rest.unsettled,
        kept_back=rest.kept_back,
        locks=rest.locks,
    )


def _notes(step: Merge, base: str) -> Iterator[str]:
    if step.conflicts:
        paths = listing([code(path) for path in step.conflicts])
        yield f"{code(base)} has changed {paths}, as this branch has: merge it here by hand."


def _renewed(body: str, plan: UpgradePlan, told: Surroundings) -> str:
    """The text of a pull request with our part of it made anew; where its marks are gone it is a person's."""
    if not is_marked(body.replace("\r\n", "\n")):
        return body.replace("\r\n", "\n")
    above, below = around(body)
    limit = MAX_BODY - len(above) - len(below)
    return f"{above}{render(plan, told, limit=limit)}{below}"
