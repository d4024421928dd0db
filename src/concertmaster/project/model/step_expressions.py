"""Follows expressions that stand for steps: chains, names, functions that give steps, and makers of steps."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from concertmaster.project.model.interpreter import Interpreter
from concertmaster.project.model.naming import Imported
from concertmaster.project.model.place import Place
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.steps import Budget, Frame, Step, Steps, merged, opaque, text_of
from concertmaster.project.model.values import UNKNOWN, Function, Symbol, Value
from concertmaster.project.names import canonical

CORE = "orchestrator.core.workflow."
_MARKS = frozenset(f"{CORE}{name}" for name in ("step", "retrystep", "inputstep", "_purestep"))
_WRAPPERS = frozenset(f"{CORE}{name}" for name in ("conditional", "focussteps", "steplens"))
_EMPTY = frozenset((f"{CORE}begin", f"{CORE}StepList()"))
_OWN = {f"{CORE}init": "Start", f"{CORE}done": "Done", f"{CORE}abort": "Abort"}
MAX_DEPTH = 12


@dataclass
class StepExpressions:
    """Gives the steps of expressions; `body` reads the statements of a function."""

    interpreter: Interpreter
    budget: Budget
    body: Callable[[list[ast.stmt], Frame], Steps | None]

    def steps(self, node: ast.expr, frame: Frame) -> Steps:
        """The steps that an expression stands for."""
        self.budget.spend()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.RShift):
            return tuple(step for part in _chain(node) for step in self.steps(part, frame))
        if isinstance(node, ast.Name) and node.id in frame.names:
            self.budget.spend(len(frame.names[node.id]))
            return frame.names[node.id]
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._named(node, frame)
        if isinstance(node, ast.Call):
            return self._called(node, frame)
        if isinstance(node, ast.NamedExpr):
            frame.names[node.target.id] = found = self.steps(node.value, frame)
            return found
        if isinstance(node, ast.IfExp):
            return self._one_of(node, frame)
        return (opaque(node, frame),)

    def _one_of(self, node: ast.IfExp, frame: Frame) -> Steps:
        truth = self.interpreter.truth(node.test, frame.scope)
        if truth is not None:
            return self.steps(node.body if truth else node.orelse, frame)
        one, other = self.steps(node.body, frame), self.steps(node.orelse, frame)
        return merged(one, other, node.test, frame)

    def _named(self, node: ast.Name | ast.Attribute, frame: Frame) -> Steps:
        value = self.interpreter.value(node, frame.scope)
        if isinstance(value, Function):
            return (self._of_function(value, node, frame),)
        if isinstance(value, Symbol):
            return self._of_symbol(value, node, frame)
        found = self._assigned(node, frame)
        if found is not None and frame.depth < MAX_DEPTH:
            expression, scope = found
            return self.steps(expression, Frame(scope, depth=frame.depth + 1))
        return (opaque(node, frame),)

    def _assigned(self, node: ast.expr, frame: Frame) -> tuple[ast.expr, Scope] | None:
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

    def _home(self, node: ast.expr, frame: Frame) -> tuple[Scope | None, str]:
        if isinstance(node, ast.Attribute):
            module = self.interpreter.value(node.value, frame.scope)
            return (module if isinstance(module, Scope) else None), node.attr
        scope = frame.scope
        while scope.up is not None:
            scope = scope.up
        return scope, getattr(node, "id", "")

    def _of_symbol(self, value: Symbol, node: ast.expr, frame: Frame) -> Steps:
        if value.name in _EMPTY:
            return ()
        name = _OWN.get(value.name, value.last)
        return (Step(name, value.name, place=_place(node, frame)),)

    def _of_function(self, function: Function, node: ast.expr, frame: Frame) -> Step:
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

    def _called(self, node: ast.Call, frame: Frame) -> Steps:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "map":
            return self.steps(node.func.value, frame)
        value = self.interpreter.value(node.func, frame.scope)
        if isinstance(value, Symbol):
            maker = canonical(value.name.removesuffix("()"))
            is_made = value.name.endswith("()") and maker in _WRAPPERS | _MARKS
            return self._made(maker, node, frame) if is_made else self._of_call(value, node, frame)
        return self._into(value, node, frame) if isinstance(value, Function) else (opaque(node, frame),)

    def _made(self, maker: str, node: ast.Call, frame: Frame) -> Steps:
        """`conditional(test)(steps)` and its like, or `step("name")(function)`."""
        inner = [step for arg in node.args for step in self.steps(arg, frame)]
        if maker in _WRAPPERS:
            return tuple(replace(step, note=maker.rpartition(".")[2]) for step in inner)
        title = self._title(node.func, frame.scope) if isinstance(node.func, ast.Call) else None
        place = frame.scope.file.place(node)
        return tuple(replace(step, name=title or step.name, place=place) for step in inner)

    def _of_call(self, value: Symbol, node: ast.Call, frame: Frame) -> Steps:
        name, place = canonical(value.name), _place(node, frame)
        words = {word.arg: word.value for word in node.keywords if word.arg}
        if name == f"{CORE}StepList":
            listed = (
                node.args[0].elts
                if node.args and isinstance(node.args[0], (ast.List, ast.Tuple))
                else node.args
            )
            return tuple(step for item in listed for step in self.steps(item, frame))
        if name == f"{CORE}step_group":
            given = node.args[1] if len(node.args) > 1 else words.get("steps")
            inner = () if given is None else self.steps(given, frame)
            return (Step(self._title(node, frame.scope) or value.last, name, place=place, inner=inner),)
        if name == f"{CORE}callback_step":
            parts = [
                *node.args[1:3],
                *(words[key] for key in ("action_step", "validate_step") if key in words),
            ]
            inner = tuple(step for part in parts for step in self.steps(part, frame))
            return (Step(self._title(node, frame.scope) or value.last, name, place=place, inner=inner),)
        told = ", ".join(text_of(arg, frame) for arg in node.args)
        return (Step(f"{value.last}({told})", f"{name}({told})", place=place),)

    def _into(self, function: Function, node: ast.Call, frame: Frame) -> Steps:
        """The steps that a function of the project gives for these arguments."""
        spec = function.node.args
        names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
        given = dict(zip(names, node.args, strict=False)) | {
            word.arg: word.value for word in node.keywords if word.arg
        }
        inner = Frame(Scope(function.file, {}, function.scope), depth=frame.depth + 1)
        if inner.depth > MAX_DEPTH:
            return (opaque(node, frame),)
        defaults = dict(zip(reversed(names), reversed(spec.defaults), strict=False))
        for name, default in defaults.items():
            inner.scope.names[name] = self.interpreter.value(default, function.scope)
        for name, arg in given.items():
            self._bind(name, arg, inner, frame)
        if isinstance(function.node, ast.Lambda):
            return self.steps(function.node.body, inner)
        found = self.body(list(function.node.body), inner)
        if not found or not any(step.is_known for step in found):
            return () if found == () else (opaque(node, frame),)
        return found

    def _bind(self, name: str, arg: ast.expr, inner: Frame, frame: Frame) -> None:
        value: Value = self.interpreter.value(arg, frame.scope) if not isinstance(arg, ast.Call) else UNKNOWN
        inner.scope.names[name] = value
        if value is UNKNOWN or isinstance(value, (Function, Symbol)):
            steps = self.steps(arg, frame)
            if all(step.is_known for step in steps):
                inner.names[name] = steps


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


def _place(node: ast.expr, frame: Frame) -> Place | None:
    return frame.scope.file.place(node)


def _digest(function: Function) -> str:
    """A function's parameters and code, without its name and what documents it."""
    body = function.node.body
    code = [*(body if isinstance(body, list) else [body])]
    told = "\n".join([ast.dump(function.node.args), *(ast.dump(one) for one in code)])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]
