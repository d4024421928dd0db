"""Where a new import statement goes, among those that a file has."""

from __future__ import annotations

import ast
import itertools
import re
import sys

from concertmaster.findings import Edit
from concertmaster.project.names import ROOT
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.spans import replace_span


def top_level_imports(file: PythonFile) -> list[ast.Import | ast.ImportFrom]:
    """The import statements of the module itself, not those of its blocks and functions."""
    return [node for node in file.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]


def new_import(file: PythonFile, text: str, module: str) -> Edit:
    """A new statement, in alphabetical place within the group of imports that fits best."""
    imports = [node for node in top_level_imports(file) if module_name(node) != "__future__"]
    plain = [node for node in imports if isinstance(node, ast.ImportFrom) and not node.level]
    plain = _with_the_framework(file, plain) if _group_of(module) == "other" else plain
    before = [node for node in plain if _group(node) == _group_of(module) and module_name(node) < module]
    if before:
        return line_after(file, before[-1], text)
    same_group = [node for node in plain if _group(node) == _group_of(module)]
    if same_group:
        start = file.line_span(same_group[0].lineno)[0]
        return replace_span(file, start, start, f"{text}\n")
    if not imports:
        return _first_import(file, text)
    return _beside_other_groups(file, imports, text, _group_of(module))


def _with_the_framework(file: PythonFile, imports: list[ast.ImportFrom]) -> list[ast.ImportFrom]:
    """Imports without a blank line between them and one of the framework's: libraries, not the project's own."""
    runs: list[list[ast.ImportFrom]] = []
    for node in imports:
        gap = file.source[file.span(runs[-1][-1])[1] : file.span(node)[0]] if runs else b""
        if not runs or re.search(rb"\n[ \t\r]*\n", gap):
            runs.append([])
        runs[-1].append(node)
    ours = [run for run in runs if any(module_name(node).partition(".")[0] == ROOT for node in run)]
    return ours[0] if ours else imports


def _beside_other_groups(
    file: PythonFile, imports: list[ast.Import | ast.ImportFrom], text: str, group: str
) -> Edit:
    """The first import of its group: the standard library comes first, the project's relative ones last."""
    same = [node for node in imports if _group(node) == group and not getattr(node, "level", 0)]
    if same:
        return line_after(file, same[-1], text)
    last = next((node for node in reversed(imports) if not getattr(node, "level", 0)), None)
    if group == "standard" or last is None:
        start = file.line_span(imports[0].lineno)[0]
        return replace_span(file, start, start, f"{text}\n\n")
    return line_after(file, last, f"\n{text}" if _group(last) == "standard" else text)


def module_name(node: ast.Import | ast.ImportFrom) -> str:
    return (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name


def _group_of(module: str) -> str:
    return "standard" if module.partition(".")[0] in sys.stdlib_module_names else "other"


def _group(node: ast.Import | ast.ImportFrom) -> str:
    return _group_of(module_name(node))


def line_after(file: PythonFile, node: ast.stmt, text: str) -> Edit:
    line_start = file.line_span(node.lineno)[0]
    indent = file.source[line_start : file.span(node)[0]].decode(file.encoding)
    indent = "" if indent.strip() else indent
    end = file.line_span(node.end_lineno or node.lineno)[1]
    closed = file.source[:end].endswith(b"\n")
    return replace_span(file, end, end, f"{indent}{text}\n" if closed else f"\n{indent}{text}")


def _first_import(file: PythonFile, text: str) -> Edit:
    """A file without imports: behind its docstring and `__future__`, else at its first statement."""
    head = [
        node
        for node in file.tree.body
        if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.ImportFrom) and node.module == "__future__")
    ]
    if head:
        return line_after(file, head[-1], f"\n{text}")
    start = file.line_span(file.tree.body[0].lineno)[0] if file.tree.body else 0
    return replace_span(file, start, start, f"{text}\n\n")


def in_order(file: PythonFile, edits: list[Edit]) -> list[Edit]:
    """New statements for the same place as one edit, group by group and module by module."""
    texts = [edit.text.decode(file.encoding).replace("\r\n", "\n") for edit in edits]
    if len(texts) < 2 or any(not text.lstrip("\n").startswith("from ") for text in texts):
        return edits
    names: dict[str, set[str]] = {}
    for text in texts:
        module, _, name = text.strip().removeprefix("from ").partition(" import ")
        names.setdefault(module, set()).add(name)
    ordered = sorted(names, key=lambda module: (_group_of(module) == "other", module))
    joined = ""
    for before, module in itertools.pairwise(("", *ordered)):
        gap = "" if not before else "\n" if _group_of(before) == _group_of(module) else "\n\n"
        joined += f"{gap}from {module} import {', '.join(sorted(names[module]))}"
    first = next(text for text in texts if text.split()[1] == ordered[0])
    last = next(text for text in texts if text.split()[1] == ordered[-1])
    lead, tail = first[: -len(first.lstrip("\n"))], last[len(last.rstrip("\n")) :]
    return [replace_span(file, edits[0].start, edits[0].end, lead + joined + tail)]
