"""What an earlier run has said on a pull request, known again by hidden marks in its own comments."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from concertmaster.report.checklist import ticked, unticked
from concertmaster.report.markdown import marker

#: A mark only counts where we put it: at the very start, where no quoted text can stand.
_MARKER = re.compile(r"<!-- concertmaster:([\w:,-]+) -->")
_COMMIT = re.compile(r"(?<=/blob/)[0-9a-f]{40}(?=/)")
_SUMMARY, _REVIEW = "summary", "review"
_DONE, _AGAIN = "done", "again"
_KIN = "kin"
MAX_MARKS = 40


class State(StrEnum):
    """Whether a thread is open, and if not, who is behind it."""

    OPEN = "open"
    CLOSED_BY_US = "closed by us"
    CLOSED_BY_OTHERS = "closed by others"


class Thread(Struct, frozen=True):
    """The conversation that a comment of ours begins.

    `answered` tells that a person has replied, `was_closed` that we said last that it is done. Where the
    token may not resolve, comments are hidden instead.
    """

    id: str
    comment: str
    state: State = State.OPEN
    hidden: bool = False
    answered: bool = False
    was_closed: bool = False
    may_resolve: bool = True


class PostedComment(Struct, frozen=True):
    """A review comment of ours; `line` is None when it is outdated, `thread` when nothing is known of it.

    `kin` says where that stood which it is about, and `origin` on which line.
    """

    id: int
    path: str
    line: int | None
    marks: tuple[str, ...]
    thread: Thread | None = None
    kin: tuple[str, ...] = ()
    origin: int = 0

    @property
    def state(self) -> State:
        return self.thread.state if self.thread else State.OPEN


class PostedSummary(Struct, frozen=True):
    """The summary comment of ours, the digest of its text, and what people have ticked in it."""

    id: int
    digest: str
    ticked: frozenset[str] = frozenset()


class Posted(Struct, frozen=True):
    """Everything of ours that stands on a pull request; `unknown` says why nothing is known of its threads.

    `doubles` are further summaries, as two runs at once may leave behind; `listed` is how many threads GitHub has
    told of, those of others included, or comments on lines where it tells of no threads.
    """

    comments: tuple[PostedComment, ...] = ()
    summary: PostedSummary | None = None
    unknown: str = ""
    doubles: tuple[PostedSummary, ...] = ()
    listed: int = 0


def posted_in(
    comments: Iterable[PostedComment], said: Iterable[PostedSummary | None], *, listed: int, unknown: str = ""
) -> Posted:
    """Comments on lines, and of the comments in the conversation those that are summaries, the oldest first."""
    told = tuple(item for item in said if item)
    return Posted(tuple(comments), told[0] if told else None, unknown, told[1:], listed)


def comment_mark(marks: Iterable[str], kin: Iterable[str] = ()) -> str:
    """The hidden note of a review comment."""
    return marker(*marks, *(f"{_KIN}:{where}" for where in kin))


def known_by(marks: Iterable[str]) -> tuple[str, ...]:
    """Marks as a comment carries them: many are one."""
    listed = tuple(sorted(marks))
    return listed if len(listed) <= MAX_MARKS else (digest(*listed),)


def summary_mark(text: str) -> str:
    """The hidden note of a summary; neither ticks nor the commit that its links lead to make another text of it."""
    return marker(f"{_SUMMARY}:{digest(_COMMIT.sub('', unticked(text)))}")


def review_mark(*parts: str) -> str:
    return marker(f"{_REVIEW}:{digest(*parts)}")


def done_mark(sha: str) -> str:
    """The hidden note of a reply that closes a thread."""
    return marker(f"{_DONE}:{sha}")


def again_mark(sha: str) -> str:
    """The hidden note of a reply that opens a thread again."""
    return marker(f"{_AGAIN}:{sha}")


def says_done(replies: Iterable[str]) -> bool:
    """Whether the last of our replies that opened or closed a thread closed it."""
    kinds = [mark.partition(":")[0] for body in replies for mark in _marks(body)]
    told = [kind for kind in kinds if kind in (_DONE, _AGAIN)]
    return bool(told) and told[-1] == _DONE


def digest(*parts: str) -> str:
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:16]


def posted_comment(number: int, path: str, line: int | None, body: str) -> PostedComment | None:
    """A comment by its marks; None when it has none."""
    marks = _marks(body)
    plain = tuple(mark for mark in marks if ":" not in mark)
    kin = tuple(mark.removeprefix(f"{_KIN}:") for mark in marks if mark.startswith(f"{_KIN}:"))
    return PostedComment(number, path, line, plain, kin=kin) if plain else None


def posted_summary(number: int, body: str) -> PostedSummary | None:
    """A summary by its mark; None when it has none."""
    for mark in _marks(body):
        kind, _, text = mark.partition(":")
        if kind == _SUMMARY:
            return PostedSummary(number, text, ticked(body))
    return None


def starts_with(body: str, mark: str) -> bool:
    return body.lstrip().startswith(mark)


def _marks(body: str) -> tuple[str, ...]:
    match = _MARKER.match(body.lstrip())
    return tuple(match[1].split(",")) if match else ()
