"""A call's arguments changed as text, where nothing but commas and white space stands between them."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from concertmaster.project.python import PythonFile

Argument = ast.expr | ast.keyword
_HEAD = re.compile(r"[ \t]*\((?P<space>[ \t]*(?:\n[ \t]*)?)")
_BETWEEN = re.compile(r"[ \t]*,[ \t]*(?:\n[ \t]*)?")
_TAIL = re.compile(r"(?:[ \t]*,[ \t]*(?:\n[ \t]*)?|[ \t]*|\n[ \t]*)\)")
#: What cannot stand behind a name and `=` as it is.
_BARE = (ast.Starred, ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.GeneratorExp)


def in_source_order(call: ast.Call) -> list[Argument]:
    arguments: list[Argument] = [*call.args, *call.keywords]
    return sorted(arguments, key=lambda node: (node.lineno, node.col_offset))


def changed(file: PythonFile, call: ast.Call, gone: Collection[int], names: Mapping[int, str]) -> str | None:
    """The call without some of its arguments, and with names for others; None where that takes a syntax tree."""
    ordered = in_source_order(call)
    kept = _kept(ordered, gone)
    if not ordered:
        return None
    gaps = list(_gaps(file, call, ordered))
    head, tail = _HEAD.fullmatch(gaps[0]), gaps[-1]
    if head is None or not _TAIL.fullmatch(tail) or not all(map(_BETWEEN.fullmatch, gaps[1:-1])):
        return None
    begin = _text(file, *file.span(call.func)) + head[0]
    if not kept:
        return f"{begin.removesuffix(head['space'])})"
    parts = [
        (f"{names[index]}=" if index in names else "") + _text(file, *file.span(ordered[index]))
        for index in kept
    ]
    spaces = [gaps[index + 1] for index in kept[:-1]]
    return begin + "".join(map("".join, zip(parts, [*spaces, tail], strict=True)))


def _kept(ordered: Sequence[Argument], gone: Collection[int]) -> list[int]:
    return [index for index in range(len(ordered)) if index not in gone]


def can_be_named(call: ast.Call, gone: Collection[int], names: Mapping[int, str]) -> bool:
    """Whether those that get a name can have one, and nothing without a name follows on them."""
    ordered = in_source_order(call)
    kept = _kept(ordered, gone)
    named = [index for index in kept if index in names]
    if any(isinstance(ordered[index], (ast.keyword, *_BARE)) for index in named):
        return False
    behind = [index for index in kept if named and index > named[0] and index not in names]
    return all(isinstance(ordered[index], ast.keyword) for index in behind)


def _gaps(file: PythonFile, call: ast.Call, ordered: Sequence[Argument]) -> Iterator[str]:
    """What stands before, between and behind the arguments."""
    at = file.span(call.func)[1]
    for argument in ordered:
        start, end = file.span(argument)
        yield _text(file, at, start)
        at = end
    yield _text(file, at, file.span(call)[1])


def _text(file: PythonFile, start: int, end: int) -> str:
    return file.source[start:end].decode(file.encoding).replace("\r\n", "\n")
