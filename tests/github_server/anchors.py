"""Where a review comment hangs: accepted only inside the diff, carried along by later pushes, lost when outdated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.github_server.diff import by_path, diff, moved

if TYPE_CHECKING:
    from tests.github_server.diff import DiffLine, FileDiff, Hunk, Side
    from tests.github_server.git import Git
    from tests.github_server.state import PullRequest

THREAD = "pull_request_review_thread"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A range of lines on one side of the diff between two commits; no line stands for the whole file."""

    base_sha: str
    head_sha: str
    path: str
    side: Side = "RIGHT"
    line: int | None = None
    start_side: Side | None = None
    start_line: int | None = None
    position: int | None = None

    @property
    def subject_type(self) -> str:
        return "file" if self.line is None else "line"

    @property
    def first(self) -> int:
        return self.start_line or self.line or 0


class AnchorError(Exception):
    """Why a comment cannot hang there: pairs of field and message."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


DIFF_HUNK = ("diff_hunk", "can't be blank")
NOT_IN_DIFF = ("line", "must be part of the diff")
OTHER_HUNK = ("start_line", "must be part of the same hunk as the line.")
NOT_BEFORE = ("start_line", "must precede the end line.")


def files_of(pull: PullRequest, head_sha: str | None = None) -> tuple[FileDiff, ...]:
    """What the pull request changes: from the merge base to its head."""
    git, head = pull.repository.git, head_sha or pull.head.sha
    return diff(git, merge_base(pull, head), head)


def merge_base(pull: PullRequest, head_sha: str) -> str:
    return pull.repository.git.merge_base(pull.base.sha, head_sha) or pull.base.sha


def place(pull: PullRequest, head_sha: str, wanted: dict[str, Any]) -> tuple[Anchor, str]:
    """The anchor that a client asks for and its hunk, or the reasons why there is none."""
    file = by_path(files_of(pull, head_sha), wanted["path"])
    if file is None:
        raise AnchorError(("path", "is invalid"), DIFF_HUNK)
    anchor = Anchor(merge_base(pull, head_sha), head_sha, file.path)
    if wanted.get("subject_type") == "file":
        return anchor, ""
    if wanted.get("line") is None:
        return _at_position(anchor, file, wanted.get("position"))
    side: Side = wanted.get("side") or "RIGHT"
    start_line = wanted.get("start_line")
    start_side: Side | None = (wanted.get("start_side") or side) if start_line is not None else None
    anchor = replace(anchor, side=side, line=wanted["line"], start_line=start_line, start_side=start_side)
    hunk, line = _checked(anchor, file)
    return replace(anchor, position=line.position), hunk.text_to(line)


def _at_position(anchor: Anchor, file: FileDiff, position: int | None) -> tuple[Anchor, str]:
    line = file.at_position(position) if position else None
    if line is None:
        raise AnchorError(("position", "is invalid"), DIFF_HUNK)
    side: Side = "LEFT" if line.kind == "-" else "RIGHT"
    hunk = next(hunk for hunk in file.hunks if line in hunk.lines)
    return replace(anchor, side=side, line=line.number(side), position=line.position), hunk.text_to(line)


def _checked(anchor: Anchor, file: FileDiff) -> tuple[Hunk, DiffLine]:
    assert anchor.line is not None
    problems: list[tuple[str, str]] = []
    found = file.find(anchor.side, anchor.line)
    if found is None:
        problems.append(NOT_IN_DIFF)
    if anchor.start_line is not None and anchor.start_side is not None:
        start = found[0].find(anchor.start_side, anchor.start_line) if found else None
        if start is None:
            problems.append(OTHER_HUNK)
        elif found and start.position >= found[1].position:
            problems.append(NOT_BEFORE)
    if found is None:
        raise AnchorError(*problems, DIFF_HUNK)
    if problems:
        raise AnchorError(*problems)
    return found


def current(pull: PullRequest, anchor: Anchor) -> Anchor | None:
    """The anchor in the pull request as it is now; None when its lines changed or left the diff: outdated."""
    head, base = pull.head.sha, merge_base(pull, pull.head.sha)
    if (anchor.head_sha, anchor.base_sha) == (head, base):
        return anchor
    carried = _carried(pull.repository.git, anchor, base=base, head=head)
    file = by_path(files_of(pull), carried.path) if carried else None
    if carried is None or file is None or carried.line is None:
        return carried if file else None
    found = file.find(carried.side, carried.line)
    return replace(carried, position=found[1].position) if found else None


def _carried(git: Git, anchor: Anchor, *, base: str, head: str) -> Anchor | None:
    old, new = (anchor.base_sha, base) if anchor.side == "LEFT" else (anchor.head_sha, head)
    lines = range(anchor.first, (anchor.line or 0) + 1) if anchor.start_side in (None, anchor.side) else None
    span = lines if lines is not None else range(anchor.line or 0, (anchor.line or 0) + 1)
    found = moved(git, old, new, anchor.path, span)
    if found is None:
        return None
    path, shift = found
    return replace(
        anchor,
        base_sha=base,
        head_sha=head,
        path=path,
        line=anchor.line + shift if anchor.line else None,
        start_line=anchor.start_line + shift if anchor.start_line else None,
    )
