"""Workflows in code: the decorated functions, and the registrations that name them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.project.model.interpreter import Interpreter
from concertmaster.project.model.place import Parsed, Place, Sources
from concertmaster.project.model.values import Call, Function, Symbol, Text, Value
from concertmaster.project.names import canonical
from concertmaster.project.paths import is_test

LAZY = "orchestrator.core.workflows.LazyWorkflowInstance"
_UTILS = "orchestrator.core.workflows.utils."
#: Decorators of workflows, with the target that they give since 4.0.
DECORATORS = {
    f"{_UTILS}create_workflow": "CREATE",
    f"{_UTILS}modify_workflow": "MODIFY",
    f"{_UTILS}terminate_workflow": "TERMINATE",
    f"{_UTILS}validate_workflow": "VALIDATE",
    f"{_UTILS}reconcile_workflow": "RECONCILE",
    f"{_UTILS}task": "SYSTEM",
    "orchestrator.core.workflow.workflow": "",
}
#: What the name of each of them ends with.
_WORDS = (b"workflow", b"task")
#: Without such a line nothing at the top level of a module is decorated.
_DECORATED = re.compile(rb"(?:^|[\r\n\f]|\xef\xbb\xbf)@")
#: Folders with code that is shown or filled in, or that migrates.
_ASIDE = re.compile(r"(?:^|/)(?:versions|docs?|examples?|snippets|samples|templates)/")
#: How the framework calls the parameters of `workflow` in order.
_PARAMETERS = ("description", "initial_input_form", "target")


class WorkflowFunction(Struct, frozen=True):
    """A decorated function. `target` and `description` are None where they are not known."""

    name: str
    path: str
    place: Place
    decorator: str
    target: str | None
    description: str | None
    code: Function
    added: ast.expr | None = None  # the steps that its decorator puts behind its own


class Registration(Struct, frozen=True):
    """One `LazyWorkflowInstance`; `node_place` is the statement."""

    module: Text
    name: Text
    place: Place


def read_functions(
    sources: Sources, interpreter: Interpreter, *, release_4: bool
) -> Iterator[WorkflowFunction]:
    """The workflows that the project's own modules define, tests aside."""
    for path in sources.holding(*_WORDS):
        if is_test(path) or _ASIDE.search(path) or not _DECORATED.search(sources.source(path) or b""):
            continue
        file = sources.parsed(path)
        found = []
        if file is not None and any(_may_decorate(node) for node in file.tree.body):
            found = [*_functions(file, interpreter, release_4=release_4)]
            yield from found
        if not found:
            interpreter.let_go(path)


def _may_decorate(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and bool(node.decorator_list)


def _functions(file: Parsed, interpreter: Interpreter, *, release_4: bool) -> Iterator[WorkflowFunction]:
    scope, _ = interpreter.module(file.path)
    if scope is None:
        return
    for node in file.tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            symbol = interpreter.value(call.func if call else decorator, scope)
            if isinstance(symbol, Symbol) and canonical(symbol.name) in DECORATORS and call is not None:
                given = _arguments(call, interpreter, scope)
                target = _target(DECORATORS[canonical(symbol.name)], given, release_4=release_4)
                description = given.get("description")
                yield WorkflowFunction(
                    node.name,
                    file.path,
                    file.place(node),
                    canonical(symbol.name).rpartition(".")[2],
                    target,
                    str(description) if isinstance(description, str) and description else None,
                    Function(node, scope, file),
                    next((word.value for word in call.keywords if word.arg == "additional_steps"), None),
                )


def _arguments(call: ast.Call, interpreter: Interpreter, scope: object) -> dict[str, Value]:
    from concertmaster.project.model.scope import Scope

    assert isinstance(scope, Scope)  # noqa: S101
    given = {name: interpreter.value(arg, scope) for name, arg in zip(_PARAMETERS, call.args, strict=False)}
    return {**given, **{word.arg: interpreter.value(word.value, scope) for word in call.keywords if word.arg}}


def _target(by_decorator: str, given: dict[str, Value], *, release_4: bool) -> str | None:
    if by_decorator == "VALIDATE" and not release_4:
        return "SYSTEM"
    if by_decorator:
        return by_decorator
    target = given.get("target", "SYSTEM")
    return str(target) if isinstance(target, str) else None


class Registry(Struct, frozen=True):
    """Every registration; `is_certain` is false where one may be missing because it could not be followed."""

    registrations: tuple[Registration, ...]
    is_certain: bool
    paths: tuple[str, ...]

    @property
    def names(self) -> dict[str, Registration]:
        return {str(item.name): item for item in self.registrations}


def read_registry(sources: Sources, interpreter: Interpreter) -> Registry:
    """Follow every module that registers workflows."""
    found: list[Registration] = []
    certain = True
    paths = []
    for path in sources.holding(b"LazyWorkflowInstance"):
        file = sources.parsed(path)
        if file is None:
            certain = False
            continue
        if is_test(path):
            continue
        _, effects = interpreter.module(path)
        calls = [one for one in effects if isinstance(one, Call) and canonical(one.symbol) == LAZY]
        here = [one for one in map(_registration, calls) if one is not None]
        seen = {id(one.node) for one in calls}
        written = [
            node for node in ast.walk(file.tree) if isinstance(node, ast.Call) and _names_lazy(node.func)
        ]
        certain = certain and len(here) == len(calls) and all(id(node) in seen for node in written)
        if calls:
            paths.append(path)
        found += here
    return Registry(tuple(found), certain and not _is_dynamic(sources), tuple(paths))


def _names_lazy(node: ast.expr) -> bool:
    return (
        getattr(node, "attr", None) == "LazyWorkflowInstance"
        or getattr(node, "id", None) == "LazyWorkflowInstance"
    )


def _is_dynamic(sources: Sources) -> bool:
    """Whether something fills the registry other than by instances."""
    return bool(
        [path for path in sources.holding(b"ALL_WORKFLOWS[", b"ALL_WORKFLOWS.update") if not is_test(path)]
    )


def _registration(call: Call) -> Registration | None:
    module, name = call.argument(0, "package"), call.argument(1, "name")
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    return Registration(_text(module, call), _text(name, call), call.place)


def _text(value: str, call: Call) -> Text:
    text = Text(value)
    text.place = getattr(value, "place", None) or call.place
    return text
