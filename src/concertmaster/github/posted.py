"""What an earlier run has said on a pull request, known again by hidden marks in its own comments."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from concertmaster.report.markdown import marker

#: A mark only counts where we put it: at the very start, where no quoted text can stand.
_MARKER = re.compile(r"<!-- concertmaster:([\w:,-]+) -->")
_SUMMARY, _REVIEW = "summary", "review"
MAX_MARKS = 40


@dataclass(frozen=True, slots=True)
class PostedComment:
    """A review comment of ours; `line` is None when it is outdated."""

    id: int
    path: str
    line: int | None
    marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class PostedSummary:
    """The summary comment of ours, and the digest of its text."""

    id: int
    digest: str


@dataclass(frozen=True, slots=True)
class Posted:
    """Everything of ours that stands on a pull request."""

    comments: tuple[PostedComment, ...] = ()
    summary: PostedSummary | None = None

    def standing(self, path: str) -> frozenset[str]:
        """The marks of comments on a file that are not outdated."""
        comments = (item.marks for item in self.comments if item.path == path and item.line is not None)
        return frozenset().union(*comments)


def comment_mark(marks: Iterable[str]) -> str:
    """The hidden note of a review comment."""
    return marker(*marks)


def known_by(marks: Iterable[str]) -> tuple[str, ...]:
    """Marks as a comment carries them: many are one."""
    listed = tuple(sorted(marks))
    return listed if len(listed) <= MAX_MARKS else (digest(*listed),)


def summary_mark(text: str) -> str:
    return marker(f"{_SUMMARY}:{digest(text)}")


def review_mark(*parts: str) -> str:
    return marker(f"{_REVIEW}:{digest(*parts)}")


def digest(*parts: str) -> str:
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:16]


def posted_comment(number: int, path: str, line: int | None, body: str) -> PostedComment | None:
    """A comment by its mark; None when it has none."""
    marks = _marks(body)
    plain = frozenset(mark for mark in marks if ":" not in mark)
    return PostedComment(number, path, line, plain) if plain else None


def posted_summary(number: int, body: str) -> PostedSummary | None:
    """A summary by its mark; None when it has none."""
    for mark in _marks(body):
        kind, _, text = mark.partition(":")
        if kind == _SUMMARY:
            return PostedSummary(number, text)
    return None


def starts_with(body: str, mark: str) -> bool:
    return body.lstrip().startswith(mark)


def _marks(body: str) -> tuple[str, ...]:
    match = _MARKER.match(body.lstrip())
    return tuple(match[1].split(",")) if match else ()
