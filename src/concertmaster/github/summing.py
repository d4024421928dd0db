"""The summary comment of a planned review: everything that no comment on a line says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from concertmaster.findings import Finding
from concertmaster.github.posted import summary_mark
from concertmaster.github.seen import KNOWN, MAX_COMMENTS, Seen
from concertmaster.report.markdown import code, count, listing
from concertmaster.report.several import Chapter, render_all
from concertmaster.report.summary import Summary, render
from concertmaster.runner import Report


def summary_text(
    report: Report, listed: tuple[Finding, ...], left_out: int, seen: Seen, *, is_more: bool = False
) -> str | None:
    """The summary comment; None where the review says it all, or there is nothing to say.

    `left_out` places of the diff have no comment, and `is_more` tells that there are more of them.
    """
    posted = seen.posted.summary
    ticked = posted.ticked if posted else frozenset()
    moves = [move for move in (seen.move, *(part.move for part in seen.parts)) if move]
    operations = [found for move in moves if (found := move.operations(ticked))]
    wanted = listed or report.unanalysed or report.created or posted or operations or seen.follow_up_url
    if not (wanted or any(part.reconfigures for part in seen.parts)):
        return None
    notes = (*seen.notes, *_notes(listed, left_out, seen, is_more=is_more))
    if seen.parts:
        text = _chapters(listed, notes, ticked, seen)
        return f"{summary_mark(text)}\n{text}"
    created = tuple((path, report.rewritten[path]) for path in sorted(report.created))
    whole = Summary(
        report.window,
        report.findings,
        listed,
        report.unanalysed,
        notes,
        created,
        report.suppressed,
        next(iter(operations), None),
    )
    text = render(whole, seen.links)
    return f"{summary_mark(text)}\n{text}"


def _chapters(listed: Sequence[Finding], notes: Sequence[str], ticked: frozenset[str], seen: Seen) -> str:
    """A section for each project."""
    mine = {part.folder: {finding.path for finding in part.report.findings} for part in seen.parts}
    chapters = [
        Chapter(
            part.folder,
            part.summary([item for item in listed if item.path in mine[part.folder]], ticked=ticked),
        )
        for part in seen.parts
    ]
    return render_all(chapters, seen.links, notes=notes, failed=seen.failed)


def _notes(listed: Sequence[Finding], left_out: int, seen: Seen, *, is_more: bool) -> Iterator[str]:
    if left_out:
        told = f"{'more than ' if is_more else ''}{count(left_out, 'place')}"
        yield f"A review holds {MAX_COMMENTS} comments, so {told} of the diff stand here."
    unknown = sorted({finding.path for finding in listed if not seen.diffs.get(finding.path, KNOWN).known})
    if unknown:
        yield f"GitHub takes no comments on lines of {listing([code(path) for path in unknown])}."
