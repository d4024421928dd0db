"""Takes calls of `ReadOnlyField` apart: what they hold, and how sure it is that the new form means the same."""

from __future__ import annotations

import ast

from msgspec import Struct

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.values import is_list, is_list_type, is_scalar, item_types, last_part
from concertmaster.versions import release


class Field(Struct, frozen=True):
    """A call of `ReadOnlyField`: its value, the type that it is told, and where it stands as a default."""

    call: ast.Call
    value: ast.expr
    told: ast.expr | None
    default_of: ast.AnnAssign | ast.Assign | None

    @property
    def is_list(self) -> bool:
        declared = self.default_of.annotation if isinstance(self.default_of, ast.AnnAssign) else None
        return is_list(self.value) or is_list_type(self.told) or is_list_type(declared)


def take_apart(file: PythonFile, call: ast.Call) -> Field | None:
    """The call taken apart; None where it says more than can be said in the new form."""
    words = {word.arg: word.value for word in call.keywords}
    values = [*call.args[:1], *([words["default"]] if "default" in words else [])]
    known = set(words) <= {"default", "default_type", "const"}
    told = call.args[1] if len(call.args) > 1 else words.get("default_type")
    if len(values) != 1 or not known or len(call.args) > 2 or isinstance(values[0], ast.Starred):
        return None
    if is_list(values[0]) and len(item_types(values[0]) or "x") > 1:
        return None
    up = file.parent(call)
    is_default = isinstance(up, (ast.AnnAssign, ast.Assign)) and up.value is call
    if is_default and not isinstance(file.parent(up), ast.ClassDef):  # type: ignore[arg-type]
        return (
            None if release(file.window.installed) < release("2.0.0") else Field(call, values[0], told, None)
        )
    return Field(
        call, values[0], told, up if is_default and isinstance(up, (ast.AnnAssign, ast.Assign)) else None
    )


def is_quoted_bool(found: Field) -> bool:
    """`ReadOnlyField("True", default_type=bool)`, as the framework's guide has it."""
    value = found.value.value if isinstance(found.value, ast.Constant) else None
    return isinstance(value, str) and value in ("True", "False") and last_part(found.told) == "bool"


def safety_of(found: Field) -> Safety:
    """Without a type a value of 1.x was no list, or it failed; with one it is as good as the type is exact."""
    if found.default_of is not None:
        exact = is_scalar(found.value)
    elif found.is_list:
        exact = bool(item_types(found.value)) or _is_exact(found.told)
    else:
        kind = type(found.value.value).__name__ if isinstance(found.value, ast.Constant) else ""
        exact = found.told is None or last_part(found.told) == kind
    return Safety.SAFE if exact else Safety.SUGGESTED


def _is_exact(told: ast.expr | None) -> bool:
    """`list[X]` with one X: lists of several types have no read-only form any more."""
    inner = told.slice if isinstance(told, ast.Subscript) and is_list_type(told) else None
    return isinstance(inner, (ast.Name, ast.Attribute)) and last_part(inner) not in ("Any", "object")
