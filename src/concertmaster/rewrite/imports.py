"""Edits of import statements: drop names, bring names in."""

from __future__ import annotations

import ast
import bisect
import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.new_imports import in_order, line_after, module_name, new_import
from concertmaster.rewrite.spans import replace_span
from concertmaster.rule import Import

_ENDS = re.compile(rb"[ \t]*,?[ \t]*(?:#[^\n]*)?\r?\n")


def drop_aliases(
    file: PythonFile, node: ast.Import | ast.ImportFrom, aliases: Collection[ast.alias]
) -> tuple[Edit, ...]:
    """The import statement without some of its names; without the statement when none is left."""
    if all(alias in aliases for alias in node.names):
        return (drop_statement(file, node),)
    return tuple(_drop_run(file, node.names, first, last) for first, last in _runs(node.names, aliases))


def _runs(names: list[ast.alias], unwanted: Collection[ast.alias]) -> Iterator[tuple[int, int]]:
    """First and last index of each run of unwanted names."""
    for wanted, group in itertools.groupby(range(len(names)), lambda index: names[index] not in unwanted):
        if not wanted:
            indexes = list(group)
            yield indexes[0], indexes[-1]


def _drop_run(file: PythonFile, names: list[ast.alias], first: int, last: int) -> Edit:
    if last + 1 < len(names):
        start, end = file.span(names[first])[0], file.span(names[last + 1])[0]
        return _whole_lines(file, start, end, names[last + 1])
    if (lines := _last_lines(file, names[first - 1], names[first], names[last])) is not None:
        return replace_span(file, *lines, "")
    return replace_span(file, file.span(names[first - 1])[1], file.span(names[last])[1], "")


def _last_lines(
    file: PythonFile, before: ast.alias, first: ast.alias, last: ast.alias
) -> tuple[int, int] | None:
    """The lines of the last names, comments and all, where these names alone have them and others stay."""
    start = file.line_span(first.lineno)[0]
    end = file.line_span(last.end_lineno or last.lineno)[1]
    behind = file.source[file.span(last)[1] : end]
    alone = not file.source[start : file.span(first)[0]].strip() and _ENDS.fullmatch(behind) is not None
    return (start, end) if alone and before.lineno < first.lineno else None


def _whole_lines(file: PythonFile, start: int, end: int, following: ast.alias) -> Edit:
    """Where a name has its line to itself, remove that line and leave the next one's indentation."""
    line_start = file.line_span(file.line_of(start))[0]
    next_start = file.line_span(following.lineno)[0]
    alone = not file.source[line_start:start].strip() and next_start > start
    return replace_span(file, line_start, next_start, "") if alone else replace_span(file, start, end, "")


def drop_statement(file: PythonFile, node: ast.stmt) -> Edit:
    """Remove a statement with its line, or leave `pass` where it is the only one of its block."""
    start, end = file.span(node)
    body = block_of(file, node)
    if len(body) == 1 and not isinstance(file.parent(node), ast.Module):
        return replace_span(file, start, end, "pass")
    line_start, _ = file.line_span(file.line_of(start))
    line_end = file.line_span(file.line_of(end))[1]
    behind = file.source[end:line_end]
    if file.source[line_start:start].strip() or re.match(rb"[ \t]*;[ \t]*[^\s#]", behind):
        return _drop_among_others(file, node, body)
    return replace_span(file, line_start, line_end, "")


def _drop_among_others(file: PythonFile, node: ast.stmt, body: list[ast.stmt]) -> Edit:
    """`a; b; c` without one of them."""
    index = body.index(node)
    if index + 1 < len(body) and body[index + 1].lineno == node.end_lineno:
        return replace_span(file, file.span(node)[0], file.span(body[index + 1])[0], "")
    return replace_span(file, file.span(body[index - 1])[1], file.span(node)[1], "")


def drop_unread(
    file: PythonFile, node: ast.Import | ast.ImportFrom, alias: ast.alias
) -> tuple[Edit, ...] | None:
    """Edits that take away an imported name that the file makes no use of; None where it does.

    Nothing is edited where other files may take the name from here, or a string speaks of it.
    """
    local, scope = alias.asname or alias.name, file.scope(node)
    uses = (name for name in file.nodes(ast.Name) if name.id == local and isinstance(name.ctx, ast.Load))
    if any(file.scope(use).find(local) is scope for use in uses):
        return None
    texts = (text.value for text in file.nodes(ast.Constant) if isinstance(text.value, str))
    spoken = re.compile(rf"\b{re.escape(local)}\b")
    kept = file.path.endswith("__init__.py") or is_taken(file, local) or any(map(spoken.search, texts))
    return () if kept else drop_aliases(file, node, [alias])


def is_taken(file: PythonFile, name: str) -> bool:
    """Whether another file of the project takes a name from this one."""
    definitions = file.around.definitions
    return definitions is not None and definitions.is_taken(file.path, name)


def block_of(file: PythonFile, node: ast.stmt) -> list[ast.stmt]:
    """The list of statements that a statement stands in."""
    up = file.parent(node)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(up, name, None)
        if isinstance(block, list) and node in block:
            return block
    return [node]


