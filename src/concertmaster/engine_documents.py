"""Judges the code in documents as files of its own; prose is never touched.

A document breaks nothing, so what is found in it warns at most. Whether old code is shown on purpose only its
author knows, so every rewrite asks to be checked, and what cannot be rewritten is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from concertmaster.engine_settings import seen
from concertmaster.findings import Finding, Safety, Severity, Unanalysed
from concertmaster.judging import FileResult, identify, judge_spans, settle
from concertmaster.project.documents import LIMIT, Snippet, snippets
from concertmaster.project.python import Surroundings
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Kind
from concertmaster.project.text import TextFile, Unreadable
from concertmaster.rule import Rule

Analyse = Callable[[str, bytes], FileResult]


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
    judged = ((snippet, analyse(snippet.path, snippet.code(source))) for snippet in snippets(path, source))
    pieces = [piece for piece in judged if piece[0].can_hold(piece[1].rewritten or piece[0].code(source))]
    told = [finding for snippet, result in pieces for finding in _told(path, snippet, result)]
    try:
        told += _tables(path, source, around, rules)
        rewritten = _settled(path, _spliced(source, pieces), around, rules) if rewriting else source
    except Unreadable as error:
        return FileResult(path, unanalysed=Unanalysed(path, str(error)))
    findings = tuple(identify(TextFile(path, source, around.window), told))
    return FileResult(path, findings, rewritten if unsafe and rewritten != source else None)


def _concerns(rule: Rule, source: bytes) -> bool:
    reads = rule.reads_python and any(word in source for word in rule.triggers)
    requires = any(name.encode() in source for name in rule.dependency_checks)
    return reads or requires or (rule.reads_settings and rule.concerns(source))


def _told(path: str, snippet: Snippet, result: FileResult) -> Iterator[Finding]:
    """The findings of a piece of code, by their places in the document."""
    for finding in result.findings:
        if finding.edits:
            first, last = snippet.first + finding.line - 1, snippet.first + finding.end_line - 1
            column = finding.column + len(snippet.prefix.decode("utf-8", "replace"))
            edits = tuple(snippet.edit(edit) for edit in finding.edits)
            yield _in_document(
                replace(finding, path=path, line=first, end_line=last, column=column, edits=edits)
            )


def _in_document(finding: Finding) -> Finding:
    severity = Severity.WARNING if finding.severity is Severity.ERROR else finding.severity
    return replace(finding, severity=severity, safety=Safety.SUGGESTED)


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
