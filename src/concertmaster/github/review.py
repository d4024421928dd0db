"""The plan of a review: what to say, where, and what stands already. Pure data; nothing here talks to GitHub."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from concertmaster.findings import Finding
from concertmaster.github.asked import Request
from concertmaster.github.drafts import Draft, choose, drafts
from concertmaster.github.kin import Relative
from concertmaster.github.posted import PostedSummary, comment_mark, digest, review_mark
from concertmaster.github.seen import KNOWN, MAX_COMMENTS, key_of
from concertmaster.github.seen import Seen as Seen
from concertmaster.github.standing import marks_of, told_already
from concertmaster.github.suggestions import suggest_apart
from concertmaster.github.summing import summary_text
from concertmaster.github.upkeep import (
    Marks,
    Reopen,
    Resolve,
    Situation,
    changes,
    claim,
)
from concertmaster.report.comment import comment
from concertmaster.report.markdown import count
from concertmaster.report.summary import verdict
from concertmaster.runner import Report

RIGHT = "RIGHT"
#: Of more places than this a review takes its comments from the first alone.
MAX_DRAFTS = 5_000


class Comment(Struct, frozen=True):
    """A review comment on lines of the new text; `start_line` is None where it is one line."""

    path: str
    start_line: int | None
    line: int
    side: str
    body: str
    marks: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    suggests: bool = False


class FollowUp(Struct, frozen=True):
    """What is left for a pull request of its own: findings with a rewrite that could not be suggested."""

    findings: tuple[Finding, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted({finding.path for finding in self.findings}))


class ReviewPlan(Struct, frozen=True):
    """What to post. `comments` are new and `kept` stand already; `summary` is None where none is wanted."""

    request: Request
    verdict: str
    body: str
    comments: tuple[Comment, ...] = ()
    kept: tuple[Comment, ...] = ()
    summary: str | None = None
    posted_summary: PostedSummary | None = None
    follow_up: FollowUp | None = None
    resolve: tuple[Resolve, ...] = ()
    reopen: tuple[Reopen, ...] = ()
    needless: tuple[PostedSummary, ...] = ()

    @property
    def upkeep(self) -> tuple[Resolve | Reopen, ...]:
        """What is to be done about threads that stand."""
        return (*self.resolve, *self.reopen)

    @property
    def summary_changes(self) -> bool:
        """Whether the summary is to be written: there is none yet, or it says something else."""
        if self.summary is None:
            return False
        return (
            self.posted_summary is None or self.posted_summary.digest not in self.summary.partition("\n")[0]
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.comments or self.summary_changes or self.upkeep or self.needless)


def plan_review(request: Request, report: Report, seen: Seen) -> ReviewPlan:
    """Comments on lines that the pull request shows, and one summary of everything else."""
    made = _made(report, seen)
    chosen = choose(made, MAX_COMMENTS - 1)
    comments = tuple(_comment(draft, seen.follow_up_url) for draft in chosen)
    told = {key_of(finding) for item in comments for finding in item.findings}
    mended = {key_of(finding) for item in comments if item.suggests for finding in item.findings}
    listed = tuple(finding for finding in report.findings if key_of(finding) not in told)
    comments = (*comments, *_moved(seen, is_more=bool(listed)))
    left = tuple(finding for finding in report.findings if finding.edits and key_of(finding) not in mended)
    situation = _situation(request, report, seen, made, comments)
    claims = claim(seen.posted.comments, situation)
    fresh, kept = told_already(comments, claims)
    steps = tuple(changes(claims, marks_of(fresh), situation))
    return ReviewPlan(
        request=request,
        verdict=verdict(report.findings, report.unanalysed),
        body=_body(request, report, fresh, listed),
        comments=fresh,
        kept=kept,
        summary=summary_text(report, listed, len(made) - len(chosen), seen, is_more=len(made) >= MAX_DRAFTS),
        posted_summary=seen.posted.summary,
        follow_up=FollowUp(left) if left else None,
        resolve=tuple(step for step in steps if isinstance(step, Resolve)),
        reopen=tuple(step for step in steps if isinstance(step, Reopen)),
        needless=seen.posted.doubles,
    )


def _situation(
    request: Request, report: Report, seen: Seen, made: Sequence[Draft], comments: Sequence[Comment]
) -> Situation:
    """What is found at the head; remarks that could be made, but were not chosen, are found too."""
    found: defaultdict[str, Marks] = defaultdict(Counter)
    kin: defaultdict[str, list[Relative]] = defaultdict(list)
    for finding in report.findings:
        found[finding.path][finding.likeness] += 1
        kin[finding.path].append((finding.likeness, finding.kinship))
    for path, marks in (*marks_of(made).items(), *marks_of(comments).items()):
        found[path] |= marks
    return Situation(
        head=request.head_sha,
        found=found,
        renamed={diff.previous_path: path for path, diff in seen.diffs.items() if diff.previous_path},
        exists=seen.exists,
        is_changed=lambda path: path in seen.diffs,
        unanalysed=frozenset(item.path for item in report.unanalysed),
        suppressed=report.suppressed,
        kin=kin,
    )


def _by_path(findings: Iterable[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        found[finding.path].append(finding)
    yield from sorted(found.items())


def _made(report: Report, seen: Seen) -> list[Draft]:
    """What could be said on lines, the files with the most severe findings first; whole files until there is enough."""
    made: list[Draft] = []
    by_path = sorted(_by_path(report.findings), key=lambda pair: -max(item.severity.rank for item in pair[1]))
    for path, findings in by_path:
        if len(made) >= MAX_DRAFTS:
            break
        made += _drafts(path, findings, report, seen)
    return made


def _drafts(path: str, findings: Sequence[Finding], report: Report, seen: Seen) -> Iterator[Draft]:
    diff = seen.diffs.get(path)
    if diff is None or not diff.hunks:
        return
    new = report.rewritten.get(path)
    cure = seen.cures.get(diff)
    if cure is None:
        cure = suggest_apart(seen.read(path) if new is not None else b"", new, findings, diff)
        seen.cures[diff] = cure
    yield from drafts(path, findings, cure, diff)


def _comment(draft: Draft, follow_up: str | None) -> Comment:
    return Comment(
        path=draft.path,
        start_line=draft.first if draft.first < draft.last else None,
        line=draft.last,
        side=RIGHT,
        body=comment(draft.remark, hidden=comment_mark(draft.marks, draft.kin), follow_up=follow_up),
        marks=draft.marks,
        findings=draft.remark.findings,
        suggests=draft.remark.lines is not None,
    )


def _moved(seen: Seen, *, is_more: bool) -> Iterator[Comment]:
    """On the line that moves the release: that more follows from it than the diff shows."""
    for move in filter(None, (seen.move, *(part.move for part in seen.parts))):
        if not seen.diffs.get(move.path, KNOWN).carries(move.line, move.line):
            continue
        mark, told = digest("move", move.before, move.after), move.told(is_more=is_more)
        if told:
            yield Comment(move.path, None, move.line, RIGHT, f"{comment_mark([mark])}\n\n{told}", (mark,))


def _body(request: Request, report: Report, fresh: Sequence[Comment], listed: Sequence[Finding]) -> str:
    """The text of the review itself: a line, since its comments say the rest."""
    mark = review_mark(request.head_sha, *(item.body for item in fresh))
    told = f"**Concertmaster: {verdict(report.findings, report.unanalysed)}.**"
    rest = f"{count(len(listed), 'more is', 'more are')} in the summary comment." if listed else ""
    return f"{mark}\n{told} {rest}".rstrip()
