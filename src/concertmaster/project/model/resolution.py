"""Whether what registrations name is there, and what is registered, has a row, or neither."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum
from posixpath import dirname

from msgspec import Struct

from concertmaster.project.model.project import ProjectModel, is_framework
from concertmaster.project.model.registrations import Registration, WorkflowFunction
from concertmaster.project.model.rows import WORKFLOWS, Row
from concertmaster.project.model.values import Function

#: What the framework registers itself, in any release.
FRAMEWORK = frozenset(
    """
    modify_note task_clean_up_tasks task_resume_workflows task_validate_products task_validate_product_type
    task_validate_subscriptions task_validate_awaiting_callbacks reset_subscription_description
    """.split()
)


class Fault(StrEnum):
    """Why a registration leads nowhere."""

    RELATIVE = "relative"
    NO_MODULE = "no module"
    NO_FUNCTION = "no function"
    NO_WORKFLOW = "no workflow"


def fault_of(model: ProjectModel, registration: Registration) -> Fault | None:
    """What is wrong with a registration for certain; None where nothing is, or it cannot be told."""
    module = str(registration.module)
    if is_framework(registration):
        return None
    if module.startswith("."):
        return None if str(registration.name) in FRAMEWORK else Fault.RELATIVE
    path = model.module_of(registration)
    if path is None:
        return Fault.NO_MODULE if _is_ours(model, registration) else None
    scope = model.interpreter.scope_of(path)
    if scope is None or scope.stars or "__getattr__" in scope.names:
        return None
    if registration.name not in scope.names:
        return None if _is_filled(scope.file.tree) else Fault.NO_FUNCTION
    value = scope.names[str(registration.name)]
    plain = isinstance(value, Function) and value.node in scope.file.tree.body
    return Fault.NO_WORKFLOW if plain and not getattr(value.node, "decorator_list", True) else None


def _is_ours(model: ProjectModel, registration: Registration) -> bool:
    """Whether the module's first package is one of the project."""
    first = str(registration.module).partition(".")[0]
    here = registration.module.place
    found = model.sources.definitions.find(first, here.path if here else "")
    return found is not None or any(path.startswith(f"{first}/") for path in model.sources.python)


def _is_filled(tree: ast.Module) -> bool:
    """Whether a module makes names in ways that are not followed."""
    words = ("globals", "locals", "vars", "setattr", "exec", "__dict__")
    return any(
        getattr(node, "id", None) in words or getattr(node, "attr", None) in words for node in ast.walk(tree)
    )


class Missing(Struct, frozen=True):
    """A registered workflow without a row; `renamed` is the row that is likely its own under an old name."""

    registration: Registration
    function: WorkflowFunction | None
    renamed: Row | None


def without_row(model: ProjectModel) -> list[Missing]:
    """The registered workflows that no migration adds, or not any more."""
    if not model.knows(WORKFLOWS):
        return []
    rows = model.replay.database.workflows
    bare = {
        str(one.name): one
        for one in model.own
        if str(one.name) not in rows and model.module_of(one) is not None and fault_of(model, one) is None
    }
    orphans = unclaimed(model)
    found = []
    for one in bare.values():
        function = model.function_of(one)
        target = function.target if function is not None else None
        same = [row for row in orphans if target is not None and row["target"] == target]
        alike = [other for other in bare.values() if _target(model, other) == target]
        found.append(Missing(one, function, same[0] if len(same) == 1 and len(alike) == 1 else None))
    return found


def imports_from_outside(model: ProjectModel, word: str) -> bool:
    """Whether an entry point or a registry imports a module of another package that may register more."""
    files = {entry.file.path for entry in model.entries} | {*model.registry.paths, *model.products.paths}
    for path in sorted(files):
        file = model.sources.parsed(path)
        for module, name in _imported(file.tree) if file is not None else ():
            inside = (
                module.startswith("orchestrator") or model.sources.definitions.find(module, path) is not None
            )
            if word in name and not inside:
                return True
    return False


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The modules that a file imports from, and the whole names of what it imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield from ((node.module, f"{node.module}.{alias.name}") for alias in node.names)


def _target(model: ProjectModel, registration: Registration) -> str | None:
    function = model.function_of(registration)
    return function.target if function is not None else None


def unclaimed(model: ProjectModel) -> list[Row]:
    """Rows that no registration names, and no function of that name could be registered for."""
    if not model.knows(WORKFLOWS) or not model.registry.is_certain or not model.registry.paths:
        return []
    if imports_from_outside(model, "workflow"):
        return []
    functions = {function.name for function in model.functions}
    names = model.registry.names.keys() | functions | FRAMEWORK
    return [row for name, row in model.replay.database.workflows.items() if name not in names]


def product_type_of(model: ProjectModel, function: WorkflowFunction) -> str | None:
    """The product type that a workflow is for, by the rows of its neighbours; None where that is not clear."""
    rows = model.replay.database.workflows
    home = dirname(function.path)
    found = {
        kind
        for other in model.functions
        if dirname(other.path) == home
        and other.name in rows
        and isinstance(kind := rows[other.name].product_type, str)
    }
    return str(found.pop()) if len(found) == 1 else None
