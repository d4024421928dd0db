"""Code builds on the inner parts of pydantic 1.

pydantic 2, which orchestrator-core uses since 2.0.0, is written anew: modules such as `pydantic.validators` and
`pydantic.typing`, the classes of single errors, and the hooks by which a type describes itself are gone or
without effect.

Guide: <https://docs.pydantic.dev/latest/migration/>

```python reported
from pydantic.errors import EnumMemberError
from pydantic.fields import ModelField
from pydantic.validators import uuid_validator


class Vlan(int):
    @classmethod
    def __get_validators__(cls):
        yield uuid_validator

    @classmethod
    def __modify_schema__(cls, field_schema): ...
```

What pydantic 2 still has, and others have by the same names, is left alone:

```python
from network.validators import uuid_validator
from pydantic import BaseModel, ValidationError
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo
from pydantic.v1.errors import EnumMemberError


def __get_validators__(): ...
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.models import family_of
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import in_import_guard
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-21",),
    section="2.0",
    change=Change(works_from="2.0.0", removed="2.0.0"),
    safety=Safety.MANUAL,
    triggers=(
        *(
            b".validators",
            b".datetime_parse",
            b".error_wrappers",
            b".errors",
            b".parse",
            b".schema",
            b".typing",
        ),
        *(b".utils", b"ModelField", b"ModelMetaclass", b"validate_model", b"parse_file_as", b"parse_raw_as"),
        *(b"stricturl", b"create_model_from_", b"NoneStr", b"NoneBytes", b"StrBytes"),
        *(b"__get_validators__", b"__modify_schema__"),
        *(b"Required", b"Undefined", b"Protocol", b"ENCODERS_BY_TYPE", b"__root__"),
    ),
    context=(b"pydantic", b"orchestrator", b"__get_validators__", b"__modify_schema__"),
)
WARNS = Change(works_from="2.0.0", deprecated="2.0.0")

_CORE_SCHEMA = "a type describes itself by `__get_pydantic_core_schema__` now"
_CUSTOM_ERROR = "raise `ValueError` or `pydantic_core.PydanticCustomError`"
_TYPE_ADAPTER = "use `TypeAdapter`"
#: Modules of which pydantic 2 keeps at most the names given here, and what to do instead.
MODULES = {
    "pydantic.validators": ("", "validate with `AfterValidator` in an `Annotated[…]`"),
    "pydantic.datetime_parse": ("", _TYPE_ADAPTER),
    "pydantic.error_wrappers": ("ValidationError", _CUSTOM_ERROR),
    "pydantic.errors": (
        """PydanticErrorCodes PydanticErrorMixin PydanticUserError PydanticUndefinedAnnotation PydanticImportError
        PydanticSchemaGenerationError PydanticInvalidForJsonSchema PydanticForbiddenQualifier""",
        _CUSTOM_ERROR,
    ),
    "pydantic.parse": ("", "parse the text yourself"),
    "pydantic.schema": ("", "use `model_json_schema` or `pydantic.json_schema`"),
    "pydantic.typing": ("", "the module `typing` of Python has what you need"),
    "pydantic.utils": (
        """deep_update GetterDict lenient_issubclass lenient_isinstance is_valid_field update_not_none version_info
        import_string Representation ROOT_KEY smart_deepcopy sequence_like to_camel to_lower_camel""",
        "keep a copy of the helper in your project",
    ),
}
NAMES = {
    "pydantic.fields.ModelField": "fields are described by `FieldInfo`, without their validation",
    "pydantic.main.ModelMetaclass": "hook into `__pydantic_init_subclass__`",
    "pydantic.main.validate_model": "use `model_validate`",
    "pydantic.validate_model": "use `model_validate`",
    "pydantic.parse_file_as": _TYPE_ADAPTER,
    "pydantic.parse_raw_as": _TYPE_ADAPTER,
    "pydantic.tools.parse_file_as": _TYPE_ADAPTER,
    "pydantic.tools.parse_raw_as": _TYPE_ADAPTER,
    "pydantic.stricturl": "limit the URL by `UrlConstraints` in an `Annotated[…]`",
    "pydantic.create_model_from_typeddict": _TYPE_ADAPTER,
    "pydantic.create_model_from_namedtuple": _TYPE_ADAPTER,
    "pydantic.networks.stricturl": "limit the URL by `UrlConstraints` in an `Annotated[…]`",
    "pydantic.Protocol": "parse the text yourself",
    "pydantic.Required": "write `...`, or no default at all",
    "pydantic.fields.Required": "write `...`, or no default at all",
    "pydantic.fields.Undefined": "it is `pydantic_core.PydanticUndefined`",
    "pydantic.fields.UndefinedType": "it is `pydantic_core.PydanticUndefinedType`",
    "pydantic.json.ENCODERS_BY_TYPE": "serialize with `PlainSerializer` in an `Annotated[…]`",
    **dict.fromkeys(
        (
            f"pydantic{part}.{name}"
            for part in ("", ".types")
            for name in ("NoneStr", "NoneBytes", "StrBytes", "NoneStrBytes")
        ),
        "write the type as it is: `str | None`",
    ),
}
HOOKS = {
    "__get_validators__": ("it only warns for now", WARNS),
    "__modify_schema__": ("schemas are changed by `__get_pydantic_json_schema__`", None),
}


@rule.on(ast.ImportFrom)
def imported(file: PythonFile, node: ast.ImportFrom) -> Iterator[Hit]:
    if node.level or in_import_guard(file, node):
        return
    for alias in node.names:
        yield from _gone(alias if len(node.names) > 1 else node, f"{node.module}.{alias.name}")


@rule.file
def attributes(file: PythonFile) -> Iterator[Hit]:
    """`pydantic.errors.EnumMemberError` by way of the module."""
    modules = [alias.name for node in file.nodes(ast.Import) for alias in node.names]
    if any(name.partition(".")[0] == "pydantic" for name in modules):
        for node in file.nodes(ast.Attribute):
            yield from _gone(node, file.dotted(node) or "")


def _gone(place: ast.AST, name: str) -> Iterator[Hit]:
    module, _, last = name.rpartition(".")
    kept, instead = MODULES.get(module, ("", ""))
    if name in NAMES:
        yield Hit(place, f"pydantic 2, of orchestrator-core 2.0.0, has no `{name}`: {NAMES[name]}")
    elif instead and last not in kept.split():
        yield Hit(place, f"pydantic 2, of orchestrator-core 2.0.0, has no `{name}`: {instead}")


@rule.on(ast.FunctionDef)
def hook(file: PythonFile, node: ast.FunctionDef) -> Iterator[Hit]:
    if node.name not in HOOKS or not isinstance(file.parent(node), ast.ClassDef):
        return
    what, change = HOOKS[node.name]
    yield Hit(node, f"`{node.name}` is a hook of pydantic 1, {what}: {_CORE_SCHEMA}", change=change)


@rule.on(ast.AnnAssign, ast.Assign)
def root(file: PythonFile, node: ast.AnnAssign | ast.Assign) -> Iterator[Hit]:
    """`__root__: list[int]`, by which a model was one value."""
    model, target = file.parent(node), node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    named = isinstance(target, ast.Name) and target.id == "__root__"
    if named and isinstance(model, ast.ClassDef) and family_of(file, model) is not None:
        yield Hit(
            node,
            "pydantic 2 refuses `__root__`: a model of one value derives from `RootModel[…]`, and has `root`",
        )
