"""Judges what only the whole project shows, and mends it in any of its files, by new ones too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from concertmaster.findings import Edit, EditSet, Finding, Safety, Suppressed, apply
from concertmaster.judging import identify
from concertmaster.project.text import Unreadable
from concertmaster.project.whole import ProjectFiles
from concertmaster.rule import ProjectHit, Rule

MAX_PASSES = 12
_Told = tuple[str, str, str, str]
Allowed = Callable[[Rule, Finding], bool]


class ProjectResult(Struct, frozen=True):
    """What the project rules found, and the files that are other or new after them.

    `proposed` are the new files that a person has to want, where only safe rewrites are made; `unread` tells what kept
    the rules from looking.
    """

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    rewritten: dict[str, bytes] = field(default_factory=dict)
    proposed: dict[str, bytes] = field(default_factory=dict)
    unread: str = ""


class _Judged(Struct, frozen=True):
    finding: Finding
    hit: ProjectHit
    reason: str | None


def analyse_project(
    files: ProjectFiles,
    rules: Sequence[Rule],
    rewritten: Mapping[str, bytes],
    *,
    unsafe: bool,
    allowed: Allowed,
    rewriting: bool = True,
) -> ProjectResult:
    """Judge the old texts; mend them over what was rewritten file by file."""
    active = [rule for rule in rules if rule.project_checks]
    found = list(_judge(files, active, allowed)) if active else []
    if not found:
        return ProjectResult()
    kept = tuple(Suppressed(item.finding, item.reason) for item in found if item.reason is not None)
    told = tuple(item.finding for item in found if item.reason is None)
    if not rewriting:
        return ProjectResult(told, kept)
    texts = _mended(files, active, rewritten, found, unsafe=unsafe, allowed=allowed)
    proposed = {} if unsafe else _created(files, active, found, set(), unsafe=True, allowed=allowed)
    return ProjectResult(told, kept, texts, proposed)


def _judge(files: ProjectFiles, rules: Sequence[Rule], allowed: Allowed) -> Iterator[_Judged]:
    hits = ((rule, hit) for model in files.models() for rule in rules for hit in rule.project_hits(model))
    return _identified(files, hits, allowed)


def compare_projects(
    before: ProjectFiles, after: ProjectFiles, rules: Sequence[Rule], allowed: Allowed
) -> ProjectResult:
    """What the rules on both sides of a review see; projects are the same where their folders are."""
    active = [rule for rule in rules if rule.comparisons]
    if not active or _is_same(before, after):
        return ProjectResult()
    old = {model.root: model for model in before.models()}
    hits = (
        (rule, hit)
        for model in after.models()
        if model.root in old
        for rule in active
        for hit in rule.compared_hits(old[model.root], model)
    )
    found = list(_identified(after, hits, allowed))
    kept = tuple(Suppressed(item.finding, item.reason) for item in found if item.reason is not None)
    return ProjectResult(tuple(item.finding for item in found if item.reason is None), kept)


def _is_same(one: ProjectFiles, other: ProjectFiles) -> bool:
    return one.paths == other.paths and all(one.read(path) == other.read(path) for path in one.paths)


def _identified(
    files: ProjectFiles, hits: Iterable[tuple[Rule, ProjectHit]], allowed: Allowed
) -> Iterator[_Judged]:
    """The hits as findings, those on lines alike told apart by their order."""
    made = [(rule, judged) for rule, hit in hits if (judged := _judged(files, rule, hit)) is not None]
    found = [judged for _, judged in made]
    ordered: defaultdict[str, list[int]] = defaultdict(list)
    for index in sorted(range(len(found)), key=lambda index: found[index].finding.place):
        ordered[found[index].finding.path].append(index)
    for path, places in ordered.items():
        known = identify(files.text(path), [found[index].finding for index in places])
        for index, finding in zip(places, known, strict=True):
            found[index] = replace(found[index], finding=finding)
    for (rule, _), judged in zip(made, found, strict=True):
        if allowed(rule, judged.finding):
            yield judged


def _judged(files: ProjectFiles, rule: Rule, hit: ProjectHit) -> _Judged | None:
    """A hit as a finding; None where its change does not concern the release under judgement."""
    change = hit.change or rule.change
    severity = files.around.window.severity(change)
    if severity is None:
        return None
    text = files.text(hit.place.path)
    start, end = hit.place.start, max(hit.place.start, hit.place.end - 1)
    finding = Finding(
        rule=rule.id,
        rows=rule.rows if hit.rows is None else hit.rows,
        path=hit.place.path,
        line=text.line_of(start),
        end_line=text.line_of(end),
        column=text.column_of(start),
        severity=severity,
        safety=(hit.safety or rule.safety) if hit.edits or hit.files else Safety.MANUAL,
        message=hit.message,
        since=change.since,
        title=rule.documentation.title,
        url=rule.url,
        edits=hit.edits.get(hit.place.path, ()),
        difference=hit.difference,
        works_from=change.works_from,
    )
    try:
        comments = text.suppressions
    except Unreadable:
        return None
    kept = next((one for one in comments if one.covers(rule.id, finding.line, finding.end_line)), None)
    return _Judged(finding, hit, None if kept is None else kept.reason)


def project_findings(files: ProjectFiles, rules: Sequence[Rule]) -> tuple[Finding, ...]:
    """Everything that the rules see, wherever it is, kept or not."""
    return tuple(item.finding for item in _judge(files, rules, lambda *_: True))


# -- mending -----------------------------------------------------------------------------------


def _mended(
    files: ProjectFiles,
    rules: Sequence[Rule],
    rewritten: Mapping[str, bytes],
    found: Sequence[_Judged],
    *,
    unsafe: bool,
    allowed: Allowed,
) -> dict[str, bytes]:
    """New files as the old texts ask for them, then edits of the rewritten ones, until nothing is left to do.

    The old texts come first: what a rewrite takes out of them may be what a new file has to keep.
    """
    done: set[_Told] = set()  # findings that have got their files: none asks twice
    created = _created(files, rules, found, done, unsafe=unsafe, allowed=allowed)
    texts = {**rewritten, **created}
    for _ in range(MAX_PASSES):
        over = files.over(texts)
        changed = _pass(over, list(_judge(over, rules, allowed)), done, unsafe=unsafe)
        if not changed:
            break
        texts |= changed
    return {path: text for path, text in texts.items() if rewritten.get(path) != text}


def _created(
    files: ProjectFiles,
    rules: Sequence[Rule],
    found: Sequence[_Judged],
    done: set[_Told],
    *,
    unsafe: bool,
    allowed: Allowed,
) -> dict[str, bytes]:
    """The new files that the texts ask for as they are, each as it is after those before it."""
    created: dict[str, bytes] = {}
    current = found
    while fresh := _next_files(current, done, unsafe=unsafe):
        created |= fresh
        current = list(_judge(files.over(created), rules, allowed))
    return created


def _next_files(found: Sequence[_Judged], done: set[_Told], *, unsafe: bool) -> dict[str, bytes]:
    """The new files of the first finding that has some: the next one may have to follow on them."""
    for item in found:
        files = item.hit.files
        if files and _may(item, unsafe=unsafe) and _told(item) not in done:
            done.update(_told(other) for other in found if other.hit.files == files)
            return dict(files)
    return {}


def _told(item: _Judged) -> _Told:
    told = item.finding.message.partition("; ")[
        0
    ]  # what follows names the file, which is not always the same
    return item.finding.rule, item.finding.path, item.finding.likeness, told


def _may(item: _Judged, *, unsafe: bool) -> bool:
    return item.reason is None and (
        item.finding.safety is Safety.SAFE or (unsafe and item.finding.safety is Safety.SUGGESTED)
    )


def _pass(
    files: ProjectFiles, found: Sequence[_Judged], done: set[_Told], *, unsafe: bool
) -> dict[str, bytes]:
    """One round of edits that can be made together, and the new files of one finding."""
    changed = _next_files(found, done, unsafe=unsafe)
    chosen: dict[str, EditSet] = {}
    for item in found:
        if item.hit.edits and not item.hit.files and _may(item, unsafe=unsafe):
            _take(chosen, item.hit.edits)
    for path, edits in chosen.items():
        source = files.read(path) or b""
        new = apply(source, edits)
        if new != source:
            changed[path] = new
    return changed


def _take(chosen: dict[str, EditSet], edits: Mapping[str, tuple[Edit, ...]]) -> None:
    """Take the edits of a finding unless some of them want bytes that are taken."""
    if len(edits) == 1 or not any(path in chosen and bool(chosen[path]) for path in edits):
        for path, group in edits.items():
            chosen.setdefault(path, EditSet()).add(group)


__all__ = ["ProjectFiles", "ProjectResult", "analyse_project", "compare_projects", "project_findings"]
