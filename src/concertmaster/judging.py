"""What judging has in common for every kind of file: hits become findings, edits are made until nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.findings import (
    Edit,
    EditSet,
    Finding,
    Safety,
    Severity,
    Suppressed,
    Unanalysed,
    apply,
    fingerprint,
    kinship,
    likeness,
)
from concertmaster.project.applied import REASON, may_rewrite
from concertmaster.project.outline import places
from concertmaster.project.suppressions import Suppression, without_marks
from concertmaster.project.text import TextFile, Unreadable
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Mode

MAX_PASSES = 12
UNUSED = "unused-suppression"
Subject = TypeVar("Subject", bound=TextFile)


class FileResult(Struct, frozen=True):
    """What came of one file: findings on its old text, its new text where rewrites apply, or why neither."""

    path: str
    findings: tuple[Finding, ...] = ()
    rewritten: bytes | None = None
    unanalysed: Unanalysed | None = None
    suppressed: tuple[Suppressed, ...] = ()
    later: tuple[str, ...] = ()  # the releases that is waited for, one for each finding ahead


class Judged(Struct, frozen=True):
    """A finding with the edits that make it go away, imports included, and the comment that keeps it."""

    finding: Finding
    rule: Rule
    edits: tuple[Edit, ...]
    kept_by: Suppression | None = None


def judged(
    file: TextFile, rule: Rule, hit: Hit, *, place: tuple[int, int], edits: tuple[Edit, ...]
) -> Judged | None:
    """A hit as a finding; None where its change does not concern the release under judgement."""
    change = hit.change or rule.change
    if rule.one_change and change is not rule.change:
        raise ValueError(f"{rule.id} says that its hits bring no change of their own, and one does")
    severity = file.window.severity(change)
    if severity is None:
        return None
    if edits and not may_rewrite(file.path, rule.id):
        hit, edits = replace(hit, edits=()).left(REASON), ()
    start, end = place
    finding = Finding(
        rule=rule.id,
        rows=rule.rows if hit.rows is None else hit.rows,
        path=file.path,
        line=file.line_of(start),
        end_line=file.line_of(max(start, end - 1)),
        column=file.column_of(start),
        severity=severity,
        safety=(hit.safety or rule.safety) if edits else Safety.MANUAL,
        message=hit.message,
        since=change.since,
        title=rule.documentation.title,
        url=rule.url,
        edits=edits,
        works_from=change.works_from,
    )
    kept_by = next(
        (item for item in file.suppressions if item.covers(rule.id, finding.line, finding.end_line)), None
    )
    return Judged(finding, rule, edits, kept_by)


def real_edits(file: TextFile, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits that change something; the same object where all of them do, for findings may share it."""
    given = tuple(edits)
    kept = tuple(edit for edit in given if edit.text != file.source[edit.start : edit.end])
    return given if len(kept) == len(given) else kept


def settle(
    file: Subject,
    found: Sequence[Judged],
    *,
    judge: Callable[[Subject], Iterable[Judged]],
    reopen: Callable[[bytes], Subject],
    unsafe: bool,
) -> Subject:
    """The file after rounds of edits that can be made together, until a round changes nothing.

    Raises:
        Unreadable: the rewrites do not settle, or would leave text that cannot be read.
    """
    current, last = file, found
    for _ in range(MAX_PASSES):
        chosen = _choose(last, unsafe=unsafe)
        if not chosen:
            return current
        current = reopen(apply(current.source, chosen))
        try:
            last = list(judge(current))
        except Unreadable as error:
            raise Unreadable(f"a rewrite would break it, so it was left as it is ({error})") from None
    raise Unreadable(f"rewrites do not settle after {MAX_PASSES} rounds, so it was left as it is")


def _choose(found: Iterable[Judged], *, unsafe: bool) -> EditSet:
    allowed = {Safety.SAFE, Safety.SUGGESTED} if unsafe else {Safety.SAFE}
    chosen = EditSet()
    for item in found:
        if item.finding.safety in allowed and item.kept_by is None and item.rule.rewrites:
            chosen.add(item.edits)
    return chosen


def judge_spans(file: TextFile, hits: Iterable[tuple[Rule, Hit]]) -> Iterator[Judged]:
    """What concerns the release under judgement, of hits that are spans of bytes."""
    for rule, hit in hits:
        assert isinstance(hit.where, Span)  # noqa: S101
        place = (hit.where.start, hit.where.end)
        item = judged(file, rule, hit, place=place, edits=real_edits(file, hit.edits))
        if item is not None:
            yield item


