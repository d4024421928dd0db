"""The functions of a file that decide who may start, resume and retry workflows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from concertmaster.project.python import PythonFile
from concertmaster.project.uses import definitions, uses

Function = ast.FunctionDef | ast.AsyncFunctionDef
KEYWORDS = frozenset(("authorize_callback", "retry_auth_callback", "resume_auth_callback"))
REGISTER = frozenset(("register_internal_authorize_callback", "register_internal_retry_auth_callback"))
STORED = frozenset(("internal_authorize_callback", "internal_retry_auth_callback"))
CONTEXT = "orchestrator.core.utils.auth.AuthContext"
USER = frozenset(f"oauth2_lib.{module}.OIDCUserModel" for module in ("fastapi", "strawberry"))
_FRAMEWORK = ("orchestrator.core.workflow.", "orchestrator.core.workflows.utils.")
_PARTIAL = "functools.partial"
_AUTHORIZER = "orchestrator.core.utils.auth.Authorizer"


class Use(StrEnum):
    """How sure it is that a function is a callback."""

    NAMED = "given to the framework here"
    LOOKS = "has the signature of one"


class Callback(Struct, frozen=True):
    """A callback where it is given away (`value`) or, where nothing here gives it away, defined."""

    value: ast.expr | None
    function: Function | None
    use: Use

    @property
    def node(self) -> ast.AST:
        return self.function or self.value or ast.Module([], [])


@lru_cache(maxsize=4)
def callbacks(file: PythonFile) -> tuple[Callback, ...]:
    """Each callback once: those that the file gives to the framework, then those that only look like one."""
    return tuple(_callbacks(file))


def _callbacks(file: PythonFile) -> Iterator[Callback]:
    seen: set[ast.AST] = set()
    for value in _given(file):
        for function in _functions(file, value):
            known = Callback(value, function, Use.NAMED)
            if known.node not in seen:
                seen.add(known.node)
                yield known
    for known in _promised(file):
        if known.node not in seen:
            seen.add(known.node)
            yield known
    for definition in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        if definition not in seen and _has_its_signature(file, definition):
            yield Callback(None, definition, Use.LOOKS)


def _promised(file: PythonFile) -> Iterator[Callback]:
    """What a function gives whose result is annotated as a callback."""
    for factory in file.nodes(ast.FunctionDef):
        if factory.returns is not None and file.qualified(factory.returns) == _AUTHORIZER:
            yield from (Callback(None, function, Use.NAMED) for function in _returned(factory))
            for node in ast.walk(factory):
                if isinstance(node, ast.Return) and isinstance(node.value, ast.Lambda):
                    yield Callback(node.value, None, Use.NAMED)


def other_uses(file: PythonFile, function: Function) -> list[ast.Name]:
    """Where the file uses a callback for something else than to give it to the framework."""
    given = _parts_given(file)
    read = [node for node in uses(file, function.name, function) if definitions(file, node) == [function]]
    return [use for use in read if use not in given and not isinstance(file.parent(use), ast.Return)]


@lru_cache(maxsize=4)
def _parts_given(file: PythonFile) -> frozenset[ast.AST]:
    return frozenset(part for value in _given(file) for part in ast.walk(value))


def _given(file: PythonFile) -> Iterator[ast.expr]:
    """The expressions that the framework takes as callbacks."""
    for call in file.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr in REGISTER:
            yield from call.args[:1]
            yield from (word.value for word in call.keywords if word.arg == "callback")
        elif (file.qualified(call.func) or "").startswith(_FRAMEWORK):
            yield from (word.value for word in call.keywords if word.arg in KEYWORDS)
    for statement in file.nodes(ast.Assign):
        if any(isinstance(target, ast.Attribute) and target.attr in STORED for target in statement.targets):
            yield statement.value


def _functions(file: PythonFile, value: ast.expr) -> Iterator[Function | None]:
    """The definitions behind a value; None for a callback that has none that could be rewritten."""
    if isinstance(value, ast.IfExp):
        yield from _functions(file, value.body)
        yield from _functions(file, value.orelse)
    elif isinstance(value, ast.Name):
        found = definitions(file, value)
        if len(found) == 1 and isinstance(found[0], Function):
            yield found[0]
    elif isinstance(value, ast.Lambda) or (
        isinstance(value, ast.Call) and file.qualified(value.func) == _PARTIAL
    ):
        yield None
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        for factory in definitions(file, value.func):
            if isinstance(factory, Function):
                yield from _returned(factory)


def _returned(factory: Function) -> Iterator[Function]:
    """The functions that a factory defines and returns."""
    inner = [node for node in factory.body if isinstance(node, Function)]
    returned = {
        node.value.id
        for node in ast.walk(factory)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Name)
    }
    yield from (node for node in inner if node.name in returned)


def _has_its_signature(file: PythonFile, function: Function) -> bool:
    """`async def f(user: OIDCUserModel | None) -> bool`, not a method and not a dependency of the web framework."""
    parameter = only_parameter(function)
    returns = function.returns
    plain = isinstance(file.parent(function), ast.Module) and not function.decorator_list
    gives_bool = isinstance(returns, ast.Name) and returns.id == "bool"
    return parameter is not None and plain and gives_bool and takes_user(file, parameter, optional=True)


def only_parameter(function: Function) -> ast.arg | None:
    """The one parameter that a callback has; None where it has more or none."""
    args = function.args
    several = args.vararg or args.kwarg or [one for one in args.kw_defaults if one is None]
    parameters = [*args.posonlyargs, *args.args]
    required = len(parameters) - len(args.defaults)
    return parameters[0] if parameters and not several and required <= 1 else None


def takes_user(file: PythonFile, parameter: ast.arg, *, optional: bool = False) -> bool:
    """Whether a parameter is annotated as the user of before 5.0."""
    annotation = parameter.annotation
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return "OIDCUserModel" in annotation.value and (not optional or "None" in annotation.value)
    parts = [] if annotation is None else list(ast.walk(annotation))
    names = {file.qualified(part) for part in parts if isinstance(part, (ast.Name, ast.Attribute))}
    is_none = any(isinstance(part, ast.Constant) and part.value is None for part in parts)
    may_be_none = is_none or bool(names & {"typing.Optional"})
    return bool(names & USER) and (not optional or may_be_none)


def takes_context(file: PythonFile, parameter: ast.arg) -> bool:
    """Whether a parameter is annotated as the context of since 5.0."""
    parts = [] if parameter.annotation is None else list(ast.walk(parameter.annotation))
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    names = [file.qualified(part) for part in parts if isinstance(part, (ast.Name, ast.Attribute))]
    return CONTEXT in names or any("AuthContext" in text for text in texts)
