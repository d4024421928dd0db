"""Edits that give the arguments of a call other names."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.calls import change_arguments
from concertmaster.rewrite.plain_arguments import in_source_order
from concertmaster.rewrite.spans import replace_span


def name_arguments(file: PythonFile, call: ast.Call, names: Sequence[str], start: int) -> Edit | None:
    """Write the positional arguments from an index on as keywords; `names` begin with that of the first of these."""
    ordered = enumerate(in_source_order(call))
    positional = (at for at, one in ordered if not isinstance(one, (ast.keyword, ast.Starred)))
    return change_arguments(file, call, names={at: names[at - start] for at in positional if at >= start})


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
