"""The smallest edits: put text in the place of a node, before or behind it."""

from __future__ import annotations

import ast

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile


def replace(file: PythonFile, node: ast.AST, text: str) -> Edit:
    """Put `text` in the place of a node."""
    start, end = file.span(node)
    return replace_span(file, start, end, text)


def replace_span(file: PythonFile, start: int, end: int, text: str) -> Edit:
    """Put `text` in the place of some bytes, in the file's encoding and line endings."""
    if file.newline != "\n":
        text = text.replace("\r\n", "\n").replace("\n", file.newline)
    return Edit(start, end, text.encode(file.encoding)).trimmed(file.source)


def insert_after(file: PythonFile, node: ast.AST, text: str) -> Edit:
    """Write `text` directly behind a node."""
    end = file.span(node)[1]
    return replace_span(file, end, end, text)


def insert_before(file: PythonFile, node: ast.AST, text: str) -> Edit:
    """Write `text` directly before a node."""
    start = file.span(node)[0]
    return replace_span(file, start, start, text)


def make_async(file: PythonFile, function: ast.FunctionDef) -> Edit:
    """`def` to `async def`, as one edit that an import directly before it does not push aside."""
    start = file.span(function)[0]
    return Edit(start, start + len("def"), b"async def")


def attribute_name_span(file: PythonFile, node: ast.Attribute) -> tuple[int, int]:
    """The bytes of the last name of `a.b.c`."""
    end = file.span(node)[1]
    return end - len(node.attr.encode(file.encoding)), end


def rename_attribute(file: PythonFile, node: ast.Attribute, name: str) -> Edit:
    """`a.b.old` to `a.b.name`."""
    return replace_span(file, *attribute_name_span(file, node), name)
