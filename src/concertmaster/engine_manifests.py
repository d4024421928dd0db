"""Judges manifests by the rules on dependencies, as the engine judges Python files."""

from __future__ import annotations

from collections.abc import Sequence

from concertmaster.judging import FileResult, analyse_spans
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.rule import Rule
from concertmaster.versions import Window


def analyse_manifest(
    path: str,
    source: bytes,
    window: Window,
    rules: Sequence[Rule],
    *,
    unsafe: bool,
    rewriting: bool = True,
) -> FileResult:
    """Judge one manifest and rewrite it: SAFE findings, with `unsafe` the SUGGESTED ones too."""
    active = [rule for rule in rules if rule.dependency_checks]
    return analyse_spans(
        ManifestFile(path, source, window),
        hits=lambda file: ((rule, hit) for rule in active for hit in rule.dependency_hits(file)),
        reopen=lambda text: ManifestFile(path, text, window),
        rules=active,
        unsafe=unsafe,
        rewriting=rewriting,
    )
