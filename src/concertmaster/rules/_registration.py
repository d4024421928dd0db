"""What rules on whole projects have in common: their releases, and lines that look like their neighbours."""

from __future__ import annotations

import ast
import re
from posixpath import dirname

from concertmaster.findings import Edit
from concertmaster.project.model import ProjectModel
from concertmaster.project.model.place import Parsed, Place
from concertmaster.project.model.registrations import Registration, WorkflowFunction
from concertmaster.project.model.rows import Row
from concertmaster.versions import Change

#: Wrong in every release.
ALWAYS = Change(works_from="1.0.0", removed="1.0.0")
#: Warned of in every release.
DISCOURAGED = Change(works_from="1.0.0", deprecated="1.0.0")
#: Told in every release, never more than a notice.
ADVICE = Change(works_from="1.0.0", deprecated="1.0.0", advice=True)
#: The rows of workflows, by both names of their class.
WORKFLOW_TABLES = frozenset(f"orchestrator.core.{module}.WorkflowTable" for module in ("db", "db.models"))


def dotted(path: str, like: Registration, like_path: str) -> str | None:
    """The module of a file, from the same root as that of a registration."""
    tail = str(like.module).replace(".", "/")
    stem = like_path.removesuffix(".py").removesuffix("/__init__")
    if not stem.endswith(tail):
        return None
    root = stem[: len(stem) - len(tail)]
    module = path.removesuffix(".py").removesuffix("/__init__")
    return module.removeprefix(root).replace("/", ".") if module.startswith(root) else None


def plain_statement(file: Parsed, registration: Registration) -> ast.Expr | None:
    """The statement of a registration that stands alone at the top of its module, with both names spelled out."""
    for node in file.tree.body:
        if isinstance(node, ast.Expr) and file.place(node.value) == registration.place:
            spelled = isinstance(node.value, ast.Call) and all(
                isinstance(arg, ast.Constant) for arg in node.value.args
            )
            return (
                node if spelled and isinstance(node.value, ast.Call) and len(node.value.args) == 2 else None
            )
    return None


def registering(model: ProjectModel, function: WorkflowFunction) -> dict[str, tuple[Edit, ...]]:
    """The line that registers a function, beside those of its neighbours and written as they are."""
    near = [
        (registration, path, file, statement)
        for registration in model.own
        if (path := model.module_of(registration))
        and (file := model.sources.parsed(registration.place.path))
        and (statement := plain_statement(file, registration))
        and dotted(function.path, registration, path)
    ]
    if not near:
        return {}
    same = [item for item in near if dirname(item[1]) == dirname(function.path)] or near
    names = [str(item[0].name) for item in same]
    later = (
        next((item for item in same if str(item[0].name) > function.name), None)
        if names == sorted(names)
        else None
    )
    chosen, path, file, statement = later or same[-1]
    line = _line(file, chosen, statement, dotted(function.path, chosen, path) or "", function.name)
    place = file.place(statement)
    end = file.source.find(b"\n", place.end)
    if later:
        return {file.path: (Edit(place.start, place.start, line + _newline(file)),)}
    if end < 0:
        return {file.path: (Edit(len(file.source), len(file.source), _newline(file) + line),)}
    return {file.path: (Edit(end + 1, end + 1, line + _newline(file)),)}


def _newline(file: Parsed) -> bytes:
    return b"\r\n" if b"\r\n" in file.source else b"\n"


def _line(file: Parsed, like: Registration, statement: ast.Expr, module: str, name: str) -> bytes:
    place = file.place(statement)
    text = file.source[place.start : place.end].decode()
    quoted = {str(like.module): module, str(like.name): name}
    return re.sub(
        r"(?P<quote>[\"'])(?P<text>[\w.]+)(?P=quote)",
        lambda match: f"{match['quote']}{quoted.get(match['text'], match['text'])}{match['quote']}",
        text,
    ).encode()


def replaced(place: Place, source: bytes, new: str) -> dict[str, tuple[Edit, ...]]:
    """The edit that puts another text in a literal, its quotes kept; none where the literal is unusual."""
    old = source[place.start : place.end]
    if not re.fullmatch(rb"(?P<quote>[\"'])[^\"'\\\n]*(?P=quote)", old):
        return {}
    return {place.path: (Edit(place.start + 1, place.end - 1, new.encode()),)}


def label_of(model: ProjectModel, name: str, function: WorkflowFunction | None) -> str:
    """What to call a workflow: as its code, its label or its row does, else by its name."""
    if function is not None and function.description:
        return function.description
    if model.translations is not None and name in model.translations.labels:
        return model.translations.labels[name]
    row = model.replay.database.workflows.get(name)
    described = row.text("description") if row is not None else None
    return described or name.removeprefix("task_").replace("_", " ").capitalize()


def is_active(row: Row) -> bool:
    return bool(row["status"] == "active")
