"""Judges manifests by the rules on dependencies, as the engine judges Python files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from concertmaster.findings import Unanalysed
from concertmaster.judging import FileResult, Judged, judged, real_edits, result, settle
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.project.text import Unreadable
from concertmaster.rule import Rule, Span
from concertmaster.versions import Window


def analyse_manifest(
    path: str, source: bytes, window: Window, rules: Sequence[Rule], *, unsafe: bool
) -> FileResult:
    """Judge one manifest and rewrite it: SAFE findings, with `unsafe` the SUGGESTED ones too."""
    active = [rule for rule in rules if rule.dependency_checks]
    file = ManifestFile(path, source, window)
    try:
        found = list(judge(file, active))
        settled = settle(
            file,
            found,
            judge=lambda other: judge(other, active),
            reopen=lambda text: ManifestFile(path, text, window),
            unsafe=unsafe,
        )
    except Unreadable as error:
        return FileResult(path, unanalysed=Unanalysed(path, str(error)))
    return result(file, found, settled.source, active)


def judge(file: ManifestFile, rules: Iterable[Rule]) -> Iterator[Judged]:
    """Everything that is wrong in a manifest in the release under judgement, by priority of the rules.

    Raises:
        Unreadable: the manifest is not well-formed.
    """
    for rule in rules:
        for hit in rule.dependency_hits(file):
            assert isinstance(hit.where, Span)  # noqa: S101
            place = (hit.where.start, hit.where.end)
            item = judged(file, rule, hit, place=place, edits=real_edits(file, hit.edits))
            if item is not None:
                yield item
