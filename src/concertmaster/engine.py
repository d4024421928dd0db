"""Judges files by rules and rewrites them until nothing changes any more."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from concertmaster.engine_prefilter import Prefilter, prefilter_of
from concertmaster.findings import Edit, EditSet, Intervals, Unanalysed, apply
from concertmaster.judging import FileResult as FileResult
from concertmaster.judging import Judged, judged, real_edits, result, settle
from concertmaster.project.framework import framework
from concertmaster.project.python import PythonFile, Surroundings, Unreadable, unreadable_bytes
from concertmaster.project.shims import in_import_guard
from concertmaster.project.suppressions import MARK
from concertmaster.rewrite import add_imports, drop_aliases
from concertmaster.rewrite.imports import is_taken
from concertmaster.rewrite.moves import join_doubled
from concertmaster.rule import Hit, Rule, Span


def analyse_python(
    path: str,
    source: bytes,
    around: Surroundings,
    rules: Sequence[Rule],
    *,
    unsafe: bool,
    rewriting: bool = True,
) -> FileResult:
    """Judge one Python file and rewrite it: SAFE findings, with `unsafe` the SUGGESTED ones too."""
    prefilter = prefilter_of(rules, around.window)
    active = _active(prefilter, path, source, around)
    if not active and MARK not in source:
        reason = unreadable_bytes(source)
        return FileResult(path, unanalysed=Unanalysed(path, reason) if reason else None)
    file = PythonFile(path, source, around)
    try:
        found = list(judge(file, active))
        rewritten = rewrite(file, found, prefilter, unsafe=unsafe) if rewriting else source
    except Unreadable as error:
        return FileResult(path, unanalysed=Unanalysed(path, str(error)))
    except RecursionError:
        return FileResult(path, unanalysed=Unanalysed(path, "nested too deeply to be judged"))
    return result(file, found, rewritten, rules)


def _active(prefilter: Prefilter, path: str, source: bytes, around: Surroundings) -> tuple[Rule, ...]:
    """The rules that a file concerns, by its own words or by those of the modules that it imports from."""
    active = prefilter.active(path, source, around.definitions)
    following = [rule for rule in prefilter.following if not any(rule is one for one in active)]
    if following and around.definitions is not None and around.definitions.reaches_framework(path, source):
        return (*active, *following)
    return active


def judge(file: PythonFile, rules: Iterable[Rule]) -> Iterator[Judged]:
    """Everything that is wrong in a file in the release under judgement, by priority of the rules.

    Raises:
        Unreadable: the file is no Python that can be judged.
    """
    covered = Intervals()
    for rule in sorted(rules, key=lambda rule: rule.fallback):
        for hit in rule.hits(file):
            if file.window.severity(hit.change or rule.change) is None:
                continue
            place = _place(file, hit.where)
            if rule.fallback and covered.touch(place):
                continue
            item = judged(file, rule, hit, place=place, edits=_all_edits(file, hit))
            if item is not None:
                yield item
                if rule.covers and not rule.fallback:
                    covered.add(place)


def _place(file: PythonFile, where: ast.AST | Span) -> tuple[int, int]:
    if isinstance(where, Span):
        return where.start, where.end
    if isinstance(where, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        start = file.span(where)[0]
        return start, file.line_span(file.line_of(start))[1] - 1
    return (0, 0) if isinstance(where, ast.Module) else file.span(where)


def _all_edits(file: PythonFile, hit: Hit) -> tuple[Edit, ...]:
    """The hit's own edits and those that bring in the names it needs; none when a name cannot be had."""
    if not hit.edits:
        return ()
    place = None if isinstance(hit.where, (Span, ast.Module)) else hit.where
    imports = add_imports(file, hit.imports, place)
    return () if imports is None else real_edits(file, _with_imports(hit.edits, imports))


def _with_imports(edits: Iterable[Edit], imports: Sequence[Edit]) -> Iterator[Edit]:
    """Edits and new imports; what is imported on the line before an edit is written before it."""
    above = {one.start: one.text for one in imports if one.start == one.end}
    for edit in sorted(edits):
        yield Edit(edit.start, edit.end, above.pop(edit.start, b"") + edit.text)
    yield from (one for one in imports if one.start != one.end or one.start in above)


def rewrite(file: PythonFile, found: Sequence[Judged], prefilter: Prefilter, *, unsafe: bool) -> bytes:
    """The file's new text: rounds of edits that can be made together, until a round changes nothing.

    Raises:
        Unreadable: the rewrites do not settle, or would leave text that does not parse.
    """
    settled = settle(
        file,
        found,
        judge=lambda other: judge(other, _active(prefilter, other.path, other.source, other.around)),
        reopen=lambda source: PythonFile(file.path, source, file.around),
        unsafe=unsafe,
    )
    return settled.source if settled is file else _with_tidy_imports(file, settled)


def _with_tidy_imports(before: PythonFile, after: PythonFile) -> bytes:
    """Without imports that a rewrite has left without a use, and only those (guard rule G-09), nor doubled ones."""
    used = _names_used(after)
    freed = (_names_used(before) - used) | (_names_imported(after) - _names_imported(before) - used)
    chosen = EditSet()
    for node in after.nodes(ast.ImportFrom, ast.Import):
        if in_import_guard(after, node):
            continue
        unused = [
            alias for alias in node.names if _local(node, alias) in freed and not _is_kept(after, node, alias)
        ]
        if unused:
            chosen.add(drop_aliases(after, node, unused))
    for joined in join_doubled(before, after):
        chosen.add(joined)
    return apply(after.source, chosen)


def _is_kept(file: PythonFile, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> bool:
    """Whether another file takes the name from this one, and it can still be had."""
    known, module = framework(file), file.imported_module(node) if isinstance(node, ast.ImportFrom) else None
    gone = known is not None and module is not None and known.cannot_import(module, alias.name)
    return not gone and is_taken(file, _local(node, alias))


def _names_imported(file: PythonFile) -> set[str]:
    return {_local(node, alias) for node in file.nodes(ast.ImportFrom, ast.Import) for alias in node.names}


def _local(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    return alias.asname or (alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name)


def _is_imported(file: PythonFile, name: ast.Name) -> bool:
    scope = file.scope(name).find(name.id) if name.id in file.imported_names else None
    return scope is not None and name.id in scope.imports


def _is_statement(file: PythonFile, node: ast.expr) -> bool:
    return isinstance(file.parent(node), ast.Expr)


def _names_used(file: PythonFile) -> set[str]:
    """Imported names that are read, and words in strings: annotations and `__all__` may be strings, docstrings not."""
    names = {node.id for node in file.nodes(ast.Name) if _is_imported(file, node)}
    for constant in file.nodes(ast.Constant):
        if (
            isinstance(constant.value, str)
            and len(constant.value) < 200
            and not _is_statement(file, constant)
        ):
            names.update(
                constant.value.replace("[", " ").replace("]", " ").replace(".", " ").replace(",", " ").split()
            )
    return names
