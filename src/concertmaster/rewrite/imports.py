"""Edits of import statements: drop names, bring names in."""

from __future__ import annotations

import ast
import itertools
import re
import sys
from collections.abc import Collection, Iterator

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.spans import replace_span
from concertmaster.rule import Import


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
    return replace_span(file, file.span(names[first - 1])[1], file.span(names[last])[1], "")


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
    if file.source[line_start:start].strip() or re.match(rb"[ \t]*;", behind):
        return _drop_among_others(file, node, body)
    return replace_span(file, line_start, line_end, "")


def _drop_among_others(file: PythonFile, node: ast.stmt, body: list[ast.stmt]) -> Edit:
    """`a; b; c` without one of them."""
    index = body.index(node)
    if index + 1 < len(body) and body[index + 1].lineno == node.end_lineno:
        return replace_span(file, file.span(node)[0], file.span(body[index + 1])[0], "")
    return replace_span(file, file.span(body[index - 1])[1], file.span(node)[1], "")


def block_of(file: PythonFile, node: ast.stmt) -> list[ast.stmt]:
    """The list of statements that a statement stands in."""
    up = file.parent(node)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(up, name, None)
        if isinstance(block, list) and node in block:
            return block
    return [node]


def add_import(file: PythonFile, wanted: Import) -> Edit | None:
    """Bring a name into the file; None when its local name already means something else there.

    A name that is there already gives an edit that changes nothing.
    """
    scope = file.module_scope
    if scope.binds(wanted.local):
        bound = {imported.dotted for imported in scope.imports.get(wanted.local, ())}
        same = {file.canonical(name) for name in bound} == {file.canonical(f"{wanted.module}.{wanted.name}")}
        return Edit(0, 0, b"") if same and wanted.local not in scope.others else None
    text = wanted.name if wanted.alias is None else f"{wanted.name} as {wanted.alias}"
    for node in top_level_imports(file):
        if not isinstance(node, ast.ImportFrom) or node.level or node.names[0].name == "*":
            continue
        if node.module == wanted.module:
            return _add_alias(file, node, text)
    return _new_import(file, f"from {wanted.module} import {text}", wanted.module)


def _add_alias(file: PythonFile, node: ast.ImportFrom, text: str) -> Edit:
    """Add a name behind the last one, on a line of its own where the others have theirs."""
    last = node.names[-1]
    start, end = file.span(last)
    line_start = file.line_span(last.lineno)[0]
    lead = file.source[line_start:start]
    own_line = len(node.names) > 1 and not lead.strip() and lead
    separator = f",\n{lead.decode(file.encoding)}" if own_line else ", "
    return replace_span(file, end, end, separator + text)


def top_level_imports(file: PythonFile) -> list[ast.Import | ast.ImportFrom]:
    """The import statements of the module itself, not those of its blocks and functions."""
    return [node for node in file.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]


def _new_import(file: PythonFile, text: str, module: str) -> Edit:
    """A new statement, in alphabetical place within the group of imports that fits best."""
    imports = [node for node in top_level_imports(file) if _module_name(node) != "__future__"]
    plain = [node for node in imports if isinstance(node, ast.ImportFrom) and not node.level]
    before = [node for node in plain if _group(node) == _group_of(module) and _module_name(node) < module]
    if before:
        return _line_after(file, before[-1], text)
    same_group = [node for node in plain if _group(node) == _group_of(module)]
    if same_group:
        start = file.line_span(same_group[0].lineno)[0]
        return replace_span(file, start, start, f"{text}\n")
    if imports:
        return _line_after(file, imports[-1], text)
    return _first_import(file, text)


def _module_name(node: ast.Import | ast.ImportFrom) -> str:
    return (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name


def _group_of(module: str) -> str:
    return "standard" if module.partition(".")[0] in sys.stdlib_module_names else "other"


def _group(node: ast.Import | ast.ImportFrom) -> str:
    return _group_of(_module_name(node))


def _line_after(file: PythonFile, node: ast.stmt, text: str) -> Edit:
    end = file.line_span(node.end_lineno or node.lineno)[1]
    lead = "" if file.source[:end].endswith(b"\n") else "\n"
    return replace_span(file, end, end, f"{lead}{text}\n" if not lead else f"{lead}{text}")


def _first_import(file: PythonFile, text: str) -> Edit:
    """A file without imports: behind its docstring and `__future__`, else at its first statement."""
    head = [
        node
        for node in file.tree.body
        if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.ImportFrom) and node.module == "__future__")
    ]
    if head:
        return _line_after(file, head[-1], f"\n{text}")
    start = file.line_span(file.tree.body[0].lineno)[0] if file.tree.body else 0
    return replace_span(file, start, start, f"{text}\n\n")
