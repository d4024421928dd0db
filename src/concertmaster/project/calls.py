"""How a call fits a signature, as Python would bind its arguments."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from msgspec import Struct

from concertmaster.index.model import Parameter, ParameterKind

_BY_POSITION = (ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL_OR_KEYWORD)
_BY_NAME = (ParameterKind.POSITIONAL_OR_KEYWORD, ParameterKind.KEYWORD_ONLY)


class Misfit(Struct, frozen=True):
    """Why a call fails: arguments that nothing takes, and parameters that nothing fills."""

    unknown: tuple[ast.keyword, ...] = ()
    surplus: tuple[ast.expr, ...] = ()
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.unknown or self.surplus or self.missing)


def misfit(call: ast.Call, signature: Sequence[Parameter]) -> Misfit:
    """Bind a call to a signature; arguments that are unpacked may be anything."""
    kinds = {parameter.kind for parameter in signature}
    names = {parameter.name for parameter in signature if parameter.kind in _BY_NAME}
    places = [parameter for parameter in signature if parameter.kind in _BY_POSITION]
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    unpacked = any(keyword.arg is None for keyword in call.keywords)
    given = {keyword.arg for keyword in call.keywords}
    unknown = () if ParameterKind.VAR_KEYWORD in kinds else _unknown(call, names)
    surplus = () if starred or ParameterKind.VAR_POSITIONAL in kinds else tuple(call.args[len(places) :])
    filled = {parameter.name for parameter in places[: len(call.args)]} | given
    missing = () if starred or unpacked else _missing(signature, filled)
    return Misfit(unknown, surplus, missing)


def _unknown(call: ast.Call, names: set[str]) -> tuple[ast.keyword, ...]:
    return tuple(keyword for keyword in call.keywords if keyword.arg is not None and keyword.arg not in names)


def _missing(signature: Sequence[Parameter], filled: set[str | None]) -> tuple[str, ...]:
    required = (parameter for parameter in signature if not parameter.has_default)
    variadic = (ParameterKind.VAR_KEYWORD, ParameterKind.VAR_POSITIONAL)
    return tuple(p.name for p in required if p.kind not in variadic and p.name not in filled)


def shifted(call: ast.Call, before: Sequence[Parameter], after: Sequence[Parameter]) -> dict[ast.expr, str]:
    """Arguments by position that now mean something else, with the name that they had; from the first on, all.

    A parameter that only got another name still stands where it stood.
    """
    old = [parameter.name for parameter in before if parameter.kind in _BY_POSITION]
    new = [parameter.name for parameter in after if parameter.kind in _BY_POSITION]
    found: dict[ast.expr, str] = {}
    for argument, name, other in zip(call.args, old, [*new, *[""] * len(old)], strict=False):
        if isinstance(argument, ast.Starred):
            break
        if found or (name != other and (name in new or other in old)):
            found[argument] = name
    return found
