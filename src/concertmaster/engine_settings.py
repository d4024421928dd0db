"""Judges files of settings by the rules on settings, as the engine judges Python files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from concertmaster.findings import Unanalysed
from concertmaster.judging import FileResult, Judged, judged, real_edits, result, settle
from concertmaster.project.python import Surroundings
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.suppressions import MARK
from concertmaster.project.text import Unreadable
from concertmaster.rule import Rule, Span


def analyse_settings(
    path: str, source: bytes, around: Surroundings, rules: Sequence[Rule], *, unsafe: bool
) -> FileResult:
    """Judge one file of settings and rewrite it: SAFE findings, with `unsafe` the SUGGESTED ones too."""
    able = [rule for rule in rules if rule.reads_settings]
    active = [rule for rule in able if rule.concerns(source)]
    if not active and MARK not in source:
        return FileResult(path)
    file = SettingsFile(path, source, around)
    try:
        found = list(judge(file, active))
        settled = settle(
            file,
            found,
            judge=lambda other: judge(other, active),
            reopen=lambda text: SettingsFile(path, text, around),
            unsafe=unsafe,
        )
    except Unreadable as error:
        return FileResult(path, unanalysed=Unanalysed(path, str(error)))
    return result(file, found, settled.source, able)


def judge(file: SettingsFile, rules: Iterable[Rule]) -> Iterator[Judged]:
    """Everything that is wrong in a file of settings in the release under judgement, by priority of the rules.

    Raises:
        Unreadable: the file is not well-formed.
    """
    for rule in rules:
        for hit in rule.settings_hits(file):
            assert isinstance(hit.where, Span)  # noqa: S101
            place = (hit.where.start, hit.where.end)
            item = judged(file, rule, hit, place=place, edits=real_edits(file, hit.edits))
            if item is not None:
                yield item
