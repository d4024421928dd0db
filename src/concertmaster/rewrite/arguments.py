"""Edits that give the arguments of a call other names."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.calls import edit_arguments
from concertmaster.rewrite.spans import replace_span

if TYPE_CHECKING:
    import libcst


def name_arguments(file: PythonFile, call: ast.Call, names: Sequence[str], start: int) -> Edit | None:
    """Write the positional arguments from an index on as keywords; `names` begin with that of the first of these."""

    def named(index: int, arg: libcst.Arg) -> libcst.Arg | None:
        import libcst

        if index < start or arg.keyword is not None or arg.star:
            return arg
        bare = libcst.AssignEqual(libcst.SimpleWhitespace(""), libcst.SimpleWhitespace(""))
        return arg.with_changes(keyword=libcst.Name(names[index - start]), equal=bare)

    return edit_arguments(file, call, named)


def rename_keywords(file: PythonFile, call: ast.Call, names: Mapping[str, str]) -> tuple[Edit, ...]:
    """`old=value` as `new=value`."""
    edits = []
    for keyword in call.keywords:
        new = names.get(keyword.arg or "")
        if new is not None:
            begin = file.span(keyword)[0]
            edits.append(
                replace_span(file, begin, begin + len((keyword.arg or "").encode(file.encoding)), new)
            )
    return tuple(edits)
