"""Where the project starts, and which of its modules each entry point imports, directly or not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname

from concertmaster.project.model.interpreter import Interpreter
from concertmaster.project.model.place import Parsed, Sources
from concertmaster.project.model.registrations import is_test
from concertmaster.project.model.values import Call

_CORE = frozenset(
    (
        "orchestrator.core.app.OrchestratorCore",
        "orchestrator.core.agentic_app.LLMOrchestratorCore",
        "orchestrator.core.OrchestratorCore",
    )
)
_TASKS = "orchestrator.core.services.tasks.initialise_celery"
_AT_RUN_TIME = re.compile(
    rb"(?:import_module|__import__)\((?!\s*[\"'])|\bpkgutil\b|\bentry_points\b|\brunpy\b"
)


@dataclass(frozen=True)
class Entry:
    """A module that starts the application or a worker, and all modules that it imports."""

    file: Parsed
    kind: str
    reached: frozenset[str]
    is_certain: bool


def read_entries(sources: Sources, interpreter: Interpreter) -> Iterator[Entry]:
    """The modules that make an application or a Celery worker at their top level."""
    for path in sources.holding(b"OrchestratorCore", b"initialise_celery"):
        file = sources.parsed(path)
        if file is None or is_test(path):
            continue
        _, effects = interpreter.module(path)
        names = {one.symbol for one in effects if isinstance(one, Call)}
        kind = "application" if names & _CORE else "worker" if _TASKS in names else ""
        if kind:
            reached = frozenset(_reached(path, sources))
            dynamic = any(_AT_RUN_TIME.search(sources.source(one) or b"") for one in reached)
            yield Entry(file, kind, reached, not dynamic)


def _reached(start: str, sources: Sources) -> set[str]:
    seen: set[str] = set()
    pending = [start]
    while pending:
        path = pending.pop()
        if path in seen:
            continue
        seen.add(path)
        file = sources.parsed(path)
        if file is not None:
            pending += _imported(file, sources)
    return seen


def _imported(file: Parsed, sources: Sources) -> Iterator[str]:
    """The files that a file imports, with the packages around them."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            inner = base if base.endswith(".") else f"{base}."
            modules = [base, *(f"{inner}{alias.name}" for alias in node.names)]
        else:
            continue
        for module in modules:
            path = sources.definitions.find(module, file.path)
            if path is not None:
                yield path
                yield from _packages(path, module, sources)


def _packages(path: str, module: str, sources: Sources) -> Iterator[str]:
    folder = dirname(path)
    for _ in range(module.count(".") + 1):
        if f"{folder}/__init__.py" in sources.known:
            yield f"{folder}/__init__.py"
        folder = dirname(folder)
