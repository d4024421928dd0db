"""Which files are judged, and by what: a file may be Python and a manifest at once, as a `setup.py` is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from concertmaster.engine import analyse_python
from concertmaster.engine_documents import analyse_document
from concertmaster.engine_manifests import analyse_manifest
from concertmaster.engine_settings import analyse_settings
from concertmaster.judging import FileResult
from concertmaster.project.documents import is_document
from concertmaster.project.files import is_python
from concertmaster.project.manifests.read import is_lock, is_manifest
from concertmaster.project.python import Surroundings
from concertmaster.project.settings.read import is_settings_file
from concertmaster.rule import Rule

Analyse = Callable[[str, bytes, Surroundings, Sequence[Rule], bool, bool], FileResult]


def _python(
    path: str, source: bytes, around: Surroundings, rules: Sequence[Rule], unsafe: bool, rewriting: bool
) -> FileResult:
    return analyse_python(path, source, around, rules, unsafe=unsafe, rewriting=rewriting)


def _manifest(
    path: str, source: bytes, around: Surroundings, rules: Sequence[Rule], unsafe: bool, rewriting: bool
) -> FileResult:
    return analyse_manifest(path, source, around.window, rules, unsafe=unsafe, rewriting=rewriting)


def _settings(
    path: str, source: bytes, around: Surroundings, rules: Sequence[Rule], unsafe: bool, rewriting: bool
) -> FileResult:
    return analyse_settings(path, source, around, rules, unsafe=unsafe, rewriting=rewriting)


def _document(
    path: str, source: bytes, around: Surroundings, rules: Sequence[Rule], unsafe: bool, rewriting: bool
) -> FileResult:
    def inside(name: str, code: bytes, without: frozenset[str]) -> FileResult:
        wanted = [rule for rule in rules if rule.id not in without] if without else rules
        return analyse(name, code, around, wanted, unsafe=True, rewriting=rewriting)

    return analyse_document(path, source, around, rules, unsafe=unsafe, rewriting=rewriting, analyse=inside)


def _holds_settings(path: str) -> bool:
    return is_settings_file(path) and not is_lock(path)


def _is_written_by_hand(path: str) -> bool:
    return is_manifest(path) and not is_lock(path)


SUBJECTS: tuple[tuple[Callable[[str], bool], Analyse], ...] = (
    (is_python, _python),
    (_is_written_by_hand, _manifest),
    (_holds_settings, _settings),
    (is_document, _document),
)


def subjects(path: str) -> tuple[Analyse, ...]:
    """Everything that a file is, by its path."""
    return tuple(function for fits, function in SUBJECTS if fits(path))


def is_judged(path: str) -> bool:
    """Whether rules look at a file of this path."""
    return bool(subjects(path))


def analyse(
    path: str,
    source: bytes,
    around: Surroundings,
    rules: Sequence[Rule],
    *,
    unsafe: bool,
    rewriting: bool = True,
) -> FileResult:
    """Judge a file as everything that it is; findings are those of its old text.

    Without `rewriting` there is no new text, at half the price.
    """
    whole = FileResult(path)
    for analyse_as in subjects(path):
        result = analyse_as(path, source, around, rules, unsafe, rewriting)
        whole = _both(whole, result)
        if whole.rewritten is not None and result.rewritten != whole.rewritten:
            again = analyse_as(path, whole.rewritten, around, rules, unsafe, rewriting)
            whole = replace(whole, rewritten=again.rewritten or whole.rewritten)
    return whole


def _both(first: FileResult, second: FileResult) -> FileResult:
    findings = sorted((*first.findings, *second.findings), key=lambda finding: finding.place)
    return FileResult(
        first.path,
        tuple(findings),
        first.rewritten if first.rewritten is not None else second.rewritten,
        first.unanalysed or second.unanalysed,
        (*first.suppressed, *second.suppressed),
    )
