"""Fields are validated by the decorator of pydantic 1.

Since orchestrator-core 2.0.0 models are those of pydantic 2. Its `validator` is there for old code alone:
it warns, and refuses functions that ask for `field` or `config`.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
 from orchestrator.forms import FormPage
-from pydantic import validator
+from pydantic import ValidationInfo, field_validator


 class CreateNodeForm(FormPage):
     name: str
     other: str

-    @validator("name", pre=True, always=True)
+    @field_validator("name", mode="before")
+    @classmethod
     def stripped(cls, value):
         return value.strip()

-    @validator("other", allow_reuse=True)
+    @field_validator("other")
+    @classmethod
-    def different(cls, value: str, values: dict) -> str:
+    def different(cls, value: str, info: ValidationInfo) -> str:
-        if value == values["name"]:
+        if value == info.data["name"]:
             raise ValueError("must be different")
         return value
```

One that is made of a function is changed as well, with the function:

```diff
-from pydantic import BaseModel, validator
+from pydantic import BaseModel, field_validator


 def stripped(value: str) -> str:
     return value.strip()


 class Port(BaseModel):
     name: str
-    _stripped: classmethod = validator("name", allow_reuse=True)(stripped)
+    _stripped: classmethod = field_validator("name")(stripped)
```

What pydantic 2 has nothing for is for a person:

```python reported
from pydantic import BaseModel, validator


class Port(BaseModel):
    vlans: list[int]
    name: str = ""

    @validator("vlans", each_item=True)
    def small(cls, value): ...

    @validator("name")
    def named(cls, value, field): ...

    @validator("name", always=True)
    def given(cls, value): ...
```

Validators of the framework and of others are left alone:

```python
from attrs import field, validators
from orchestrator.forms.validators import Label
from pydantic.v1 import validator


class Port:
    name = field(validator=validators.instance_of(str))

    @name.validator
    def named(self, attribute, value): ...

    @validator("name")
    def old(cls, value): ...
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from concertmaster.findings import Edit, Safety
from concertmaster.project.models import Family, family_of, fields_of, takes_none
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import as_keyword, change_arguments, edit_arguments, replace
from concertmaster.rewrite.needed import Needed, needed
from concertmaster.rewrite.parameters import Function, change_parameter, mentions, uses
from concertmaster.rewrite.plain_arguments import in_source_order
from concertmaster.rule import Hit, Rule
from concertmaster.rules._validators import Use, use_of, with_classmethod
from concertmaster.versions import Change

if TYPE_CHECKING:
    import libcst

rule = Rule(
    __name__,
    rows=("20-03",),
    section="2.0",
    change=Change(works_from="2.0.0", deprecated="2.0.0"),
    triggers=(b"validator",),
    context=(b"pydantic",),
    priority=20,
    takes=frozenset(("validator",)),
)
REFUSED = Change(works_from="2.0.0", removed="2.0.0")

OLD = frozenset(("pydantic.validator", "pydantic.class_validators.validator"))
MESSAGE = "`validator` of pydantic is `field_validator` since 2.0.0"
_NEEDLESS = frozenset(("pre", "always", "each_item", "allow_reuse"))
OPTIONS = _NEEDLESS | {"check_fields"}


@rule.on_imported(ast.Call)
def validator(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if file.qualified(call.func) not in OLD:
        return
    use = use_of(file, call)
    refused = bool({"field", "config"} & {one.arg for one in use.parameters[1:]})
    change = REFUSED if refused else None
    wanted = needed(file, call, "pydantic", "field_validator")
    information = needed(file, call, "pydantic", "ValidationInfo")
    obstacle = _obstacle(file, use)
    edits = None if obstacle or not wanted or not information else _edits(file, use, wanted, information)
    if wanted is None or information is None or edits is None:
        yield Hit(call, MESSAGE + (obstacle or ", which cannot be done mechanically here"), change=change)
        return
    imports = wanted.imports + (information.imports if _values(use) else ())
    doubt = _doubt(file, use)
    yield Hit(call, MESSAGE + doubt, edits, imports, safety=Safety.SUGGESTED if doubt else None)


def _values(use: Use) -> ast.arg | None:
    return next((one for one in use.parameters[1:] if one.arg == "values"), None)


def _obstacle(file: PythonFile, use: Use) -> str | None:
    """Why there is nothing mechanical to be done; None where there is something."""
    function = use.function
    if function is None:
        return "; what it validates with is not in this file"
    if not use.has_only(OPTIONS) or use.option("each_item"):
        return "; validate each item in the annotation: `list[Annotated[T, AfterValidator(…)]]`"
    others = [one.arg for one in (*use.parameters[1:], *function.args.kwonlyargs) if one.arg != "values"]
    rest = function.args.kwarg
    if rest is not None and any(uses(file, function, rest)):
        others.append(rest.arg)
    if others:
        return f"; ask for `info: ValidationInfo` instead of `{others[0]}`"
    if not use.parameters or function.args.defaults or function.args.kwonlyargs:
        return ", which cannot be done mechanically here"
    if use.option("always") and not _defaults_are_validated(file, use):
        return "; `always` is `validate_default=True` of the field"
    return None


def _defaults_are_validated(file: PythonFile, use: Use) -> bool:
    """Whether the model does so anyway, or no validated field has a default, such as `None` by being optional."""
    if use.model is None:
        return False
    if family_of(file, use.model) in (Family.FORM, Family.DOMAIN):
        return True
    fields = fields_of(file, use.model)
    return all(name in fields and _is_required(file, fields[name]) for name in use.fields)


def _is_required(file: PythonFile, field: ast.AnnAssign) -> bool:
    return field.value is None and not takes_none(file, field.annotation)


def _edits(file: PythonFile, use: Use, wanted: Needed, information: Needed) -> tuple[Edit, ...] | None:
    if use.call is None:
        return None
    bound = with_classmethod(file, use)
    signature = _signature(file, use, information)
    if bound is None or signature is None:
        return None
    options = _options(file, use.call)
    return (replace(file, use.name, wanted.text), *((options,) if options else ()), *bound, *signature)


def _signature(file: PythonFile, use: Use, information: Needed) -> tuple[Edit, ...] | None:
    """`values` becomes `info.data`, in a method and in a function that does nothing but validate."""
    values = _values(use)
    if values is None or use.function is None:
        return ()
    alone = use.is_method or _only_validates(file, use.function)
    if mentions(use.function, "info") or isinstance(use.function, ast.Lambda) or not alone:
        return None
    return change_parameter(
        file, use.function, values, declared=f"info: {information.text}", used="info.data"
    )


def _only_validates(file: PythonFile, function: Function) -> bool:
    """Whether every use of a function in this file hands it to `validator(…)`."""
    name = getattr(function, "name", None)
    for one in file.nodes(ast.Name):
        if one.id == name and isinstance(one.ctx, ast.Load):
            call = file.parent(one)
            made = call.func if isinstance(call, ast.Call) and one in call.args else None
            if not isinstance(made, ast.Call) or file.qualified(made.func) not in OLD:
                return False
    return name is not None


def _options(file: PythonFile, call: ast.Call) -> Edit | None:
    """Without the options that have no use any more; what becomes another one takes a syntax tree."""
    words = {at: one for at, one in enumerate(in_source_order(call)) if isinstance(one, ast.keyword)}
    if any(one.arg == "pre" and getattr(one.value, "value", None) is True for one in words.values()):
        return edit_arguments(file, call, lambda _, arg: _option(arg))
    return change_arguments(file, call, {at for at, one in words.items() if one.arg in _NEEDLESS})


def _option(arg: libcst.Arg) -> libcst.Arg | None:
    """`pre=True` is `mode="before"`; the other options have no use any more."""
    name = arg.keyword.value if arg.keyword else None
    if name == "pre" and getattr(arg.value, "value", None) == "True":
        return as_keyword(arg, "mode", '"before"')
    return None if name in _NEEDLESS else arg


def _doubt(file: PythonFile, use: Use) -> str:
    """What pydantic 2 does otherwise and the function may not expect."""
    fields = fields_of(file, use.model)
    declared = (
        fields.values() if "*" in use.fields else [fields[name] for name in use.fields if name in fields]
    )
    if any(takes_none(file, one.annotation) for one in declared):
        return ", and it is called with `None` too"
    raised = [node for node in ast.walk(use.function) if isinstance(node, ast.Raise)] if use.function else []
    if any("TypeError" in ast.unparse(node) for node in raised):
        return ", where a `TypeError` is no validation error any more"
    return ""
