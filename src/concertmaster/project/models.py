"""Which classes of a file are pydantic models, as far as the file itself proves it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.project.bindings import class_named
from concertmaster.project.python import PythonFile

MAX_DEPTH = 12


class Family(StrEnum):
    """What a model is for; each has settings of its own."""

    PLAIN = "model"
    FORM = "form"
    DOMAIN = "domain model"
    SETTINGS = "settings"


class Model(Struct, frozen=True):
    """A model, or an instance of one; `definition` is its class where this file has it."""

    family: Family
    definition: ast.ClassDef | None = None
    is_class: bool = False

    @property
    def instance(self) -> Model:
        return replace(self, is_class=False)


_DOMAIN = "orchestrator.core.domain"
_ROOTS = {
    **dict.fromkeys(
        (
            "pydantic.BaseModel",
            "pydantic.main.BaseModel",
            "pydantic.generics.GenericModel",
            "orchestrator.core.schemas.base.OrchestratorBaseModel",
        ),
        Family.PLAIN,
    ),
    **dict.fromkeys(
        (
            "pydantic.BaseSettings",
            "pydantic.env_settings.BaseSettings",
            "pydantic_settings.BaseSettings",
            "pydantic_settings.main.BaseSettings",
            "orchestrator.core.settings.AppSettings",
        ),
        Family.SETTINGS,
    ),
    **dict.fromkeys(
        (
            f"{module}.{name}"
            for module in ("orchestrator.core.forms", "pydantic_forms.core", "pydantic_forms.core.shared")
            for name in ("FormPage", "SubmitFormPage")
        ),
        Family.FORM,
    ),
    **dict.fromkeys(
        (
            f"{_DOMAIN}.SubscriptionModel",
            *(f"{_DOMAIN}.base.{name}" for name in ("DomainModel", "ProductBlockModel", "SubscriptionModel")),
        ),
        Family.DOMAIN,
    ),
}
#: Methods of pydantic 1; a class with one of its own may mean something else by it.
_METHODS = frozenset(
    "dict json copy construct parse_obj parse_raw parse_file schema schema_json validate update_forward_refs".split()
)
_OPTIONAL = frozenset(("typing.Optional", "typing_extensions.Optional"))
_UNION = frozenset(("typing.Union", "typing_extensions.Union"))
_TYPE = frozenset(("typing.Type", "builtins.type"))


def class_model(file: PythonFile, node: ast.expr, depth: int = 0) -> Model | None:
    """The model class that an expression names, as far as the file proves it."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(node, ast.Subscript):
        return class_model(file, node.value, depth + 1)
    family = _ROOTS.get(file.qualified(node) or "")
    if family is not None:
        return Model(family, is_class=True)
    if isinstance(node, ast.Name) and (found := class_named(file, node)):
        return _local_class(file, found, depth)
    return _imported_class(file, node)


def _imported_class(file: PythonFile, node: ast.expr) -> Model | None:
    """A class of another module of the project that reaches a model, and keeps that model's methods."""
    dotted, definitions = file.dotted(node), file.around.definitions
    if dotted is None or definitions is None:
        return None
    families = {_ROOTS[name] for name in definitions.ancestors(dotted, file.path) if name in _ROOTS}
    if len(families) != 1 or definitions.methods(dotted, file.path) & _METHODS:
        return None
    return Model(families.pop(), is_class=True)


def _local_class(file: PythonFile, definitions: list[ast.ClassDef], depth: int) -> Model | None:
    """Where branches define a class more than once, all of them must be of one family."""
    families = {family_of(file, definition, depth + 1) for definition in definitions}
    family = families.pop() if len(families) == 1 else None
    return None if family is None else Model(family, definitions[-1], is_class=True)


def family_of(file: PythonFile, definition: ast.ClassDef, depth: int = 0) -> Family | None:
    """The family of a class statement; None where it is no model, or its bases are in other files."""
    for base in definition.bases:
        known = class_model(file, base, depth + 1)
        if known is not None:
            return known.family
    return Family.DOMAIN if definition.bases and _has_lifecycle(file, definition) else None


def _has_lifecycle(file: PythonFile, definition: ast.ClassDef) -> bool:
    """`class Node(NodeProvisioning, lifecycle=[SubscriptionLifecycle.ACTIVE])`: only domain models have that."""
    for keyword in definition.keywords:
        if keyword.arg == "lifecycle" and isinstance(keyword.value, (ast.List, ast.Tuple)):
            names = [file.qualified(item) or "" for item in keyword.value.elts]
            return bool(names) and all(".SubscriptionLifecycle." in name for name in names)
    return False


def lineage(file: PythonFile, definition: ast.ClassDef | None) -> Iterator[ast.ClassDef]:
    """A class and those of its bases that this file defines, nearest first."""
    pending = [definition] if definition is not None else []
    seen: set[ast.ClassDef] = set()
    while pending:
        one = pending.pop(0)
        if one in seen:
            continue
        seen.add(one)
        yield one
        for base in one.bases:
            name = base.value if isinstance(base, ast.Subscript) else base
            pending += class_named(file, name) if isinstance(name, ast.Name) else []


def fields_of(file: PythonFile, definition: ast.ClassDef | None) -> dict[str, ast.AnnAssign]:
    """The statements that declare the fields of a class, its own and those of bases in this file."""
    found: dict[str, ast.AnnAssign] = {}
    for one in lineage(file, definition):
        for statement in one.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                found.setdefault(statement.target.id, statement)
    return found


def takes_none(file: PythonFile, annotation: ast.expr) -> bool:
    """Whether an annotation has `None` among its alternatives: `X | None`, `Optional[X]`, `Union[X, None]`."""
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return takes_none(file, annotation.left) or takes_none(file, annotation.right)
    if isinstance(annotation, ast.Subscript):
        name = file.qualified(annotation.value)
        inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        return name in _OPTIONAL or (name in _UNION and any(takes_none(file, one) for one in inner))
    return _is_none(annotation)


def defines(file: PythonFile, definition: ast.ClassDef | None, name: str) -> bool:
    """Whether a class, or a base of it in this file, gives a name a meaning of its own."""
    for one in lineage(file, definition):
        for statement in one.body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                if statement.name == name:
                    return True
            elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                if any(_names(target, name) for target in targets):
                    return True
    return False


def _names(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


def annotated(file: PythonFile, node: ast.expr | None, depth: int = 0) -> Model | None:
    """The model that an annotation promises: `X`, `X | None`, `Optional[X]`, `type[X]`, `"X"`."""
    if node is None or depth > MAX_DEPTH:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        quoted = _local_class(file, class_named(file, node, node.value.removesuffix(" | None")), depth)
        return None if quoted is None else quoted.instance
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [side for side in (node.left, node.right) if not _is_none(side)]
        return annotated(file, sides[0], depth + 1) if len(sides) == 1 else None
    if isinstance(node, ast.Subscript):
        name = file.qualified(node.value)
        if name in _OPTIONAL:
            return annotated(file, node.slice, depth + 1)
        if name in _TYPE or (isinstance(node.value, ast.Name) and node.value.id == "type"):
            return class_model(file, node.slice, depth + 1)
    known = class_model(file, node, depth + 1)
    return None if known is None else known.instance


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
