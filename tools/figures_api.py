"""The names of the Python API with their types, from the code."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import Enum
from typing import Any

from msgspec import Struct

from concertmaster import api

#: Fields that programs have no use for.
INTERNAL = {"rows", "likeness", "kinship", "names", "later"}
#: What a rule says of itself; the rest of it are functions that look.
OF_A_RULE = ("id", "change", "safety", "rows", "documentation", "url")


def functions() -> Iterator[str]:
    """Every function with its arguments, and what it is for."""
    for name in api.__all__:
        found = getattr(api, name)
        if inspect.isfunction(found):
            said = inspect.getdoc(found) or ""
            yield f"### {name}\n"
            yield "```text"
            yield from _signature(name, found)
            yield "```\n"
            yield f"{' '.join(said.partition('Raises:')[0].split())}"
            if "Raises:" in said:
                raised = " ".join(said.partition("Raises:")[2].split())
                yield f"\nRaises `UserError` where {raised.partition(': ')[2]}"
            yield ""


def _signature(name: str, found: Any) -> Iterator[str]:
    told = inspect.signature(found)
    parts = [_parameter(one) for one in told.parameters.values()]
    keyed = [one.kind is one.KEYWORD_ONLY for one in told.parameters.values()]
    if True in keyed:
        parts.insert(keyed.index(True), "*")
    whole = f"{name}({', '.join(parts)}) -> {told.return_annotation}"
    if len(whole) <= 80:
        yield whole
        return
    yield f"{name}("
    yield from (f"    {part}," for part in parts)
    yield f") -> {told.return_annotation}"


def _parameter(one: inspect.Parameter) -> str:
    kind = str(one.annotation).replace("Location", "str | os.PathLike[str]")
    return f"{one.name}: {kind}" if one.default is one.empty else f"{one.name}: {kind} = {one.default!r}"


def data() -> Iterator[str]:
    """Every class with its fields."""
    yield "| name | what it is | what it has |"
    yield "|---|---|---|"
    for name in api.__all__:
        found = getattr(api, name)
        if inspect.isclass(found) and found is not api.UserError:
            said = " ".join((inspect.getdoc(found) or "").partition("\n\n")[0].split())
            yield f"| `{name}` | {said} | {', '.join(_parts(found))} |"


def _parts(found: type) -> Iterator[str]:
    if issubclass(found, Enum):
        yield from (f"`{one.value}`" for one in found)
    elif found is api.Rule:
        yield from (f"`{name}`" for name in OF_A_RULE)
    elif issubclass(found, Struct):
        for name, declared in found.__annotations__.items():
            if name not in INTERNAL:
                yield f"`{name}: {declared.replace('|', 'or')}`"
