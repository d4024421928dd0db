"""Where the project starts, and which of its modules each entry point imports, directly or not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from posixpath import dirname

from msgspec import Struct

from concertmaster.project.model.interpreter import Interpreter
from concertmaster.project.model.place import Parsed, Sources
from concertmaster.project.model.values import Call, Function, Symbol
from concertmaster.project.paths import is_test

_CORE = frozenset(
    (
        "orchestrator.core.app.OrchestratorCore",
        "orchestrator.core.agentic_app.LLMOrchestratorCore",
        "orchestrator.core.OrchestratorCore",
    )
)
_TASKS = "orchestrator.core.services.tasks.initialise_celery"
_CLI = Symbol("orchestrator.core.cli.main.app")
#: Programs that use an application for something else.
_BESIDE = re.compile(r"(?:^|/)(?:scripts?|tools?|bin|docs?|examples?|utils?)/")
_AT_RUN_TIME = re.compile(rb"\bimport_module\b|\b__import__\b")
_OUT_OF_SIGHT = re.compile(rb"\bpkgutil\b|\bentry_points\b|\brunpy\b|\bspec_from_file_location\b")
_IMPORTERS = frozenset(("importlib.import_module", "builtins.__import__"))


class Entry(Struct, frozen=True):
    """A module that starts the application or a worker, and all modules that it imports."""

    file: Parsed
    kind: str
    reached: frozenset[str]
    is_certain: bool


def read_entries(sources: Sources, interpreter: Interpreter) -> Iterator[Entry]:
    """The modules that make an application or a Celery worker at their top level, and command lines beside these."""
    kinds: dict[str, list[Parsed]] = {"application": [], "worker": [], "command line": []}
    for path in sources.holding(b"OrchestratorCore", b"initialise_celery", b"cli.main"):
        file = None if is_test(path) or _BESIDE.search(path) else sources.parsed(path)
        if file is not None and (kind := _kind(file, interpreter)):
            kinds[kind].append(file)
        elif file is not None:
            interpreter.let_go(path)
    if not kinds["application"]:
        kinds["command line"] = []  # it may leave everything to a plugin, or be no more than a start
    for kind, files in kinds.items():
        yield from (_entry(file, kind, sources, interpreter) for file in files)


def _kind(file: Parsed, interpreter: Interpreter) -> str:
    """What a module starts; an empty text where it starts nothing."""
    scope, effects = interpreter.module(file.path)
    names = {one.symbol for one in effects if isinstance(one, Call)}
    if names & _CORE:
        return "application"
    if _TASKS in names:
        return "worker"
    called = (
        node.func
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )
    is_command = scope is not None and any(interpreter.value(name, scope) == _CLI for name in called)
    return "command line" if is_command else ""


def _entry(start: Parsed, kind: str, sources: Sources, interpreter: Interpreter) -> Entry:
    """Follow imports from file to file; those at run time as far as their names are known."""
    seen: set[str] = set()
    certain = True
    pending = [start.path]
    while pending:
        path = pending.pop()
        if path in seen:
            continue
        seen.add(path)
        file = sources.parsed(path)
        if file is None:
            certain = False
            continue
        modules = _at_run_time(file, interpreter)
        certain = certain and modules is not None
        found = (_files(module, file, sources) for module in (*_named(file), *(modules or ())))
        pending += [one for several in found for one in several]
    return Entry(start, kind, frozenset(seen), certain)


def _at_run_time(file: Parsed, interpreter: Interpreter) -> list[str] | None:
    """The modules that a file imports by calls; None where their names are not known."""
    if _OUT_OF_SIGHT.search(file.source):
        return None
    if not _AT_RUN_TIME.search(file.source):
        return []
    scope, effects = interpreter.module(file.path)
    functions = [value for value in scope.names.values() if isinstance(value, Function)] if scope else []
    inner = [one for function in functions if function.file is file for one in interpreter.function(function)]
    calls = [one for one in (*effects, *inner) if isinstance(one, Call) and one.symbol in _IMPORTERS]
    written = [node for node in ast.walk(file.tree) if isinstance(node, ast.Call) and _is_importer(node.func)]
    names = [call.argument(0, "name") for call in calls]
    followed = {id(call.node) for call in calls}
    if all(id(node) in followed for node in written) and all(isinstance(name, str) for name in names):
        return [str(name) for name in names]
    return None


def _is_importer(node: ast.expr) -> bool:
    return (getattr(node, "attr", None) or getattr(node, "id", None)) in ("import_module", "__import__")


def _named(file: Parsed) -> Iterator[str]:
    """The modules that the import statements of a file name, and the names that may be modules."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            inner = base if base.endswith(".") else f"{base}."
            yield base
            yield from (f"{inner}{alias.name}" for alias in node.names)


def _files(module: str, importer: Parsed, sources: Sources) -> Iterator[str]:
    """The file of a module, and the packages around it."""
    path = sources.definitions.find(module, importer.path)
    if path is not None:
        yield path
        yield from _packages(path, module, sources)


def _packages(path: str, module: str, sources: Sources) -> Iterator[str]:
    folder = dirname(path)
    for _ in range(module.count(".") + 1):
        if f"{folder}/__init__.py" in sources.known:
            yield f"{folder}/__init__.py"
        folder = dirname(folder)
