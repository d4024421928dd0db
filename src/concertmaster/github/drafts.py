"""Everything that could be said on the lines of a pull request, and the part of it that a review takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from concertmaster.findings import Finding
from concertmaster.github.diff import FileDiff
from concertmaster.github.posted import MAX_MARKS, digest, known_by
from concertmaster.github.suggestions import Cure, Suggestion
from concertmaster.report.comment import Remark


class Draft(Struct, frozen=True):
    """A remark on lines `first` to `last` of a file, the marks to know it by, and whether it is on new lines."""

    path: str
    first: int
    last: int
    remark: Remark
    marks: tuple[str, ...]
    is_changed: bool

    @property
    def kin(self) -> tuple[str, ...]:
        """Where that stands which it is about; of very many none is told."""
        found = tuple(finding.kinship for finding in self.remark.findings if finding.kinship)
        return found if len(found) <= MAX_MARKS else ()

    @property
    def importance(self) -> tuple[int, bool, str, int]:
        """Smaller is more important: by severity, then what the pull request itself wrote."""
        worst = max((finding.severity.rank for finding in self.remark.findings), default=-1)
        return (-worst, not self.is_changed, self.path, self.first)


def drafts(path: str, findings: Iterable[Finding], cure: Cure, diff: FileDiff) -> Iterator[Draft]:
    """One draft for each suggestion, and for each finding without one whose lines the diff shows."""
    for suggestion in cure.suggestions:
        yield _suggestion(path, suggestion, diff)
    for item in cure.unsuggested:
        yield from _plain(path, Remark((item.finding,), elsewhere=item.outside), diff)
    for finding in findings:
        if not finding.edits:
            yield from _plain(path, Remark((finding,)), diff)


def _suggestion(path: str, suggestion: Suggestion, diff: FileDiff) -> Draft:
    wanted = suggestion.replacement
    others = tuple(first for first in suggestion.together if first != wanted.first)
    marks = [finding.likeness for finding in suggestion.findings]
    return Draft(
        path,
        wanted.first,
        wanted.last,
        Remark(suggestion.findings, wanted.lines, others),
        known_by(marks or [digest("suggestion", *wanted.lines)]),
        diff.changed(wanted.first, wanted.last),
    )


def _plain(path: str, remark: Remark, diff: FileDiff) -> Iterator[Draft]:
    (finding,) = remark.findings
    shown = diff.shown(finding.line, finding.end_line)
    if shown:
        yield Draft(path, *shown, remark, known_by([finding.likeness]), diff.changed(*shown))


def choose(made: Sequence[Draft], limit: int) -> list[Draft]:
    """The most important drafts, suggestions only with those that they need; the last lines of a file first.

    Applied from the end of a file, one suggestion does not move the lines of the next.
    """
    places = {
        (draft.path, draft.first): index for index, draft in enumerate(made) if draft.remark.lines is not None
    }
    chosen: set[int] = set()
    for index in sorted(range(len(made)), key=lambda index: made[index].importance):
        draft = made[index]
        if len(draft.remark.together) < limit:
            wanted = {index, *(places[draft.path, first] for first in draft.remark.together)}
            if len(chosen | wanted) <= limit:
                chosen |= wanted
    kept = (made[index] for index in chosen)
    return sorted(kept, key=lambda draft: (draft.path, -draft.last, -draft.first, draft.marks))
