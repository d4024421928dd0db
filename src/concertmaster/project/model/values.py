"""Values that reading code can give: constants with their places, names of the outside, and the unknown."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from concertmaster.project.model.place import Parsed, Place

if TYPE_CHECKING:
    from concertmaster.project.model.scope import Scope


class _Unknown:
    """What cannot be told without running the code."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()
Value = Any  # a constant, list, tuple, set, dict, Text, Symbol, Sql, Function, ClassName or UNKNOWN


class Text(str):
    """A text that knows where it is written."""

    place: Place | None = None


def text_at(value: str, place: Place | None) -> Text:
    made = Text(value)
    made.place = place
    return made


def place_of(value: Value) -> Place | None:
    return value.place if isinstance(value, Text) else None


class Symbol(Struct, frozen=True):
    """Something outside the project, by its canonical name; what calls of it give has `()` in its name."""

    name: str

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]


class Sql(Struct, frozen=True):
    """A statement in SQL, with the parameters that are bound to it."""

    text: str
    parameters: tuple[tuple[str, Value], ...] = ()


class Function(Struct, frozen=True):
    """A function of the project."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    file: Parsed

    @property
    def name(self) -> str:
        return getattr(self.node, "name", "<lambda>")


class ClassName(Struct, frozen=True):
    """A class of the project."""

    path: str
    name: str


class Call(Struct, frozen=True):
    """A call of something outside the project that reading came across."""

    symbol: str
    args: tuple[Value, ...]
    keywords: dict[str, Value]
    node: ast.AST
    file: Parsed

    @property
    def place(self) -> Place:
        return self.file.place(self.node)

    def argument(self, index: int, name: str) -> Value:
        """An argument by position or name; UNKNOWN where it is not there."""
        if index < len(self.args):
            return self.args[index]
        return self.keywords.get(name, UNKNOWN)


class Doubt(Struct, frozen=True):
    """A place where reading could not follow, with the text that says what it may be about.

    Where it `is_open` there is a call that may do anything, whatever the text says.
    """

    place: Place
    text: str
    is_open: bool = False


Effect = Call | Doubt
