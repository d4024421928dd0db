"""The steps of a workflow in the order in which the framework counts them, read from code without running it."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from concertmaster.project.model.interpreter import Interpreter
from concertmaster.project.model.naming import Imported
from concertmaster.project.model.place import Place
from concertmaster.project.model.reading import TooFar
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.values import UNKNOWN, Function, Symbol, Value
from concertmaster.project.names import canonical

CORE = "orchestrator.core.workflow."
_MARKS = frozenset(f"{CORE}{name}" for name in ("step", "retrystep", "inputstep", "_purestep"))
_WRAPPERS = frozenset(f"{CORE}{name}" for name in ("conditional", "focussteps", "steplens"))
_EMPTY = frozenset((f"{CORE}begin", f"{CORE}StepList()"))
_OWN = {f"{CORE}init": "Start", f"{CORE}done": "Done", f"{CORE}abort": "Abort"}
MAX_DEPTH = 12
MAX_SPENT = 20_000
MAX_TEXT = 100


class TooManyError(Exception):
    """The budget for following steps is spent."""


@dataclass(frozen=True, slots=True)
class Step:
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
    def identity(self) -> tuple[object, ...]:
        """What it is, wherever it stands."""
        return self.name, self.function, self.body, self.note, tuple(step.identity for step in self.inner)


Steps = tuple[Step, ...]


@dataclass
class _Frame:
    """A function under way: the scope of its names, and those that hold steps."""

    scope: Scope
    names: dict[str, Steps] = field(default_factory=dict)
    depth: int = 0

    def copy(self) -> _Frame:
        return _Frame(self.scope, dict(self.names), self.depth)


@dataclass
class StepReader:
    """Follows step lists through the names, functions and modules of a project."""

    interpreter: Interpreter
    _spent: int = 0

    def of(self, function: Function, extra: ast.expr | None = None) -> Steps | None:
        """The steps of a workflow's function, and those that its decorator adds; None where nothing tells."""
        self._spent = 0
        frame = _Frame(Scope(function.file, {}, function.scope))
        with self.interpreter.fresh():
            try:
                found = self._body(_statements(function), frame)
                added = () if extra is None else self._steps(extra, _Frame(function.scope))
            except (TooManyError, TooFar, RecursionError):
                return None
        return None if found is None else (*found, *added)

    # -- statements ----------------------------------------------------------------------------

    def _body(self, body: list[ast.stmt], frame: _Frame) -> Steps | None:
        """What a block returns; None where it goes on behind its end."""
        for index, statement in enumerate(body):
            if isinstance(statement, ast.Return):
                return () if statement.value is None else self._steps(statement.value, frame)
            if isinstance(statement, ast.If):
                return self._either(statement, body[index + 1 :], frame)
            if isinstance(statement, (ast.With, ast.Try)):
                return self._body([*statement.body, *body[index + 1 :]], frame)
            self._statement(statement, frame)
        return None

    def _either(self, node: ast.If, rest: list[ast.stmt], frame: _Frame) -> Steps | None:
        """Both ways that a condition may go, where it is not known which."""
        self._spend()
        truth = self.interpreter.truth(node.test, frame.scope)
        if truth is not None:
            return self._body([*(node.body if truth else node.orelse), *rest], frame)
        ways = [
            self._body(
                [*way, *rest],
                _Frame(Scope(frame.scope.file, {}, frame.scope), dict(frame.names), frame.depth),
            )
            for way in (node.body, node.orelse)
        ]
        if None in ways:
            return ways[0] or ways[1]
        return self._merged(ways[0] or (), ways[1] or (), node.test, frame)

    def _merged(self, one: Steps, other: Steps, test: ast.expr, frame: _Frame) -> Steps:
        """The steps of both ways: what they begin and end with, and between these the others with the condition."""
        start = 0
        shorter = min(len(one), len(other))
        while start < shorter and one[start].identity == other[start].identity:
            start += 1
        end = 0
        while end < shorter - start and one[-1 - end].identity == other[-1 - end].identity:
            end += 1
        told = _text(test, frame)
        yes = (replace(step, note=f"if {told}") for step in one[start : len(one) - end])
        no = (replace(step, note=f"unless {told}") for step in other[start : len(other) - end])
        return (*one[:start], *yes, *no, *one[len(one) - end :])

    def _statement(self, node: ast.stmt, frame: _Frame) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Import, ast.ImportFrom)):
            self.interpreter.block([node], frame.scope)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    self._assign(target.id, node.value, frame)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            now = self._steps(ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target), frame)
            frame.names[node.target.id] = (*now, *self._steps(node.value, frame))
        elif isinstance(node, (ast.For, ast.While)):
            self._lost(node, frame)

    def _assign(self, name: str, value: ast.expr, frame: _Frame) -> None:
        known = (
            self.interpreter.value(value, frame.scope)
            if isinstance(value, (ast.Constant, ast.JoinedStr))
            else UNKNOWN
        )
        if known is UNKNOWN:
            frame.names[name] = self._steps(value, frame)
        else:
            frame.scope.names[name] = known

    def _lost(self, node: ast.stmt, frame: _Frame) -> None:
        """Names that a loop assigns hold something that is told by its code."""
        for one in ast.walk(node):
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                frame.names[one.id] = (_opaque(node, frame),)

    # -- expressions ---------------------------------------------------------------------------

    def _steps(self, node: ast.expr, frame: _Frame) -> Steps:
        """The steps that an expression stands for."""
        self._spend()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.RShift):
            return tuple(step for part in _chain(node) for step in self._steps(part, frame))
        if isinstance(node, ast.Name) and node.id in frame.names:
            self._spend(len(frame.names[node.id]))
            return frame.names[node.id]
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._named(node, frame)
        if isinstance(node, ast.Call):
            return self._called(node, frame)
        if isinstance(node, ast.IfExp):
            return self._one_of(node, frame)
        return (_opaque(node, frame),)

    def _one_of(self, node: ast.IfExp, frame: _Frame) -> Steps:
        truth = self.interpreter.truth(node.test, frame.scope)
        if truth is not None:
            return self._steps(node.body if truth else node.orelse, frame)
        one, other = self._steps(node.body, frame), self._steps(node.orelse, frame)
        return self._merged(one, other, node.test, frame)

    def _spend(self, number: int = 1) -> None:
        self._spent += number
        if self._spent > MAX_SPENT:
            raise TooManyError

    def _named(self, node: ast.Name | ast.Attribute, frame: _Frame) -> Steps:
        value = self.interpreter.value(node, frame.scope)
        if isinstance(value, Function):
            return (self._of_function(value, node, frame),)
        if isinstance(value, Symbol):
            return self._of_symbol(value, node, frame)
        found = self._assigned(node, frame)
        if found is not None and frame.depth < MAX_DEPTH:
            expression, scope = found
            return self._steps(expression, _Frame(scope, depth=frame.depth + 1))
        return (_opaque(node, frame),)

    def _assigned(self, node: ast.expr, frame: _Frame) -> tuple[ast.expr, Scope] | None:
        """The one expression at the top of a module that a name stands for."""
        home, name = self._home(node, frame)
        for _ in range(MAX_DEPTH):
            if home is None:
                return None
            held = home.names.get(name)
            if not isinstance(held, Imported):
                break
            home, name = self.interpreter.scope_of(held.path), held.name
        values = [
            one.value
            for one in (home.file.tree.body if home is not None else ())
            if isinstance(one, (ast.Assign, ast.AnnAssign))
            and one.value is not None
            and name in _targets(one)
        ]
        return (values[0], home) if home is not None and len(values) == 1 else None

    def _home(self, node: ast.expr, frame: _Frame) -> tuple[Scope | None, str]:
        if isinstance(node, ast.Attribute):
            module = self.interpreter.value(node.value, frame.scope)
            return (module if isinstance(module, Scope) else None), node.attr
        scope = frame.scope
        while scope.up is not None:
            scope = scope.up
        return scope, getattr(node, "id", "")

    def _of_symbol(self, value: Symbol, node: ast.expr, frame: _Frame) -> Steps:
        if value.name in _EMPTY:
            return ()
        name = _OWN.get(value.name, value.last)
        return (Step(name, value.name, place=_place(node, frame)),)

    def _of_function(self, function: Function, node: ast.expr, frame: _Frame) -> Step:
        """A function of the project with the name that its decorator gives."""
        scope = function.scope
        title = None
        for decorator in getattr(function.node, "decorator_list", ()):
            if isinstance(decorator, ast.Call) and title is None:
                title = self._title(decorator, scope)
        return Step(
            title or function.name,
            function.name,
            _digest(function),
            _place(node, frame),
            None if isinstance(function.node, ast.Lambda) else function.file.place(function.node),
        )

    def _title(self, call: ast.Call, scope: Scope) -> str | None:
        first = (
            call.args[0]
            if call.args
            else next((word.value for word in call.keywords if word.arg == "name"), None)
        )
        value = UNKNOWN if first is None else self.interpreter.value(first, scope)
        return str(value) if isinstance(value, str) else None

    # -- calls ---------------------------------------------------------------------------------

    def _called(self, node: ast.Call, frame: _Frame) -> Steps:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "map":
            return self._steps(node.func.value, frame)
        value = self.interpreter.value(node.func, frame.scope)
        if isinstance(value, Symbol):
            maker = canonical(value.name.removesuffix("()"))
            is_made = value.name.endswith("()") and maker in _WRAPPERS | _MARKS
            return self._made(maker, node, frame) if is_made else self._of_call(value, node, frame)
        return self._into(value, node, frame) if isinstance(value, Function) else (_opaque(node, frame),)

    def _made(self, maker: str, node: ast.Call, frame: _Frame) -> Steps:
        """`conditional(test)(steps)` and its like, or `step("name")(function)`."""
        inner = [step for arg in node.args for step in self._steps(arg, frame)]
        if maker in _WRAPPERS:
            return tuple(replace(step, note=maker.rpartition(".")[2]) for step in inner)
        title = self._title(node.func, frame.scope) if isinstance(node.func, ast.Call) else None
        place = frame.scope.file.place(node)
        return tuple(replace(step, name=title or step.name, place=place) for step in inner)

    def _of_call(self, value: Symbol, node: ast.Call, frame: _Frame) -> Steps:
        name, place = canonical(value.name), _place(node, frame)
        words = {word.arg: word.value for word in node.keywords if word.arg}
        if name == f"{CORE}StepList":
            listed = (
                node.args[0].elts
                if node.args and isinstance(node.args[0], (ast.List, ast.Tuple))
                else node.args
            )
            return tuple(step for item in listed for step in self._steps(item, frame))
        if name == f"{CORE}step_group":
            given = node.args[1] if len(node.args) > 1 else words.get("steps")
            inner = () if given is None else self._steps(given, frame)
            return (Step(self._title(node, frame.scope) or value.last, name, place=place, inner=inner),)
        if name == f"{CORE}callback_step":
            parts = [
                *node.args[1:3],
                *(words[key] for key in ("action_step", "validate_step") if key in words),
            ]
            inner = tuple(step for part in parts for step in self._steps(part, frame))
            return (Step(self._title(node, frame.scope) or value.last, name, place=place, inner=inner),)
        told = ", ".join(_text(arg, frame) for arg in node.args)
        return (Step(f"{value.last}({told})", f"{name}({told})", place=place),)

    def _into(self, function: Function, node: ast.Call, frame: _Frame) -> Steps:
        """The steps that a function of the project gives for these arguments."""
        spec = function.node.args
        names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
        given = dict(zip(names, node.args, strict=False)) | {
            word.arg: word.value for word in node.keywords if word.arg
        }
        inner = _Frame(Scope(function.file, {}, function.scope), depth=frame.depth + 1)
        if inner.depth > MAX_DEPTH:
            return (_opaque(node, frame),)
        defaults = dict(zip(reversed(names), reversed(spec.defaults), strict=False))
        for name, default in defaults.items():
            inner.scope.names[name] = self.interpreter.value(default, function.scope)
        for name, arg in given.items():
            self._bind(name, arg, inner, frame)
        if isinstance(function.node, ast.Lambda):
            return self._steps(function.node.body, inner)
        found = self._body(list(function.node.body), inner)
        if not found or not any(step.is_known for step in found):
            return () if found == () else (_opaque(node, frame),)
        return found

    def _bind(self, name: str, arg: ast.expr, inner: _Frame, frame: _Frame) -> None:
        value: Value = self.interpreter.value(arg, frame.scope) if not isinstance(arg, ast.Call) else UNKNOWN
        inner.scope.names[name] = value
        if value is UNKNOWN or isinstance(value, (Function, Symbol)):
            steps = self._steps(arg, frame)
            if all(step.is_known for step in steps):
                inner.names[name] = steps


def _statements(function: Function) -> list[ast.stmt]:
    body = function.node.body
    return body if isinstance(body, list) else [ast.copy_location(ast.Return(body), body)]


def _chain(node: ast.expr) -> Iterator[ast.expr]:
    """The parts of `a >> b >> c`, which nests to the left."""
    parts = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.RShift):
        parts.append(node.right)
        node = node.left
    yield node
    yield from reversed(parts)


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _place(node: ast.expr, frame: _Frame) -> Place | None:
    return frame.scope.file.place(node)


def _text(node: ast.AST, frame: _Frame) -> str:
    text = " ".join(frame.scope.file.text(node).split())
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def _opaque(node: ast.expr | ast.stmt, frame: _Frame) -> Step:
    return Step(_text(node, frame), place=frame.scope.file.place(node), is_known=False)


def _digest(function: Function) -> str:
    """A function's parameters and code, without its name and what documents it."""
    body = function.node.body
    code = [*(body if isinstance(body, list) else [body])]
    told = "\n".join([ast.dump(function.node.args), *(ast.dump(one) for one in code)])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]
