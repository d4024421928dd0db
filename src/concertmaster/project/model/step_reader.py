"""Reads the step list of a workflow from its function, statement by statement, without running it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from concertmaster.project.model.interpreter import Interpreter
from concertmaster.project.model.reading import TooFar
from concertmaster.project.model.scope import Scope
from concertmaster.project.model.step_expressions import StepExpressions
from concertmaster.project.model.steps import Budget, Frame, Steps, TooManyError, merged, opaque
from concertmaster.project.model.values import UNKNOWN, Function

_LOOPS = (ast.For, ast.While, ast.Match)


@dataclass
class StepReader:
    """Follows step lists through the names, functions and modules of a project."""

    interpreter: Interpreter
    budget: Budget = field(default_factory=Budget)

    def __post_init__(self) -> None:
        self.expressions = StepExpressions(self.interpreter, self.budget, self._body)

    def of(self, function: Function, extra: ast.expr | None = None) -> Steps | None:
        """The steps of a workflow's function, and those that its decorator adds; None where nothing tells."""
        self.budget.spent = 0
        frame = Frame(Scope(function.file, {}, function.scope))
        with self.interpreter.fresh():
            try:
                found = self._body(_statements(function), frame)
                added = () if extra is None else self.expressions.steps(extra, Frame(function.scope))
            except (TooManyError, TooFar, RecursionError):
                return None
        return None if found is None else (*found, *added)

    def _body(self, body: list[ast.stmt], frame: Frame) -> Steps | None:
        """What a block returns; None where it goes on behind its end."""
        for index, statement in enumerate(body):
            if isinstance(statement, ast.Return):
                return () if statement.value is None else self.expressions.steps(statement.value, frame)
            if isinstance(statement, ast.If):
                return self._either(statement, body[index + 1 :], frame)
            if isinstance(statement, (ast.With, ast.Try)):
                return self._body([*statement.body, *body[index + 1 :]], frame)
            if isinstance(statement, _LOOPS) and any(
                isinstance(one, ast.Return) for one in ast.walk(statement)
            ):
                return (opaque(statement, frame),)
            self._statement(statement, frame)
        return None

    def _either(self, node: ast.If, rest: list[ast.stmt], frame: Frame) -> Steps | None:
        """Both ways that a condition may go, where it is not known which."""
        self.budget.spend()
        truth = self.interpreter.truth(node.test, frame.scope)
        if truth is not None:
            return self._body([*(node.body if truth else node.orelse), *rest], frame)
        ways = [
            self._body(
                [*way, *rest],
                frame.branch(),
            )
            for way in (node.body, node.orelse)
        ]
        if None in ways:
            return ways[0] or ways[1]
        return merged(ways[0] or (), ways[1] or (), node.test, frame)

    def _statement(self, node: ast.stmt, frame: Frame) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Import, ast.ImportFrom)):
            self.interpreter.block([node], frame.scope)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    self._assign(target.id, node.value, frame)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            now = self.expressions.steps(
                ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target), frame
            )
            frame.names[node.target.id] = (*now, *self.expressions.steps(node.value, frame))
        elif isinstance(node, _LOOPS):
            self._lost(node, frame)

    def _assign(self, name: str, value: ast.expr, frame: Frame) -> None:
        known = (
            self.interpreter.value(value, frame.scope)
            if isinstance(value, (ast.Constant, ast.JoinedStr))
            else UNKNOWN
        )
        if known is UNKNOWN:
            frame.names[name] = self.expressions.steps(value, frame)
        else:
            frame.scope.names[name] = known

    def _lost(self, node: ast.stmt, frame: Frame) -> None:
        """Names that a loop assigns hold something that is told by its code."""
        for one in ast.walk(node):
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                frame.names[one.id] = (opaque(node, frame),)


def _statements(function: Function) -> list[ast.stmt]:
    body = function.node.body
    return body if isinstance(body, list) else [ast.copy_location(ast.Return(body), body)]
