"""What steps are: in the order in which the framework counts them, as reading code tells it."""

from __future__ import annotations

import ast

from msgspec import Struct, field
from msgspec.structs import replace

from concertmaster.project.model.place import Place
from concertmaster.project.model.scope import Scope

MAX_SPENT = 20_000
MAX_TEXT = 100


class TooManyError(Exception):
    """The budget for following steps is spent."""


class Step(Struct, frozen=True):
    """One step: its name, the function behind it, and where it stands in the list.

    `body` tells functions apart whatever they are called. `inner` are the steps of a group, which is one step to
    the framework. Where `is_known` is false it stands for an expression that was not followed.
    """

    name: str
    function: str = ""
    body: str = ""
    place: Place | None = None
    definition: Place | None = None
    inner: tuple[Step, ...] = ()
    note: str = ""
    is_known: bool = True

    @property
    def is_sure(self) -> bool:
        """Whether it is in the list whatever a condition in the code gives."""
        return not self.note.startswith(("if ", "unless "))

    @property
    def identity(self) -> tuple[object, ...]:
        """What it is, wherever it stands."""
        return self.name, self.function, self.body, self.note, tuple(step.identity for step in self.inner)


Steps = tuple[Step, ...]


class Frame(Struct):
    """A function under way: the scope of its names, and those that hold steps."""

    scope: Scope
    names: dict[str, Steps] = field(default_factory=dict)
    depth: int = 0

    def branch(self) -> Frame:
        """The same for one of several ways to go on."""
        return Frame(Scope(self.scope.file, {}, self.scope), dict(self.names), self.depth)


class Budget(Struct):
    """How much may still be followed."""

    spent: int = 0

    def spend(self, number: int = 1) -> None:
        """Count what is followed.

        Raises:
            TooManyError: it is too much.
        """
        self.spent += number
        if self.spent > MAX_SPENT:
            raise TooManyError


def merged(one: Steps, other: Steps, test: ast.expr, frame: Frame) -> Steps:
    """The steps of both ways: what they begin and end with, and between these the others with the condition."""
    start = 0
    shorter = min(len(one), len(other))
    while start < shorter and one[start].identity == other[start].identity:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end].identity == other[-1 - end].identity:
        end += 1
    told = text_of(test, frame)
    yes = (replace(step, note=f"if {told}") for step in one[start : len(one) - end])
    no = (replace(step, note=f"unless {told}") for step in other[start : len(other) - end])
    return (*one[:start], *yes, *no, *one[len(one) - end :])


def text_of(node: ast.AST, frame: Frame) -> str:
    text = " ".join(frame.scope.file.text(node).split())
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def opaque(node: ast.expr | ast.stmt, frame: Frame) -> Step:
    return Step(text_of(node, frame), place=frame.scope.file.place(node), is_known=False)