def add_import(file: PythonFile, wanted: Import, at: ast.AST | None = None) -> Edit | None:
    """Bring a name into the file, for a use of it at some place; None when it already means something else there.

    A name that is there already gives an edit that changes nothing.
    """
    scope = file.module_scope if at is None else file.scope(at)
    bound = scope.find(wanted.local)
    if bound is not None:
        present = bound.imports.get(wanted.local, ())
        origins = {imported.dotted for imported in present if not _only_typed(file, imported.node)}
        same = {file.canonical(name) for name in origins} == {
            file.canonical(f"{wanted.module}.{wanted.name}")
        }
        return Edit(0, 0, b"") if same and wanted.local not in bound.others else None
    text = wanted.name if wanted.alias is None else f"{wanted.name} as {wanted.alias}"
    seen = list(_imports_seen(file, at))
    module = file.canonical(wanted.module, module=True)
    for node in seen:
        if isinstance(node, ast.ImportFrom) and file.imported_module(node) == module:
            return _add_alias(file, node, text)
    statement = f"from {wanted.module} import {text}"
    late = _late_import(file, seen, module.partition(".")[0])
    return line_after(file, late, statement) if late else new_import(file, statement, wanted.module)


def add_imports(file: PythonFile, wanted: Iterable[Import], at: ast.AST | None = None) -> list[Edit] | None:
    """Bring several names into the file; None when one of them cannot be had."""
    places: dict[int, list[Edit]] = {}
    for one in wanted:
        edit = add_import(file, one, at)
        if edit is None:
            return None
        places.setdefault(edit.start, []).append(edit)
    return [edit for edits in places.values() for edit in in_order(file, edits)]


def _only_typed(file: PythonFile, node: ast.AST) -> bool:
    """Whether a statement stands below `if TYPE_CHECKING`, where nothing runs."""
    conditions = (up.test for up in file.ancestors(node) if isinstance(up, ast.If))
    return any(file.text(condition).endswith("TYPE_CHECKING") for condition in conditions)


def _imports_seen(file: PythonFile, at: ast.AST | None) -> Iterator[ast.Import | ast.ImportFrom]:
    """Import statements that surely ran where a place in the file is reached, innermost first."""
    around = {file.tree} if at is None else {at, *file.ancestors(at)}
    seen: list[tuple[int, ast.Import | ast.ImportFrom]] = []
    for node in file.nodes(ast.ImportFrom, ast.Import):
        up = file.parent(node)
        holds = up is file.tree or any(statement in around for statement in block_of(file, node))
        if holds and not isinstance(up, ast.ClassDef) and node.names[0].name != "*":
            seen.append((-len(list(file.ancestors(node))), node))
    yield from (node for _, node in sorted(seen, key=lambda one: one[0]))


def _late_import(
    file: PythonFile, seen: list[ast.Import | ast.ImportFrom], root: str
) -> ast.Import | ast.ImportFrom | None:
    """An import of the same package inside a function, where the module itself puts it off."""
    same = [node for node in seen if module_name(node).partition(".")[0] == root]
    at_once = any(file.parent(node) is file.tree for node in same)
    return None if at_once or not same else same[0]


def _add_alias(file: PythonFile, node: ast.ImportFrom, text: str) -> Edit:
    """Add a name in its place, on a line of its own where the others have theirs."""
    index = _place_among([alias.name for alias in node.names], text.partition(" ")[0])
    if index == 0:
        return _add_before(file, node, text)
    last = node.names[index - 1]
    end = file.span(last)[1]
    lead = _own_line(file, node, last)
    if lead is None:
        return replace_span(file, end, end, f", {text}")
    line_end = file.line_span(last.end_lineno or last.lineno)[1]
    if file.source[end:line_end].lstrip().startswith(b","):
        return replace_span(file, line_end, line_end, f"{lead}{text},\n")
    return replace_span(file, end, end, f",\n{lead}{text}")


def _add_before(file: PythonFile, node: ast.ImportFrom, text: str) -> Edit:
    start = file.span(node.names[0])[0]
    lead = _own_line(file, node, node.names[0])
    return replace_span(file, start, start, f"{text}, " if lead is None else f"{text},\n{lead}")


def _own_line(file: PythonFile, node: ast.ImportFrom, alias: ast.alias) -> str | None:
    """The indentation of a name that begins a line behind that of the statement."""
    lead = file.source[file.line_span(alias.lineno)[0] : file.span(alias)[0]]
    return lead.decode(file.encoding) if alias.lineno > node.lineno and not lead.strip() else None


def _place_among(names: list[str], name: str) -> int:
    """Where a sorted import wants a name; at the end of one that is in no known order."""
    orders: tuple[Callable[[str], tuple[int, str]], ...] = (_by_kind, _by_case, _by_letter)
    for order in orders:
        keys = [order(known) for known in names]
        if keys == sorted(keys):
            return bisect.bisect(keys, order(name))
    return len(names)


def _by_kind(name: str) -> tuple[int, str]:
    """Constants, classes, the rest: the order of isort and ruff."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name.lower()


def _by_case(name: str) -> tuple[int, str]:
    return 0, name


def _by_letter(name: str) -> tuple[int, str]:
    return 0, name.lower()
