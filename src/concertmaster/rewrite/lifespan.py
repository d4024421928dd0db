"""Edits that turn handlers of startup and shutdown into a lifespan around the application's own."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from msgspec import Struct

from concertmaster.findings import Edit
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.imports import drop_statement
from concertmaster.rewrite.spans import replace_span
from concertmaster.rule import Import

_NEEDED = (
    Import("collections.abc", "AsyncIterator"),
    Import("contextlib", "asynccontextmanager"),
    Import("typing", "Any"),
    Import("fastapi", "FastAPI"),
)
_AWAITABLE = Import("inspect", "isawaitable")


class Handler(Struct, frozen=True):
    """One handler: the top-level statement that registers it, the event, and what is called.

    `decorator` is set where the statement is the handler itself, which stays.
    """

    statement: ast.stmt
    event: str
    called: ast.expr | None
    decorator: ast.expr | None = None


def lifespan(
    file: PythonFile, app: str, handlers: Sequence[Handler]
) -> tuple[tuple[Edit, ...], tuple[Import, ...]]:
    """The edits and the names that they need; no edits where a name is taken."""
    if any(file.module_scope.binds(name) for name in ("lifespan", "core_lifespan")) or app == "application":
        return (), ()
    bodies = {
        event: [_call(file, one) for one in handlers if one.event == event]
        for event in ("startup", "shutdown")
    }
    edits = [_unregistered(file, one) for one in handlers]
    last = max(handlers, key=lambda one: one.statement.end_lineno or 0)
    end = file.line_span(last.statement.end_lineno or last.statement.lineno)[1]
    text = _lead(file, last, end) + _text(app, bodies["startup"], bodies["shutdown"])
    edits.append(replace_span(file, end, end, text))
    unknown = any("isawaitable" in line for body in bodies.values() for lines in body for line in lines)
    return tuple(edits), (*_NEEDED, _AWAITABLE) if unknown else _NEEDED


def _lead(file: PythonFile, last: Handler, end: int) -> str:
    """The blank lines before the new text; a statement that goes leaves those before it."""
    closed = "" if file.source[:end].endswith(b"\n") else "\n"
    if last.decorator is not None:
        return f"{closed}\n\n"
    before = file.source[: file.line_span(last.statement.lineno)[0]]
    return "" if re.search(rb"(?:\A|\n)\r?\n\Z", before) else "\n"


def _text(app: str, startup: list[list[str]], shutdown: list[list[str]]) -> str:
    lines = [
        f"core_lifespan = {app}.router.lifespan_context",
        "",
        "",
        "@asynccontextmanager",
        "async def lifespan(application: FastAPI) -> AsyncIterator[Any]:",
        "    async with core_lifespan(application) as state:",
        *(f"        {line}" for call in startup for line in call),
    ]
    if shutdown:
        lines += ["        try:", "            yield state", "        finally:"]
        lines += [f"            {line}" for call in shutdown for line in call]
    else:
        lines.append("        yield state")
    return "\n".join((*lines, "", "", f"{app}.router.lifespan_context = lifespan", ""))


def _call(file: PythonFile, handler: Handler) -> list[str]:
    """The lines that call a handler, and await it where that is needed or not known."""
    called = handler.called
    if called is None:
        statement = handler.statement
        name = getattr(statement, "name", "")
        return [f"await {name}()" if isinstance(statement, ast.AsyncFunctionDef) else f"{name}()"]
    if isinstance(called, ast.Lambda):
        return [file.text(called.body)]
    text = file.text(called)
    scope = file.scope(called).find(called.id) if isinstance(called, ast.Name) else None
    bound = scope.others[called.id] if scope is not None and isinstance(called, ast.Name) else []
    if len(bound) == 1 and isinstance(bound[0], (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [f"await {text}()" if isinstance(bound[0], ast.AsyncFunctionDef) else f"{text}()"]
    return [f"if isawaitable(result := {text}()):", "    await result"]


def _unregistered(file: PythonFile, handler: Handler) -> Edit:
    if handler.decorator is None:
        return drop_statement(file, handler.statement)
    first = file.line_span(handler.decorator.lineno)[0]
    return replace_span(file, first, file.line_span(handler.decorator.end_lineno or 0)[1], "")
