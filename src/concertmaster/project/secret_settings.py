"""The settings that became secrets in 5.0, and the ways in which a file reads and replaces them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.project.instances import SETTINGS, instance_of
from concertmaster.project.python import PythonFile
from concertmaster.project.uses import definitions

GET = "get_secret_value"
#: Setting -> the module and name of its type since 5.0.
SECRETS = {
    "DATABASE_URI": ("orchestrator.core.settings", "SecretPostgresDsn"),
    "CACHE_URI": ("orchestrator.core.settings", "SecretRedisDsn"),
    "WEBSOCKET_BROADCASTER_URL": ("pydantic", "SecretStr"),
    "SESSION_SECRET": ("pydantic", "SecretStr"),
}
_TYPES = ("SecretPostgresDsn", "SecretRedisDsn", "SecretStr", "Secret")
_MODULES = ("orchestrator.core.settings", "pydantic", "pydantic.types")
SECRET_TYPES = frozenset(f"{module}.{name}" for module in _MODULES for name in _TYPES)


class SecretRead(Struct, frozen=True):
    """`app_settings.DATABASE_URI`, or `getattr(app_settings, "DATABASE_URI")`."""

    node: ast.expr
    name: str


class SecretWrite(Struct, frozen=True):
    """A new value for a setting: `app_settings.DATABASE_URI = uri`, `monkeypatch.setattr(…)`."""

    node: ast.AST
    name: str
    value: ast.expr | None


def is_settings(file: PythonFile, node: ast.expr) -> bool:
    """Whether an expression holds the framework's settings, with its own type for the secrets."""
    proof = instance_of(file, node, SETTINGS)
    return proof is not None and not any(
        statement.target.id in SECRETS and not _keeps_secret(file, statement)
        for own in proof.own
        for statement in own.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    )


def _keeps_secret(file: PythonFile, field: ast.AnnAssign) -> bool:
    """Whether a field of one's own is a secret; in another file its words tell."""
    if file.parent(field) is None:
        return "Secret" in ast.unparse(field.annotation)
    return names_secret(file, field.annotation)


def names_secret(file: PythonFile, annotation: ast.expr | None) -> bool:
    """Whether an annotation holds one of the secret types, by its name or in quotes."""
    if annotation is None:
        return False
    for part in ast.walk(annotation):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and "Secret" in part.value:
            return True
        if isinstance(part, (ast.Name, ast.Attribute)) and file.qualified(part) in SECRET_TYPES:
            return True
    return False


def secret_reads(file: PythonFile) -> Iterator[SecretRead]:
    """Every read of a secret setting whose value is not taken out of it."""
    for node in file.nodes(ast.Attribute):
        if node.attr in SECRETS and isinstance(node.ctx, ast.Load) and is_settings(file, node.value):
            yield SecretRead(node, node.attr)
    for call in file.nodes(ast.Call):
        name = _named(call, 1)
        if name and _is_builtin(file, call.func, "getattr") and is_settings(file, call.args[0]):
            yield SecretRead(call, name)


def _is_builtin(file: PythonFile, func: ast.expr, name: str) -> bool:
    return isinstance(func, ast.Name) and func.id == name and file.scope(func).find(name) is None


def is_secret(file: PythonFile, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
    """Whether an expression is a secret already: made as one, or read from the settings as it is."""
    if isinstance(node, ast.Call):
        func = node.func.value if isinstance(node.func, ast.Subscript) else node.func
        return file.qualified(func) in SECRET_TYPES
    if isinstance(node, ast.Attribute):
        return node.attr in SECRETS and is_settings(file, node.value)
    if not isinstance(node, ast.Name) or node.id in seen:
        return False
    return any(
        names_secret(file, annotation) or (value is not None and is_secret(file, value, seen | {node.id}))
        for annotation, value in _bound(file, node)
    )


def _bound(file: PythonFile, name: ast.Name) -> Iterator[tuple[ast.expr | None, ast.expr | None]]:
    """Annotation and value of each place that binds a name."""
    for node in definitions(file, name):
        if isinstance(node, ast.arg):
            yield node.annotation, None
        up = file.parent(node)
        if isinstance(up, (ast.Assign, ast.NamedExpr)):
            yield None, up.value
        elif isinstance(up, ast.AnnAssign):
            yield up.annotation, up.value


def secret_writes(file: PythonFile) -> Iterator[SecretWrite]:
    """Every place where a secret setting gets a new value."""
    for node in file.nodes(ast.Attribute):
        if (
            node.attr not in SECRETS
            or not isinstance(node.ctx, ast.Store)
            or not is_settings(file, node.value)
        ):
            continue
        up = file.parent(node)
        plain = isinstance(up, ast.Assign) and len(up.targets) == 1 and up.targets[0] is node
        yield SecretWrite(node, node.attr, up.value if plain and isinstance(up, ast.Assign) else None)
    for call in file.nodes(ast.Call):
        yield from _patched(file, call)


def _patched(file: PythonFile, call: ast.Call) -> Iterator[SecretWrite]:
    """`monkeypatch.setattr(app_settings, "CACHE_URI", uri)`, `patch.object(…)`, or both arguments in one string."""
    if not _sets_attributes(file, call.func) or not call.args:
        return
    name = _named(call, 1)
    if name and is_settings(file, call.args[0]):
        position = 2
    else:
        target = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
        owner, _, name = target.rpartition(".") if isinstance(target, str) else ("", "", "")
        position = 1
        if name not in SECRETS or file.canonical(owner) not in SETTINGS.objects:
            return
    words = {word.arg: word.value for word in call.keywords}
    value = call.args[position] if len(call.args) > position else words.get("new", words.get("value"))
    if value is not None:
        yield SecretWrite(call, name, value)


def _sets_attributes(file: PythonFile, func: ast.expr) -> bool:
    if _is_builtin(file, func, "setattr") or file.qualified(func) == "unittest.mock.patch":
        return True
    if not isinstance(func, ast.Attribute):
        return False
    owner = func.value.attr if isinstance(func.value, ast.Attribute) else getattr(func.value, "id", "")
    return (owner, func.attr) in _SETTERS


_SETTERS = frozenset(
    (
        ("monkeypatch", "setattr"),
        ("mp", "setattr"),
        ("patch", "object"),
        ("mock", "patch"),
        ("mocker", "patch"),
    )
)


def _named(call: ast.Call, position: int) -> str:
    """The secret setting that an argument names as text."""
    argument = call.args[position] if len(call.args) > position else None
    value = argument.value if isinstance(argument, ast.Constant) else None
    return value if isinstance(value, str) and value in SECRETS else ""
