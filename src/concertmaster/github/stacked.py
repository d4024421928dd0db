"""Keeps one pull request on top of another: its branch moved on by commits, never over a person's work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from concertmaster.github.refusals import (
    GitHubError,
    MovedError,
    NotPermittedError,
    OutageError,
    ReadOnlyTokenError,
)
from concertmaster.github.repository import Repository
from concertmaster.github.shapes import object_id
from concertmaster.github.state import File, Listing, PullRequest
from concertmaster.github.upgrade import Branch, Way, is_less, merge, way
from concertmaster.report.markdown import code, listing, marker
from concertmaster.report.stacked import BEGIN, DONE, END
from concertmaster.upgrading import Commit

PREFIX = "concertmaster/follow-up-"
DEFAULT_MODE = "100644"
_READ_ONLY = "the token may not write it: give the job `permissions: contents: write, pull-requests: write`"
_NO_SETTING = (
    'the repository does not let workflows open pull requests: switch on "Allow GitHub Actions to create and approve '
    'pull requests" under Settings, Actions, General'
)


class Stack(Struct, frozen=True):
    """What is to go on top of a pull request: commits onto its head, and the branch that they are to end in.

    `lacking` is what this run could not have, and the one before maybe had.
    """

    number: int
    head: str
    base: str
    title: str
    commits: tuple[Commit, ...]
    lacking: tuple[str, ...] = ()

    @property
    def branch(self) -> str:
        return f"{PREFIX}{self.number}"

    @property
    def files(self) -> dict[str, bytes]:
        """The last text of every file that changes."""
        return {path: text for commit in self.commits for path, text in commit.files.items()}


class Kept(Struct, frozen=True):
    """How a stacked pull request stands after a run; `is_lost` where that could not be found out."""

    number: int | None = None
    note: str = ""
    is_lost: bool = False
    changed: bool = False


#: The text of the pull request, given the tip of its branch, notes, and the text that stands.
Write = Callable[[str, tuple[str, ...], str], str]


def keep(repository: Repository, stack: Stack, write: Write) -> Kept:
    """Open or renew it, close it where nothing is left; what stands in the way is told and costs nothing else."""
    try:
        return _keep(repository, stack, write)
    except MovedError:
        return Kept(note="somebody has pushed to its branch meanwhile; the next run goes on from there")
    except ReadOnlyTokenError:
        return Kept(note=_READ_ONLY)
    except NotPermittedError:
        return Kept(note=_NO_SETTING)
    except GitHubError as error:
        return Kept(note=str(error), is_lost=isinstance(error, OutageError))


def _keep(repository: Repository, stack: Stack, write: Write) -> Kept:
    pulls = repository.pulls(branch=stack.branch, state="all")
    pull = next((pull for pull in pulls if pull.is_open), None)
    if not stack.files:
        why = "Nothing is left to be brought."
        return Kept(changed=pull is not None and finish(repository, pull, stack.head, why))
    declined = next((pull for pull in pulls if _is_declined(pull)), None)
    if pull is None and declined is not None:
        return Kept(note=f"#{declined.number} was closed; reopen it to have it again")
    if pull is not None and is_less(pull.body, stack.lacking):
        return Kept(
            note=f"{listing(stack.lacking)} could not be had in this run; #{pull.number} stays as it is"
        )
    tip, notes, moved = _bring(repository, stack)
    body = write(tip, notes, pull.body if pull else "")
    if pull is None:
        number = repository.open_pull(branch=stack.branch, title=stack.title, body=body, base=stack.base)
        return Kept(number, changed=True)
    edited = body != _lines(pull.body)
    if edited:
        repository.edit_pull(pull.number, body=body)
    return Kept(pull.number, changed=moved or edited)


def _is_declined(pull: PullRequest) -> bool:
    """Whether a person has closed it: what we close says so in its text."""
    return not pull.is_open and not pull.is_merged and DONE not in pull.body


def finish(repository: Repository, pull: PullRequest, head: str, why: str) -> bool:
    """Close a stacked pull request of ours, with a word, unless a person has worked on it; its branch stays."""
    tip = repository.tip(pull.branch) if pull.is_ours else None
    if not pull.is_ours or (tip is not None and repository.history(head, tip).foreign):
        return False
    repository.comment(pull.number, f"{marker('follow-up-closed')}\n{why} The branch stays as it is.")
    body = pull.body if DONE in pull.body else f"{_lines(pull.body)}\n{DONE}"
    repository.edit_pull(pull.number, body=body, state="closed")
    return True


def close(repository: Repository, number: int, head: str, why: str) -> int | None:
    """Close what goes on top of a pull request that is closed itself; its number, if there is something to close."""
    for pull in repository.pulls(branch=f"{PREFIX}{number}"):
        if finish(repository, pull, head, why):
            return pull.number
    return None


def retarget(repository: Repository, number: int, base: str) -> int | None:
    """Let what went on top of a merged pull request go where that one went."""
    for pull in repository.pulls(branch=f"{PREFIX}{number}"):
        if pull.is_ours:
            repository.edit_pull(pull.number, base=base)
            return pull.number
    return None


def around(old: str, new: str, *, limit: int) -> str:
    """Our text with what a person has written above and below it; a text without our marks is a person's."""
    plain = _lines(old)
    if not plain:
        return new
    above, begin, rest = plain.partition(BEGIN)
    _, end, below = rest.rpartition(END)
    if not begin or not end:
        return plain
    whole = f"{above}{new}{below.replace(DONE, '')}"
    return whole if len(whole) <= limit else plain


