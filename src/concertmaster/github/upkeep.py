"""What becomes of comments that stand: kept, said again, closed because they are done with, or opened again.

A comment is known by its marks, which say what was found on which text; neither by its line nor by its
words. Each finding answers for one mark of one comment, so that two alike are two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from concertmaster.findings import Suppressed
from concertmaster.github.kin import Lost, Relative, relatives, still_free
from concertmaster.github.posted import PostedComment, State, again_mark, done_mark
from concertmaster.report.markdown import code, prose

Marks = Counter[str]


class Resolve(Struct, frozen=True):
    """A thread to close with a reply; `moved` tells that a newer comment says the same."""

    comment: PostedComment
    reply: str
    moved: bool = False


class Reopen(Struct, frozen=True):
    """A thread of ours to open again, with a reply."""

    comment: PostedComment
    reply: str


class Claim(Struct):
    """A posted comment, the marks of it that are still found, where, and those no draft has taken up yet.

    `edited` tells that these are the marks of other text in its place, so that its own words do not fit any more.
    """

    comment: PostedComment
    path: str
    marks: Marks
    left: Marks = field(default_factory=Counter)
    edited: bool = False

    def __post_init__(self) -> None:
        self.left = self.marks.copy()

    @property
    def is_told(self) -> bool:
        """Whether a reader sees it, or has seen enough of it."""
        state = self.comment.state
        is_shown = self.comment.line is not None and not self.edited
        return bool(self.marks) and (state is State.CLOSED_BY_OTHERS or is_shown)


class Situation(Struct, frozen=True):
    """What the head looks like: its marks by path, what was renamed, what is there, what was not judged."""

    head: str
    found: Mapping[str, Marks]
    renamed: Mapping[str, str]
    exists: Callable[[str], bool]
    is_changed: Callable[[str], bool]
    unanalysed: frozenset[str] = frozenset()
    suppressed: Sequence[Suppressed] = ()
    kin: Mapping[str, Sequence[Relative]] = field(default_factory=dict)

    def judged(self, path: str) -> bool:
        return not self.unanalysed & {path, "."}


def claim(posted: Iterable[PostedComment], situation: Situation) -> list[Claim]:
    """What each comment still stands for; those that people see come first, and on their own path."""
    left = {path: marks.copy() for path, marks in situation.found.items()}
    claims: dict[int, Claim] = {}
    for item in sorted(posted, key=_rank):
        path = item.path if situation.exists(item.path) else situation.renamed.get(item.path, item.path)
        claims[item.id] = _take(item, path, left)
    for number, made in claims.items():
        if not made.marks and made.comment.state is State.OPEN and made.comment.line is None:
            other = _elsewhere(made.comment, left)
            if other is not None:
                claims[number] = _take(made.comment, other, left)
    _inherit(claims, situation, left)
    return list(claims.values())


def _inherit(claims: dict[int, Claim], situation: Situation, left: dict[str, Marks]) -> None:
    """Comments whose text is gone stand for what was made of it, where that is still wrong."""
    for path, found in situation.kin.items():
        lost = [
            Lost(number, where, made.comment.origin)
            for number, made in claims.items()
            if made.path == path and not made.marks and made.comment.state is not State.CLOSED_BY_US
            for where in made.comment.kin
        ]
        marks: dict[int, Marks] = {}
        for number, likeness in relatives(lost, still_free(found, left.get(path, Counter()))) if lost else ():
            marks.setdefault(number, Counter())[likeness] += 1
            left[path][likeness] -= 1
        claims |= {n: Claim(claims[n].comment, path, taken, edited=True) for n, taken in marks.items()}


def _rank(item: PostedComment) -> tuple[bool, int, int]:
    order = (State.OPEN, State.CLOSED_BY_OTHERS, State.CLOSED_BY_US).index(item.state)
    return (item.line is None and item.state is not State.CLOSED_BY_OTHERS, order, item.id)


def _take(item: PostedComment, path: str, left: dict[str, Marks]) -> Claim:
    there = left.get(path, Counter())
    marks = Counter(item.marks) & there
    there.subtract(marks)
    return Claim(item, path, marks)


def _elsewhere(item: PostedComment, left: Mapping[str, Marks]) -> str | None:
    """Another file that all of a comment has moved to."""
    wanted = Counter(item.marks)
    return next((path for path, marks in sorted(left.items()) if wanted <= marks), None)


def covers(claims: Sequence[Claim], path: str, marks: Iterable[str], line: int | None) -> bool:
    """Whether comments that are told say all of this already, on that line if one is given; they are then used up."""
    used: list[tuple[Claim, str]] = []
    for mark in marks:
        owner = next((item for item in claims if _offers(item, path, mark, line)), None)
        if owner is None:
            for item, taken in used:
                item.left[taken] += 1
            return False
        owner.left[mark] -= 1
        used.append((owner, mark))
    return True


def _offers(item: Claim, path: str, mark: str, line: int | None) -> bool:
    return (
        item.path == path
        and item.left[mark] > 0
        and item.is_told
        and (line is None or item.comment.line == line)
    )


def changes(
    claims: Iterable[Claim], fresh: Mapping[str, Marks], situation: Situation
) -> Iterator[Resolve | Reopen]:
    """What to do about the threads, given the marks of all that is said anew."""
    again = {path: marks.copy() for path, marks in fresh.items()}
    for item in sorted(claims, key=lambda item: item.comment.id):
        thread = item.comment.thread
        if thread is None or not situation.judged(item.comment.path):
            continue
        if item.comment.state is State.CLOSED_BY_US:
            if item.is_told and not _is_said_anew(item, again):
                yield Reopen(
                    item.comment, f"{again_mark(situation.head)}\nFound again as of {situation.head}."
                )
        elif item.comment.state is State.OPEN and not thread.answered and not thread.was_closed:
            yield from _closing(item, again, situation)


def _is_said_anew(item: Claim, again: Mapping[str, Marks]) -> bool:
    """Whether all that a comment stands for is in a newer one, and in none that stands."""
    return item.left == item.marks and item.marks <= again.get(item.path, Counter())


def _closing(item: Claim, again: dict[str, Marks], situation: Situation) -> Iterator[Resolve]:
    if not item.marks:
        told = _reason(item.comment, situation)
        moved = bool(Counter(item.comment.marks) & situation.found.get(item.path, Counter()))
        yield _resolve(item.comment, "A newer comment says the same." if moved else told, situation, moved)
    elif _is_said_anew(item, again):
        again[item.path].subtract(item.marks)
        where = "" if item.path == item.comment.path else f" on {code(item.path)}"
        yield _resolve(
            item.comment, f"The lines have changed: a newer comment{where} goes on.", situation, True
        )


def _resolve(comment: PostedComment, told: str, situation: Situation, moved: bool) -> Resolve:
    return Resolve(comment, f"{done_mark(situation.head)}\n{told}", moved)


def _reason(item: PostedComment, situation: Situation) -> str:
    """What did away with a comment."""
    for kept in situation.suppressed:
        if kept.finding.path == item.path and kept.finding.likeness in item.marks:
            ignored = code(f"# concertmaster: ignore[{kept.finding.rule}]")
            why = f": {prose(kept.reason)}" if kept.reason else ""
            return f"Kept as it is by {ignored} on line {kept.finding.line}{why}"
    if not situation.exists(item.path):
        return f"The file is gone as of {situation.head}."
    if not situation.is_changed(item.path):
        return f"This pull request leaves the file alone as of {situation.head}."
    return f"Not found any more as of {situation.head}."
