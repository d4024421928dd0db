"""Judges files of settings by the rules on settings, as the engine judges Python files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from concertmaster.judging import FileResult, analyse_spans
from concertmaster.project.python import Surroundings
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.suppressions import MARK
from concertmaster.rule import Hit, Rule


def analyse_settings(
    path: str,
    source: bytes,
    around: Surroundings,
    rules: Sequence[Rule],
    *,
    unsafe: bool,
    rewriting: bool = True,
) -> FileResult:
    """Judge one file of settings and rewrite it: SAFE findings, with `unsafe` the SUGGESTED ones too."""
    able = [rule for rule in rules if rule.reads_settings]
    active = [rule for rule in able if rule.concerns(source)]
    if not active and MARK not in source:
        return FileResult(path)
    return analyse_spans(
        SettingsFile(path, source, around),
        hits=lambda file: seen(file, active),
        reopen=lambda text: SettingsFile(path, text, around),
        rules=able,
        unsafe=unsafe,
        rewriting=rewriting,
    )


def seen(file: SettingsFile, rules: Iterable[Rule]) -> Iterator[tuple[Rule, Hit]]:
    """Everything that rules see in a file of settings.

    Raises:
        Unreadable: the file is not well-formed.
    """
    return ((rule, hit) for rule in rules for hit in rule.settings_hits(file))