def _lines(body: str) -> str:
    return body.replace("\r\n", "\n")


# -- the branch ------------------------------------------------------------------------------------------


def _bring(repository: Repository, stack: Stack) -> tuple[str, tuple[str, ...], bool]:
    """The branch's tip after it was brought up to date, notes for the text, and whether it moved."""
    start = repository.listing(stack.head)
    tip = repository.tip(stack.branch)
    if tip is None:
        made = chain(repository, stack.commits, stack.head, start)
        repository.create_branch(stack.branch, made)
        return made, (), True
    history = repository.history(stack.head, tip)
    before = start if history.merge_base == stack.head else repository.listing(history.merge_base)
    branch = Branch(tip, history, before, start, repository.listing(tip))
    chosen = way(branch, stack.files)
    if chosen is Way.KEEP:
        return tip, (), False
    if chosen is Way.ADD:
        return _add(repository, stack, branch)
    made = chain(repository, stack.commits, stack.head, start)
    if chosen is Way.FOLLOW:
        repository.advance(stack.branch, made)
    else:
        repository.replace(stack.branch, old=tip, new=made)
    return made, (), True


def _add(repository: Repository, stack: Stack, branch: Branch) -> tuple[str, tuple[str, ...], bool]:
    """On top of a person's work: the branch below merged in where that is clear, and files that nobody has touched."""
    step = merge(branch)
    merged = step.applied(branch.now) if not step.conflicts else branch.now
    untouched = {path for path in stack.files if merged.get(path) == branch.base.get(path)}
    left = {
        path
        for path, data in stack.files.items()
        if path not in untouched and (path not in merged or merged[path].sha != object_id(data))
    }
    notes = (*_conflicts(step.conflicts, stack.base), *_left(left))
    commits = [commit for one in stack.commits if (commit := _only(one, untouched)).files]
    brings = bool(step.changes) and not step.conflicts
    if not brings and not commits:
        return branch.tip, notes, False
    tip = branch.tip
    if brings:
        message = f"Merge branch {stack.base!r} into {stack.branch}"
        tip = repository.commit(message, parents=(tip, stack.head), onto=tip, changes=step.changes)
    tip = chain(repository, commits, tip, merged)
    repository.advance(stack.branch, tip)
    return tip, notes, True


def _only(commit: Commit, paths: Iterable[str]) -> Commit:
    wanted = set(paths)
    files = {path: data for path, data in commit.files.items() if path in wanted}
    return Commit(commit.title, commit.body, commit.rules, files)


def _conflicts(paths: Iterable[str], base: str) -> Iterable[str]:
    shown = listing([code(path) for path in paths])
    return (f"{code(base)} has changed {shown}, as this branch has: merge it here by hand.",) if shown else ()


def _left(paths: Iterable[str]) -> Iterable[str]:
    shown = listing([code(path) for path in sorted(paths)])
    return (f"Left as a person has it here: {shown}.",) if shown else ()


def chain(repository: Repository, commits: Iterable[Commit], start: str, there: Listing) -> str:
    """Commits on top of one, none of which a branch has yet."""
    tip = start
    for commit in commits:
        changes: Mapping[str, File] = {
            path: File(there[path].mode if path in there else DEFAULT_MODE, data)
            for path, data in commit.files.items()
        }
        tip = repository.commit(f"{commit.title}\n\n{commit.body}", parents=(tip,), onto=tip, changes=changes)
    return tip
