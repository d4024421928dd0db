"""Uses of the validator decorators of pydantic 1: on a method, or called with a function."""

from __future__ import annotations

import ast

from msgspec import Struct

from concertmaster.findings import Edit
from concertmaster.project.bindings import binding
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace_span
from concertmaster.rewrite.parameters import Function, positional

_BINDINGS = frozenset(("classmethod", "staticmethod"))


class Use(Struct, frozen=True):
    """`@validator("x")` or `validator("x")(function)`: the decorator, its options, and what it validates with.

    `model` is the class around it; `function` is None where the file does not tell which it is.
    """

    decorator: ast.expr
    model: ast.ClassDef | None
    function: Function | None
    is_method: bool

    @property
    def call(self) -> ast.Call | None:
        return self.decorator if isinstance(self.decorator, ast.Call) else None

    @property
    def name(self) -> ast.expr:
        return self.decorator.func if isinstance(self.decorator, ast.Call) else self.decorator

    def option(self, name: str) -> bool | None:
        """Whether an option is switched on; None where that is computed."""
        keywords = self.call.keywords if self.call else []
        value = next((word.value for word in keywords if word.arg == name), None)
        if value is None:
            return False
        return bool(value.value) if isinstance(value, ast.Constant) else None

    def has_only(self, options: frozenset[str]) -> bool:
        """Whether the call has no other keywords than these, all of them plainly written."""
        keywords = self.call.keywords if self.call else []
        return all(word.arg in options and isinstance(word.value, ast.Constant) for word in keywords)

    @property
    def parameters(self) -> list[ast.arg]:
        """What the function takes, the class left out."""
        taken = positional(self.function) if self.function else []
        is_bound = self.is_method and "staticmethod" not in bindings_of(self.function)
        return taken[1:] if taken and (is_bound or taken[0].arg == "cls") else taken

    @property
    def fields(self) -> list[str]:
        """The names of the fields, as far as they are plainly written."""
        texts = [one.value for one in (self.call.args if self.call else []) if isinstance(one, ast.Constant)]
        return [text for text in texts if isinstance(text, str)]


def use_of(file: PythonFile, decorator: ast.expr) -> Use:
    """What a use of a validator decorator belongs to."""
    up = file.parent(decorator)
    model = next((one for one in file.ancestors(decorator) if isinstance(one, ast.ClassDef)), None)
    if isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef)) and decorator in up.decorator_list:
        return Use(decorator, model, up, is_method=True)
    function: Function | None = None
    if isinstance(up, ast.Call) and up.func is decorator and len(up.args) == 1 and not up.keywords:
        function = _function(file, up.args[0])
    return Use(decorator, model, function, is_method=False)


def bindings_of(function: Function | None) -> set[str]:
    """`classmethod` or `staticmethod` among the decorators."""
    decorators: list[ast.expr] = getattr(function, "decorator_list", [])
    return {one.id for one in decorators if isinstance(one, ast.Name) and one.id in _BINDINGS}


def _function(file: PythonFile, node: ast.expr) -> Function | None:
    bound = binding(file, node) if isinstance(node, ast.Name) else node
    return bound if isinstance(bound, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) else None


def with_classmethod(file: PythonFile, use: Use) -> tuple[Edit, ...] | None:
    """A line `@classmethod` behind the decorator of a method that has none; None where it shares its line."""
    if not use.is_method or not isinstance(use.function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return ()
    if bindings_of(use.function):
        return ()
    start = file.span(use.decorator)[0]
    lead = file.source[file.line_span(use.decorator.lineno)[0] : start].decode(file.encoding)
    end = file.line_span(use.decorator.end_lineno or use.decorator.lineno)[1]
    return (replace_span(file, end, end, f"{lead}classmethod\n"),) if lead.strip() == "@" else None
