"""Models are configured by an inner class.

Since orchestrator-core 2.0.0 models are those of pydantic 2, which reads `model_config`. An inner `Config`
warns, and what got another name (`orm_mode`, `schema_extra`, …) has no effect in it.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
 from orchestrator.forms import FormPage
+from pydantic import ConfigDict


 def initial_input_form_generator(product_name: str):
     class CreateNodeForm(FormPage):
-        class Config:
-            title = f"Create {product_name}"
+        model_config = ConfigDict(title=f"Create {product_name}")

         name: str
```

Settings get their new names, and comments stay with them:

```diff
-from pydantic import BaseModel, Extra
+from pydantic import BaseModel, ConfigDict


 class Interface(BaseModel):
-    class Config:
-        extra = Extra.forbid
-        allow_mutation = False  # it comes from the inventory
-        orm_mode = True
+    model_config = ConfigDict(
+        extra="forbid",
+        frozen=True,  # it comes from the inventory
+        from_attributes=True,
+    )

     name: str
```

What pydantic 2 has nothing for is for a person:

```python reported
from pydantic import BaseModel


class Interface(BaseModel):
    class Config:
        fields = {"name": "ifName"}
```

Inner classes of that name are common elsewhere:

```python
from dataclasses import dataclass

import strawberry
from factory import Factory


@dataclass
class Interface:
    class Config:
        title = "Interface"


@strawberry.type
class Node(Factory):
    class Config:
        model = Interface
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.models import Family, family_of
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.classes import Argument, Call, Setting, class_to_call, settings_of
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-02",),
    section="2.0",
    change=Change(works_from="2.0.0", deprecated="2.0.0"),
    triggers=(b"class Config",),
    pattern=re.compile(rb"class Config\b"),
    priority=20,
)
NO_EFFECT = Change(works_from="2.0.0", removed="2.0.0")

RENAMED = {
    "allow_population_by_field_name": "populate_by_name",
    "anystr_lower": "str_to_lower",
    "anystr_strip_whitespace": "str_strip_whitespace",
    "anystr_upper": "str_to_upper",
    "keep_untouched": "ignored_types",
    "max_anystr_length": "str_max_length",
    "min_anystr_length": "str_min_length",
    "orm_mode": "from_attributes",
    "schema_extra": "json_schema_extra",
    "validate_all": "validate_default",
}
KEPT = frozenset(
    """
    title extra arbitrary_types_allowed use_enum_values validate_assignment alias_generator allow_inf_nan
    frozen json_encoders
    """.split()
)
OF_SETTINGS = frozenset(
    "env_prefix env_file env_file_encoding env_nested_delimiter case_sensitive secrets_dir".split()
)
#: What pydantic 2 always does, or leaves to each type.
NEEDLESS = frozenset(("smart_union", "underscore_attrs_are_private", "json_loads", "json_dumps"))
DOUBTFUL = frozenset(("json_encoders", "json_loads", "json_dumps", "smart_union"))
_LIKELY_BASES = ("Form", "FormPage", "Page", "Model", "Schema", "Settings")


@rule.on(ast.ClassDef)
def inner_class(file: PythonFile, node: ast.ClassDef) -> Iterator[Hit]:
    model = file.parent(node)
    if node.name != "Config" or not isinstance(model, ast.ClassDef):
        return
    family = family_of(file, model)
    settings = settings_of(node)
    names = {setting.name for setting in settings or ()}
    if family is None and not _looks_like_a_model(model, names):
        return
    of_settings = family is Family.SETTINGS or bool(names & OF_SETTINGS)
    unknown = (
        names
        - KEPT
        - RENAMED.keys()
        - NEEDLESS
        - {"allow_mutation"}
        - (OF_SETTINGS if of_settings else set())
    )
    message = "`class Config` of models is `model_config = ConfigDict(…)` since 2.0.0"
    change = NO_EFFECT if settings is None or unknown or names & (RENAMED.keys() | NEEDLESS) else None
    if settings is None or unknown or not _is_alone(file, model, node) or _sees_fields(model, settings):
        rest = (
            f"; `{min(unknown)}` has no successor" if unknown else ", which cannot be done mechanically here"
        )
        yield Hit(node, message + rest, change=change)
        return
    yield _rewritten(file, node, names, message, change, of_settings, doubtful=family is None)


def _looks_like_a_model(model: ast.ClassDef, names: set[str]) -> bool:
    """A class of a base from elsewhere, whose name or whose settings say what it is."""
    bases = [
        base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in model.bases
    ]
    known = names <= KEPT | RENAMED.keys() | OF_SETTINGS
    return (
        bool(bases and names) and known and (bool(names & RENAMED.keys()) or bases[0].endswith(_LIKELY_BASES))
    )


def _is_alone(file: PythonFile, model: ast.ClassDef, node: ast.ClassDef) -> bool:
    """Whether the model has no `model_config`, inherits this class at most from its own bases, and no one reads it."""
    own = {f"{ast.unparse(base)}.Config" for base in model.bases} | {"BaseConfig", "pydantic.BaseConfig"}
    if node.keywords or any(ast.unparse(base) not in own for base in node.bases):
        return False
    reads = [one for one in file.nodes(ast.Attribute) if one.attr == "Config"]
    parents = [file.parent(one) for one in reads]
    return not _binds(model, "model_config") and all(
        isinstance(up, ast.ClassDef) and up.name == "Config" and settings_of(up) is not None for up in parents
    )


def _binds(model: ast.ClassDef, name: str) -> bool:
    targets = (
        target for one in model.body for target in getattr(one, "targets", [getattr(one, "target", None)])
    )
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _sees_fields(model: ast.ClassDef, settings: list[Setting]) -> bool:
    """Whether a value would mean something else outside of the inner class: fields hide the names around."""
    read = {name.id for one in settings for name in ast.walk(one.value) if isinstance(name, ast.Name)}
    return any(_binds(model, name) for name in read)


def _rewritten(
    file: PythonFile,
    node: ast.ClassDef,
    names: set[str],
    message: str,
    change: Change | None,
    of_settings: bool,
    *,
    doubtful: bool,
) -> Hit:
    module, name = ("pydantic_settings", "SettingsConfigDict") if of_settings else ("pydantic", "ConfigDict")
    wanted = needed(file, node, module, name)
    if wanted is None:
        return Hit(node, message, change=change)
    lenient = "env_file" in names and "extra" not in names
    leading = ('extra="ignore"',) if lenient else ()
    call = Call(f"model_config = {wanted.text}(", ")", leading, comments=True)
    edit = class_to_call(file, node, call, lambda setting: _argument(file, setting))
    safety = Safety.SUGGESTED if doubtful or lenient or names & DOUBTFUL else None
    return Hit(node, message, (edit,) if edit else (), wanted.imports, safety=safety, change=change)


def _argument(file: PythonFile, setting: Setting) -> Argument | None:
    if setting.name in NEEDLESS:
        return None
    if setting.name == "allow_mutation":
        if isinstance(setting.value, ast.Constant):
            return Argument("frozen=", str(not setting.value.value))
        return Argument("frozen=not (", suffix=")")
    name = RENAMED.get(setting.name, setting.name)
    qualified = file.qualified(setting.value) or ""
    if name == "extra" and qualified.startswith(("pydantic.Extra.", "pydantic.config.Extra.")):
        return Argument("extra=", f'"{qualified.rpartition(".")[2]}"')
    return Argument(f"{name}=")
