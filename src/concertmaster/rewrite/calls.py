"""Edits of a call's arguments; the others keep their layout and comments."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.plain_arguments import can_be_named, changed, in_source_order
from concertmaster.rewrite.spans import replace, replace_span

if TYPE_CHECKING:
    import libcst

MAX_SEGMENT = 64 * 1024


def edit_arguments(
    file: PythonFile, call: ast.Call, change: Callable[[int, libcst.Arg], libcst.Arg | None]
) -> Edit | None:
    """Rewrite the arguments of a call one by one; None drops an argument. None when it cannot be done exactly.

    `change` gets the position (from 0) and the argument as libcst sees it.
    """
    segment = file.text(call)
    if len(segment) > MAX_SEGMENT:
        return None
    text = segment.replace("\r\n", "\n")
    new = _with_arguments(text, change)
    return None if new is None or new == text else replace(file, call, new)


def drop_arguments(
    file: PythonFile, call: ast.Call, unwanted: Collection[ast.expr | ast.keyword]
) -> Edit | None:
    """The call without some of its arguments; the others keep their layout and comments."""
    ordered = in_source_order(call)
    return change_arguments(file, call, {at for at, argument in enumerate(ordered) if argument in unwanted})


def change_arguments(
    file: PythonFile,
    call: ast.Call,
    gone: Collection[int] = (),
    names: Mapping[int, str] = MappingProxyType({}),
) -> Edit | None:
    """The call without some of its arguments and with names for others, by their positions in the text.

    None where nothing changes, and where Python would not take it.
    """
    if not can_be_named(call, gone, names):
        return None
    text = file.text(call)
    plain = changed(file, call, gone, names) if len(text) <= MAX_SEGMENT else None
    if plain is not None:
        return replace(file, call, plain) if plain != text.replace("\r\n", "\n") else None

    def change(index: int, arg: libcst.Arg) -> libcst.Arg | None:
        if index in gone:
            return None
        return as_keyword(arg, names[index]) if index in names else arg

    return edit_arguments(file, call, change)


def as_keyword(arg: libcst.Arg, name: str, value: str | None = None) -> libcst.Arg:
    """The argument given by name, with another value where one is wanted."""
    import libcst

    bare = libcst.AssignEqual(libcst.SimpleWhitespace(""), libcst.SimpleWhitespace(""))
    equal = bare if arg.keyword is None else arg.equal
    kept = arg.value if value is None else libcst.parse_expression(value)
    return arg.with_changes(keyword=libcst.Name(name), equal=equal, value=kept)


def add_keyword(file: PythonFile, call: ast.Call, text: str) -> Edit | None:
    """Write one more argument behind the last one; None where something else than a comma stands there."""
    ordered = in_source_order(call)
    start, end = file.span(ordered[-1])[1] if ordered else file.span(call.func)[1], file.span(call)[1]
    behind = file.source[start:end].decode(file.encoding)
    if not ordered:
        inside = start + behind.find("(") + 1
        return replace_span(file, inside, inside, text) if re.fullmatch(r"\s*\(\s*\)", behind) else None
    return (
        replace_span(file, start, start, f", {text}") if re.fullmatch(r"\s*,?(?:\s|#.*)*\)", behind) else None
    )


def _with_arguments(segment: str, change: Callable[[int, libcst.Arg], libcst.Arg | None]) -> str | None:
    import libcst

    node = _parse_expression(f"({segment})")
    if not isinstance(node, libcst.Call):
        return None
    kept = [new for index, arg in enumerate(node.args) if (new := change(index, arg)) is not None]
    if len(kept) < len(node.args) and kept:
        kept[-1] = _ended(node, kept)
    try:
        new_call = node.with_changes(args=kept, lpar=(), rpar=())
    except libcst.CSTValidationError:  # such as a name before `*rest`, where a reader would see another order
        return None
    if not kept:
        new_call = new_call.with_changes(whitespace_before_args=libcst.SimpleWhitespace(""))
    return libcst.Module([]).code_for_node(new_call)


def _ended(old: libcst.Call, kept: list[libcst.Arg]) -> libcst.Arg:
    """The last argument that stays, followed by what followed the last one of all."""
    import libcst

    comma = _last_comma(old, kept)
    behind = old.args[-1].whitespace_after_arg
    if isinstance(comma, libcst.Comma) or kept[-1].value is old.args[-1].value:
        return kept[-1].with_changes(comma=comma)
    if isinstance(behind, libcst.ParenthesizedWhitespace):
        bare = libcst.TrailingWhitespace(libcst.SimpleWhitespace(""), None, behind.first_line.newline)
        behind = behind.with_changes(first_line=bare)
    return kept[-1].with_changes(comma=comma, whitespace_after_arg=behind)


def _last_comma(old: libcst.Call, kept: list[libcst.Arg]) -> libcst.Comma | libcst.MaybeSentinel:
    """The comma behind the last argument that stays: as it was behind the last one of all, with its own comment."""
    import libcst

    last, mine = old.args[-1], kept[-1].comma
    if kept[-1].value is last.value or not isinstance(mine, libcst.Comma):
        return mine
    behind = mine.whitespace_after
    if not isinstance(behind, libcst.ParenthesizedWhitespace) or behind.first_line.comment is None:
        return last.comma
    end = last.comma.whitespace_after if isinstance(last.comma, libcst.Comma) else last.whitespace_after_arg
    if not isinstance(end, libcst.ParenthesizedWhitespace):
        return mine
    return mine.with_changes(whitespace_after=behind.with_changes(indent=end.indent, last_line=end.last_line))


@lru_cache(maxsize=512)
def _parse_expression(text: str) -> libcst.BaseExpression:
    import libcst

    return libcst.parse_expression(text)


def rename_keyword(file: PythonFile, keyword: ast.keyword, name: str) -> Edit:
    """`f(old=x)` to `f(name=x)`."""
    start = file.span(keyword)[0]
    return replace_span(file, start, start + len((keyword.arg or "").encode(file.encoding)), name)
