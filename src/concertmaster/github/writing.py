"""What the commands `fix` and `ignore` write, and bringing it onto a pull request's own branch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from concertmaster.findings import Finding
from concertmaster.github.asked import Request
from concertmaster.github.client import Client
from concertmaster.github.following import finish_within
from concertmaster.github.parts import Part
from concertmaster.github.posted import PostedComment
from concertmaster.github.reading import Reviewed
from concertmaster.github.refusals import MovedError, NotFoundError, ReadOnlyTokenError, UnprocessableError
from concertmaster.github.repository import Repository
from concertmaster.github.stacked import DEFAULT_MODE
from concertmaster.github.state import File
from concertmaster.keeping import with_comments
from concertmaster.projects import inside
from concertmaster.runner import Task, rules_for, run
from concertmaster.subjects import analyse
from concertmaster.upgrading.finishing import Finish, finished
from concertmaster.upgrading.stages import parses

MAX_KEPT = 20


class Declined(Exception):
    """What was asked for is not done; the text says why, and is our own."""


# -- rewrites --------------------------------------------------------------------------------------------


def rewritten(
    reviewed: Reviewed, finish: Finish, *, unsafe: bool
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The new texts of everything that the review has looked at, as `concertmaster fix` writes them.

    They are in the layout of the project and with its locks; the notes say where they are not.
    """
    found: dict[str, bytes] = {}
    notes: list[str] = []
    for part in reviewed.parts:
        workspace = part.judgement.workspace
        changed = (inside(path, part.folder) for path in reviewed.diffs)
        paths = sorted({path for path in changed if path is not None} & set(workspace.project.paths))
        report = run(
            workspace, workspace.project, unsafe=unsafe, paths=None if part.judgement.is_whole else paths
        )
        texts = {path: text for path, text in report.rewritten.items() if parses(path, text)}
        mine = finish_within(part.folder, finish)
        allowed = {path: text for path, text in texts.items() if mine.may_write(path)}
        done = finished(workspace.project, {"": allowed}, mine)
        found |= {_whole(path, part): text for files in done.staged.values() for path, text in files.items()}
        notes += done.notes()
    return found, tuple(notes)


def _whole(path: str, part: Part) -> str:
    return f"{part.folder}/{path}" if part.folder else path


# -- comments that keep something ------------------------------------------------------------------------


def chosen(reviewed: Reviewed, rule: str, root: PostedComment | None) -> tuple[Finding, ...]:
    """The findings that are meant: those of a comment of ours, or all of a rule that the pull request brings in.

    Raises:
        Declined: there are none, or too many.
    """
    found = [item for item in reviewed.brought if item.rule == rule]
    if root is not None:
        every = [item for item in reviewed.report.findings if (item.rule, item.path) == (rule, root.path)]
        marked = [item for item in every if item.likeness in root.marks]
        found = marked or [item for item in every if root.line is not None and item.line == root.line]
    if not found:
        where = "under this comment" if root else "in what this pull request brings in"
        raise Declined(f"there is no finding of that rule {where}")
    if len(found) > MAX_KEPT:
        raise Declined(
            f"that are {len(found):,} places, and more than {MAX_KEPT} belong into `per-path-ignores` of the settings"
        )
    return tuple(found)


def keeping(reviewed: Reviewed, findings: Iterable[Finding], rule: str, reason: str) -> dict[str, bytes]:
    """The new texts with a comment above each place, each of them seen to keep what it should.

    Raises:
        Declined: a file has no room for such a comment.
    """
    by_path: defaultdict[str, list[Finding]] = defaultdict(list)
    for item in findings:
        by_path[item.path].append(item)
    texts: dict[str, bytes] = {}
    for path, found in by_path.items():
        new = with_comments(path, reviewed.read(path), [item.line for item in found], rule, reason)
        if new is None or not _keeps(reviewed, path, new, found):
            raise Declined(
                f"no comment can keep it there in {path}: write it by hand, or use `per-path-ignores`"
            )
        texts[path] = new
    return texts


def _keeps(reviewed: Reviewed, path: str, new: bytes, found: list[Finding]) -> bool:
    """Whether the findings are kept in the new text, judged as the old one was."""
    part = next(one for one in reviewed.parts if any(item.path == path for item in one.report.findings))
    workspace = part.judgement.workspace
    name = inside(path, part.folder) or path
    task = Task(workspace.project, workspace.around, workspace.rules, True, workspace.config.per_path_ignores)
    result = analyse(name, new, workspace.around, rules_for(name, task), unsafe=True)
    kept = [item.finding.likeness for item in result.suppressed]
    return result.unanalysed is None and all(
        kept.count(item.likeness) >= sum(other.likeness == item.likeness for other in found) for item in found
    )


# -- the branch ------------------------------------------------------------------------------------------


class HeadBranch(Struct, frozen=True):
    """The branch that a pull request comes from, maybe in a fork."""

    client: Client
    request: Request

    def check(self) -> None:
        """See whether it may be written to at all.

        Raises:
            Declined: it is gone, or its owner does not allow it.
        """
        request = self.request
        if request.head_repository is None:
            raise Declined("the repository that this pull request comes from is gone")
        if request.is_fork and not request.may_modify:
            raise Declined("the owner of the fork does not allow edits by maintainers")

    def push(self, message: str, texts: Mapping[str, bytes]) -> str:
        """One commit on top of the head that was reviewed; its object id.

        Raises:
            Declined: the head has moved, or the token may not write there.
        """
        self.check()
        head = self.request.head_sha
        repository = Repository(self.client, self.request.head_repository or "")
        try:
            there = repository.listing(head)
            changes = {
                path: File(there[path].mode if path in there else DEFAULT_MODE, data)
                for path, data in texts.items()
            }
            made = repository.commit(message, parents=(head,), onto=head, changes=changes)
            repository.advance(self.request.head_ref, made)
        except MovedError:
            raise Declined(
                "somebody has pushed to the branch meanwhile; nothing was written, ask again"
            ) from None
        except (ReadOnlyTokenError, NotFoundError):
            raise Declined("; ".join(self._remedy())) from None
        except UnprocessableError as error:
            raise Declined(f"GitHub does not take the commit ({error})") from None
        return made

    def _remedy(self) -> Iterator[str]:
        yield "the token may not write to that branch"
        if self.request.is_fork:
            yield "that of a workflow never may in a fork, that of an account with write access may"
        else:
            yield "give the job `permissions: contents: write`"
