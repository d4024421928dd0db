"""Models are used through their methods of pydantic 1.

orchestrator-core 2.0.0 came with pydantic 2, in which the methods of models start with `model_`. The old
ones warn, some of their arguments are refused, and the framework's own `dict()` of domain models went in
2.2.0.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
 from orchestrator.forms import FormPage
 from orchestrator.types import FormGenerator


 def initial_input_form_generator(product_name: str) -> FormGenerator:
     class CreateNodeForm(FormPage):
         node_name: str

     user_input = yield CreateNodeForm
-    return user_input.dict()
+    return user_input.model_dump()
```

What comes from `from_subscription`, from an annotated parameter or from a class of the file is known too:

```diff
 import requests
 from orchestrator.domain.base import SubscriptionModel
 from pydantic import BaseModel

 from products import Node


 class Interface(BaseModel):
     name: str

     def renamed(self, name: str) -> "Interface":
-        return self.copy(update={"name": name})
+        return self.model_copy(update={"name": name})


 def load(subscription_id: str, interface: Interface, other: SubscriptionModel | None) -> dict:
     reply = requests.get("https://inventory.example.org")
-    first = Interface.parse_obj(reply.json())
-    print(first.json(exclude={"name"}), interface.__fields_set__, other and other.json(indent=2))
+    first = Interface.model_validate(reply.json())
+    print(first.model_dump_json(exclude={"name"}), interface.model_fields_set, other and other.model_dump_json(indent=2))
     node = Node.from_subscription(subscription_id)
-    return node.dict() | first.dict(by_alias=True)
+    return node.model_dump() | first.model_dump(by_alias=True)
```

Many other objects have methods of these names, and a model may have its own:

```python row=20-01
import copy

import httpx
from pydantic import BaseModel


class Port(BaseModel):
    schema: str

    def dict(self) -> dict:
        return {"port": 1}


def reports(state: dict, port: Port, unknown):
    reply = httpx.get("https://inventory.example.org")
    return [reply.json(), state.copy(), copy.copy(state), port.dict(), port.schema, unknown.dict()]
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.findings import Safety
from concertmaster.project.models import Family, Model, defines
from concertmaster.project.python import PythonFile
from concertmaster.project.receivers import is_likely_model, is_own_class, model_of
from concertmaster.rewrite import rename_attribute, replace
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-01", "20-19", "22-03"),
    section="2.0",
    change=Change(works_from="2.0.0", deprecated="2.0.0"),
    triggers=(
        *(
            b".dict",
            b".json",
            b".copy",
            b".parse_obj",
            b".parse_raw",
            b".parse_file",
            b".construct",
            b".schema",
        ),
        *(b".from_orm", b".validate", b".update_forward_refs", b".__fields"),
    ),
    context=(
        *(
            b"pydantic",
            b"orchestrator",
            (b"Form", b"yield"),
            (b"Page", b"yield"),
            b"parse_obj",
            b"parse_raw",
            b"update_forward_refs",
        ),
        *(b"__fields__", b"from_subscription", b"from_other_lifecycle", b"from_product_id"),
    ),
    pattern=re.compile(
        rb"\.(?:dict|json|copy|parse_obj|parse_raw|construct|from_orm|validate|schema|update_forward_refs|__fields__|__fields_set__)\b"
    ),
    through_project=True,
    priority=30,
)
REFUSED = Change(works_from="2.0.0", removed="2.0.0")
_DUMP = frozenset("include exclude by_alias exclude_unset exclude_defaults exclude_none".split())


class _Method(Struct, frozen=True):
    """The new name, and the arguments that it takes as the old one did; None stands for all."""

    name: str
    keywords: frozenset[str] | None = frozenset()
    positional: int = 0

    def foreign(self, call: ast.Call) -> list[str]:
        """Keywords of a call that the new method has no use for."""
        if self.keywords is None:
            return []
        return [word.arg for word in call.keywords if word.arg and word.arg not in self.keywords]


METHODS = {
    "dict": _Method("model_dump", _DUMP),
    "json": _Method("model_dump_json", _DUMP | {"indent"}),
    "copy": _Method("model_copy", frozenset(("update", "deep"))),
    "construct": _Method("model_construct", None, positional=1),
    "parse_obj": _Method("model_validate", positional=1),
    "parse_raw": _Method("model_validate_json", positional=1),
    "from_orm": _Method("model_validate", positional=1),
    "validate": _Method("model_validate", positional=1),
    "schema": _Method("model_json_schema", frozenset(("by_alias", "ref_template")), positional=2),
    "update_forward_refs": _Method("model_rebuild"),
}
ATTRIBUTES = {"__fields__": "model_fields", "__fields_set__": "model_fields_set"}
#: Names that hardly anything but pydantic has, and methods that go with a step's subscription.
UNMISTAKABLE = frozenset(("parse_obj", "parse_raw", "update_forward_refs", "__fields__"))
LIKELY = frozenset(("dict", "json", "copy"))


@rule.on(ast.Attribute)
def method(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    known = METHODS.get(node.attr)
    if known is None or not isinstance(node.ctx, ast.Load):
        return
    model = model_of(file, node.value)
    if model is None and not _is_likely(file, node):
        return
    if model is None or not defines(file, model.definition, node.attr):
        call = file.parent(node)
        called = call if isinstance(call, ast.Call) and call.func is node else None
        yield _told(file, node, known, model, called)


def _is_likely(file: PythonFile, node: ast.Attribute) -> bool:
    if node.attr in UNMISTAKABLE and _is_class_name(node.value):
        return not is_own_class(file, node.value, node.attr)
    return node.attr in LIKELY and is_likely_model(file, node.value)


def _told(
    file: PythonFile, node: ast.Attribute, known: _Method, model: Model | None, call: ast.Call | None
) -> Hit:
    foreign = known.foreign(call) if call else []
    passes = call is None or (not foreign and len(call.args) <= known.positional)
    message = f"`{node.attr}()` of pydantic models is `{known.name}()` since 2.0.0"
    if not passes:
        message += ", which does not take " + (f"`{foreign[0]}`" if foreign else "these arguments")
    of_domain = model is not None and model.family is Family.DOMAIN and node.attr == "dict"
    spreads = call is not None and any(word.arg is None for word in call.keywords)
    return Hit(
        node,
        message,
        (rename_attribute(file, node, known.name),) if passes else (),
        safety=Safety.SUGGESTED if model is None or spreads else None,
        rows=("20-19", "22-03") if of_domain else ("20-01",),
        change=REFUSED if call and _is_refused(node.attr, call, foreign) else None,
    )


def _is_refused(name: str, call: ast.Call, foreign: list[str]) -> bool:
    """Whether pydantic 2 refuses the old method with these arguments, instead of warning."""
    indents = any(word.arg == "indent" for word in call.keywords)
    return (name == "json" and indents) or (bool(foreign) and name in ("dict", "json", "update_forward_refs"))


@rule.on(ast.Attribute)
def attribute(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    new = ATTRIBUTES.get(node.attr)
    if new is None or not isinstance(node.ctx, ast.Load):
        return
    model = model_of(file, node.value)
    if model is None and not _is_likely(file, node):
        return
    sure = model is not None and (new == "model_fields_set" or _needs_names_only(file, node))
    edit = rename_attribute(file, node, new)
    if model is not None and not model.is_class and new == "model_fields":
        edit = replace(file, node, f"type({file.text(node.value)}).{new}")
    message = f"`{node.attr}` of pydantic models is `{new}` since 2.0.0"
    yield Hit(node, message, (edit,), safety=None if sure else Safety.SUGGESTED, rows=("20-01",))


def _needs_names_only(file: PythonFile, node: ast.Attribute) -> bool:
    """Whether a use of `__fields__` asks for its keys alone: the values are of another class now."""
    up = file.parent(node)
    if isinstance(up, ast.Attribute):
        return up.attr == "keys"
    if isinstance(up, (ast.For, ast.comprehension)):
        return up.iter is node
    if isinstance(up, ast.Call):
        return isinstance(up.func, ast.Name) and up.func.id in ("len", "list", "set", "sorted", "tuple")
    return isinstance(up, ast.Compare) and node in up.comparators


def _is_class_name(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name[:1].isupper()
