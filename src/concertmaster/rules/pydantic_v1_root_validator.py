"""Models are validated by the decorator of pydantic 1.

Since orchestrator-core 2.0.0 models are those of pydantic 2. Its `root_validator` is there for old code alone:
it warns, and behind the fields it is refused without `skip_on_failure=True`.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
 from orchestrator.forms import FormPage
-from pydantic import root_validator
+from pydantic import model_validator


 class CreateNodeForm(FormPage):
     first: int
     last: int

-    @root_validator(pre=True)
+    @model_validator(mode="before")
+    @classmethod
     def named(cls, values: dict) -> dict:
         return {name.lower(): value for name, value in values.items()}

-    @root_validator
+    @model_validator(mode="after")
-    def in_order(cls, values: dict) -> dict:
+    def in_order(self) -> "CreateNodeForm":
-        if values["first"] > values.get("last"):
+        if self.first > self.last:
             raise ValueError("must be in order")
-        return values
+        return self
```

One behind the fields that does more with its dictionary needs a person. Until then it need not stop the model:

```diff
 from pydantic import BaseModel, root_validator


 class Port(BaseModel):
     name: str

-    @root_validator()
+    @root_validator(skip_on_failure=True)
     def named(cls, values):
         values["name"] = values["name"].strip()
         return values

     @root_validator(skip_on_failure=True)
     def complete(cls, values):
         return {"name": "", **values}
```

Decorators of that name from elsewhere are left alone:

```python
from pydantic.v1 import BaseModel, root_validator


class Port(BaseModel):
    @root_validator
    def named(cls, values):
        return values
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.models import fields_of
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace, replace_span
from concertmaster.rewrite.needed import Needed, needed
from concertmaster.rewrite.parameters import mentions, positional, uses
from concertmaster.rule import Hit, Rule
from concertmaster.rules._validators import Use, bindings_of, use_of, with_classmethod
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-03",),
    section="2.0",
    change=Change(works_from="2.0.0", deprecated="2.0.0"),
    triggers=(b"root_validator",),
    context=(b"pydantic",),
    priority=20,
)
REFUSED = Change(works_from="2.0.0", removed="2.0.0")

OLD = frozenset(("pydantic.root_validator", "pydantic.class_validators.root_validator"))
OPTIONS = frozenset(("pre", "allow_reuse", "skip_on_failure"))
MESSAGE = "`root_validator` of pydantic is `model_validator` since 2.0.0"


@rule.on_imported(ast.Name, ast.Attribute)
def validator(file: PythonFile, node: ast.Name | ast.Attribute) -> Iterator[Hit]:
    if file.qualified(node) not in OLD or not isinstance(node.ctx, ast.Load):
        return
    call = file.parent(node)
    use = use_of(file, call if isinstance(call, ast.Call) and call.func is node else node)
    wanted = needed(file, node, "pydantic", "model_validator")
    before, skips = use.option("pre"), use.option("skip_on_failure")
    change = REFUSED if before is False and skips is False else None
    edits = _before(file, use, wanted) if before else _after(file, use, wanted)
    if wanted is None or not edits:
        yield _kept(file, use, node, change)
        return
    yield Hit(
        node, MESSAGE, edits, wanted.imports, safety=None if before else Safety.SUGGESTED, change=change
    )


def _kept(file: PythonFile, use: Use, node: ast.expr, change: Change | None) -> Hit:
    """The least that pydantic 2 asks for, where the function must be rewritten by a person."""
    message = f'{MESSAGE}; with `mode="after"` the function gets the model instead of a dictionary'
    edit = _decorator(file, use, f"{file.text(node)}(skip_on_failure=True)") if change else None
    return Hit(node, message, (edit,) if edit else (), change=change)


def _decorator(file: PythonFile, use: Use, text: str) -> Edit | None:
    """Another decorator; None where the old one holds more than options."""
    plain = use.has_only(OPTIONS) and not (use.call and use.call.args) and "#" not in file.text(use.decorator)
    return replace(file, use.decorator, text) if plain else None


def _before(file: PythonFile, use: Use, wanted: Needed | None) -> tuple[Edit, ...]:
    """In front of the fields nothing changes but the decorator."""
    takes_class = use.is_method or (use.function is not None and positional(use.function)[0].arg == "cls")
    bound = with_classmethod(file, use)
    edit = _decorator(file, use, f'{wanted.text}(mode="before")') if wanted else None
    return () if edit is None or bound is None or not takes_class else (edit, *bound)


def _after(file: PythonFile, use: Use, wanted: Needed | None) -> tuple[Edit, ...]:
    """`values["x"]` is `self.x` where a function does nothing else with its dictionary."""
    function, model = use.function, use.model
    if wanted is None or model is None or not use.is_method or not isinstance(function, ast.FunctionDef):
        return ()
    taken, edit = positional(function), _decorator(file, use, f'{wanted.text}(mode="after")')
    others = (function.args.vararg, function.args.kwarg, *function.args.kwonlyargs, *function.args.defaults)
    simple = len(taken) == 2 and not any(others) and not bindings_of(function)
    if edit is None or not simple or mentions(function, "self") or any(uses(file, function, taken[0])):
        return ()
    read = [_read(file, model, name) for name in uses(file, function, taken[1])]
    signature = replace_span(file, file.span(taken[0])[0], file.span(taken[1])[1], "self")
    returns = (replace(file, function.returns, f'"{model.name}"'),) if function.returns else ()
    return () if None in read else (edit, signature, *returns, *(one for one in read if one is not None))


def _read(file: PythonFile, model: ast.ClassDef, name: ast.Name) -> Edit | None:
    """A use of the dictionary on the model itself; None for one that only a dictionary has."""
    up = file.parent(name)
    if isinstance(up, ast.Return):
        return replace(file, name, "self")
    whole = file.parent(up) if isinstance(up, ast.Attribute) and up.attr == "get" else up
    key: ast.expr | None = None
    if isinstance(whole, ast.Call) and whole.func is up and whole.args and not whole.keywords:
        key = whole.args[0]
    elif isinstance(whole, ast.Subscript) and whole.value is name and isinstance(whole.ctx, ast.Load):
        key = whole.slice
    if whole is None or not isinstance(key, ast.Constant) or key.value not in fields_of(file, model):
        return None
    return replace(file, whole, f"self.{key.value}")