def analyse_spans(
    file: Subject,
    *,
    hits: Callable[[Subject], Iterable[tuple[Rule, Hit]]],
    reopen: Callable[[bytes], Subject],
    rules: Sequence[Rule],
    unsafe: bool,
    rewriting: bool = True,
) -> FileResult:
    """Judge and rewrite a file in which hits are spans of bytes, as in all that is not Python.

    `hits` gives what the rules see, by their priority; `rules` are those that suppressions may name.
    """

    def judge(other: Subject) -> Iterator[Judged]:
        return judge_spans(other, hits(other))

    try:
        found = list(judge(file))
        settled = settle(file, found, judge=judge, reopen=reopen, unsafe=unsafe) if rewriting else file
    except Unreadable as error:
        return FileResult(file.path, unanalysed=Unanalysed(file.path, str(error)))
    return result(file, found, settled.source, rules)


def result(file: TextFile, found: Sequence[Judged], rewritten: bytes, rules: Sequence[Rule]) -> FileResult:
    """What is told of a file: what is wrong, what is wrong but kept, and its new text if it has one."""
    shown = [item.finding for item in found if item.kept_by is None]
    kept = tuple(
        Suppressed(known, item.kept_by.reason)
        for item in found
        if item.kept_by is not None
        for known in identify(file, [item.finding], placed=False)
    )
    unused = unused_suppressions(file, found, rules)
    findings = tuple(identify(file, (*shown, *unused)))
    return FileResult(file.path, findings, rewritten if rewritten != file.source else None, suppressed=kept)


def unused_suppressions(file: TextFile, found: Sequence[Judged], rules: Sequence[Rule]) -> Iterator[Finding]:
    """Comments that keep nothing; told only where the whole way to the target is judged."""
    if file.window.mode is not Mode.UPGRADE or not file.suppressions:
        return
    names = {rule.id for rule in rules if not rule.project_checks}
    used = {(item.kept_by, item.finding.rule) for item in found}
    for suppression in file.suppressions:
        for name in sorted(suppression.rules & names):
            if (suppression, name) not in used:
                yield unused_suppression(file, suppression.line, name)


def unused_suppression(file: TextFile, line: int, name: str) -> Finding:
    """A comment that keeps nothing."""
    return Finding(
        rule=UNUSED,
        rows=(),
        path=file.path,
        line=line,
        end_line=line,
        column=1,
        severity=Severity.NOTICE,
        safety=Safety.MANUAL,
        message=f"Nothing here is found by `{name}` any more: remove the comment that ignores it",
        since=file.window.target,
        title="A comment ignores a finding that is not there",
    )


def identify(file: TextFile, findings: Iterable[Finding], *, placed: bool = True) -> Iterator[Finding]:
    """Give each finding its identity, in the order of the file; edits that many of them share are held once.

    A review wants to know where they stand as well, to follow them through edits: only where they are `placed`
    there the whole file is looked through for it.
    """
    seen: Counter[tuple[str, str]] = Counter()
    shared: dict[tuple[Edit, ...], tuple[Edit, ...]] = {}
    ordered = sorted(findings, key=lambda finding: finding.place)
    where = _where(file, ordered) if placed and ordered and file.window.mode is Mode.REVIEW else {}
    for finding in ordered:
        text = _text(file, finding)
        key = (finding.rule, text)
        yield replace(
            finding,
            fingerprint=fingerprint(finding.rule, file.path, text, seen[key]),
            likeness=likeness(finding.rule, text),
            edits=shared.setdefault(finding.edits, finding.edits),
            kinship=where.get((finding.rule, finding.line, finding.end_line), ""),
        )
        seen[key] += 1


def _where(file: TextFile, findings: Sequence[Finding]) -> dict[tuple[str, int, int], str]:
    """Where findings stand, by rule and lines."""
    text = file.source.decode(file.encoding, "replace")
    known = places(text, ((item.line, item.end_line) for item in findings))
    keys = {(item.rule, item.line, item.end_line) for item in findings}
    found = ((key, known[key[1], key[2]]) for key in keys)
    return {key: kinship(key[0], place.home, place.before, place.after) for key, place in found}


def _text(file: TextFile, finding: Finding) -> str:
    """The lines of a finding, without what would keep it."""
    start = file.line_span(finding.line)[0]
    end = file.line_span(finding.end_line)[1]
    return without_marks(file.source[start:end].decode(file.encoding, "replace"))
