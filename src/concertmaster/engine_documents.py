"""Judges the code in documents as files of its own; prose is never touched.

A document breaks nothing, so what is found in it warns at most. Whether old code is shown on purpose only its
author knows, so every rewrite asks to be checked, and what cannot be rewritten is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from concertmaster.engine_settings import seen
from concertmaster.findings import Finding, Safety, Severity, Unanalysed
from concertmaster.judging import UNUSED, FileResult, identify, judge_spans, settle, unused_suppression
from concertmaster.project.documents import LIMIT, Snippet, snippets
from concertmaster.project.python import Surroundings
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Kind
from concertmaster.project.suppressions import MARK, Suppression, document_suppressions
from concertmaster.project.text import TextFile, Unreadable
from concertmaster.rule import Rule
from concertmaster.versions import Mode

#: Judges code by the name of its file, but for some rules.
Analyse = Callable[[str, bytes, frozenset[str]], FileResult]


def analyse_document(
    path: str,
    source: bytes,
    around: Surroundings,
    rules: Sequence[Rule],
    *,
    unsafe: bool,
    rewriting: bool = True,
    analyse: Analyse,
) -> FileResult:
    """Judge a document's code; `analyse` judges a file by its name. Code that is none is passed over."""
    if not any(_concerns(rule, source) for rule in rules):
        return FileResult(path)
    if len(source) > LIMIT:
        return FileResult(path, unanalysed=Unanalysed(path, f"larger than {LIMIT // 1024} KiB"))
    found = snippets(path, source)
    kept = _suppressions(source, found)
    judged = ((one, analyse(one.path, one.code(source), _kept(one, kept))) for one in found)
    pieces = [piece for piece in judged if piece[0].can_hold(piece[1].rewritten or piece[0].code(source))]
    told = [finding for snippet, result in pieces for finding in _told(path, snippet, result)]
    file = SettingsFile(path, source, around, Kind.TABLE)
    try:
        told += _unused(file, rules, kept, found, analyse)
        told += _tables(path, source, around, rules)
        rewritten = _settled(path, _spliced(source, pieces), around, rules) if rewriting else source
    except Unreadable as error:
        return FileResult(path, unanalysed=Unanalysed(path, str(error)))
    findings = tuple(identify(TextFile(path, source, around.window), told))
    return FileResult(path, findings, rewritten if unsafe and rewritten != source else None)


def _suppressions(source: bytes, found: Sequence[Snippet]) -> tuple[Suppression, ...]:
    """What the document's own comments keep, outside of its code."""
    if MARK not in source:
        return ()
    blocks = [(snippet.first, snippet.first + len(snippet.lines) - 1) for snippet in found]
    return document_suppressions(source.decode("utf-8", "replace"), blocks)


def _unused(
    file: SettingsFile,
    rules: Sequence[Rule],
    kept: Iterable[Suppression],
    found: Iterable[Snippet],
    analyse: Analyse,
) -> Iterator[Finding]:
    """The document's own comments that keep nothing, where the whole way to the target is judged."""
    known = {rule.id for rule in rules if not rule.project_checks}
    for one in kept if file.window.mode is Mode.UPGRADE else ():
        codes = [snippet for snippet in found if _kept(snippet, [one])]
        results = [analyse(snippet.path, snippet.code(file.source), frozenset()) for snippet in codes]
        items = judge_spans(file, seen(file, _active(rules, file.source)))
        there = {item.rule for result in results for item in result.findings}
        there |= {
            item.rule.id
            for item in items
            if one.covers(item.rule.id, item.finding.line, item.finding.end_line)
        }
        yield from (unused_suppression(file, one.line, name) for name in sorted(one.rules & known - there))


def _kept(snippet: Snippet, kept: Iterable[Suppression]) -> frozenset[str]:
    """The rules that a comment before a piece of code names."""
    first, last = snippet.first, snippet.first + len(snippet.lines) - 1
    return frozenset(name for one in kept for name in one.rules if one.covers(name, first, last))


def _concerns(rule: Rule, source: bytes) -> bool:
    reads = rule.reads_python and any(word in source for word in rule.triggers)
    requires = any(name.encode() in source for name in rule.dependency_checks)
    return reads or requires or (rule.reads_settings and rule.concerns(source))


def _told(path: str, snippet: Snippet, result: FileResult) -> Iterator[Finding]:
    """The findings of a piece of code, by their places in the document."""
    for finding in result.findings:
        if finding.edits or finding.rule == UNUSED:
            first, last = snippet.first + finding.line - 1, snippet.first + finding.end_line - 1
            column = finding.column + len(snippet.prefix.decode("utf-8", "replace"))
            edits = tuple(snippet.edit(edit) for edit in finding.edits)
            yield _in_document(
                replace(finding, path=path, line=first, end_line=last, column=column, edits=edits)
            )


def _in_document(finding: Finding) -> Finding:
    severity = Severity.WARNING if finding.severity is Severity.ERROR else finding.severity
    safety = Safety.SUGGESTED if finding.edits else finding.safety
    return replace(finding, severity=severity, safety=safety)


def _spliced(source: bytes, pieces: Sequence[tuple[Snippet, FileResult]]) -> bytes:
    """The document with the new code of each piece."""
    for snippet, result in reversed(pieces):
        if result.rewritten is not None:
            start, end = snippet.lines[0][0] - len(snippet.prefix), snippet.lines[-1][1]
            source = source[:start] + snippet.rewritten(result.rewritten) + source[end:]
    return source


def _tables(path: str, source: bytes, around: Surroundings, rules: Sequence[Rule]) -> Iterator[Finding]:
    """What is found in tables of variables, and in directives that name modules."""
    file = SettingsFile(path, source, around, Kind.TABLE)
    for item in judge_spans(file, seen(file, _active(rules, source))):
        if item.finding.edits and item.kept_by is None:
            yield _in_document(item.finding)


def _settled(path: str, source: bytes, around: Surroundings, rules: Sequence[Rule]) -> bytes:
    active = _active(rules, source)
    file = SettingsFile(path, source, around, Kind.TABLE)
    return settle(
        file,
        list(judge_spans(file, seen(file, active))),
        judge=lambda other: judge_spans(other, seen(other, active)),
        reopen=lambda text: SettingsFile(path, text, around, Kind.TABLE),
        unsafe=True,
    ).source


def _active(rules: Sequence[Rule], source: bytes) -> list[Rule]:
    return [rule for rule in rules if rule.reads_settings and rule.concerns(source)]
