"""A GraphQL scalar is made from a class.

Since strawberry 0.288, which comes with 5.0, a scalar is a definition with a name that the map of scalars
gives to a type. Making one from a class, a `NewType` above all, is deprecated.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
-from typing import Any, NewType
+from typing import Any

 import strawberry
 from nwastdlib.vlans import VlanRanges
 from orchestrator.core.graphql import SCALAR_OVERRIDES

 VlanRangesType = strawberry.scalar(
-    NewType("VlanRangesType", str),
+    name="VlanRangesType",
     description="VLANs of a port",
     serialize=lambda value: value.to_list_of_tuples(),
 )
 scalars: dict[Any, Any] = SCALAR_OVERRIDES | {VlanRanges: VlanRangesType}
```

A definition cannot stand in an annotation, so a scalar that does is for a person:

```python reported
from typing import NewType

import strawberry

Speed = strawberry.scalar(NewType("Speed", int), serialize=str)


@strawberry.type
class Port:
    speed: Speed
```

Scalars of the new kind, and functions of that name from elsewhere, are left alone:

```python
import strawberry
from fields import scalar

Speed = strawberry.scalar(name="Speed", serialize=str)
other = scalar(NewType("Speed", int))
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import supports_both
from concertmaster.project.uses import uses
from concertmaster.rewrite import drop_arguments, replace
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-07c",),
    section="5.0#7",
    change=Change(works_from="5.0.0", deprecated="5.0.0"),
    triggers=(b"scalar",),
    context=(b"strawberry",),
    pattern=re.compile(rb"\bscalar\b"),
)

_SCALAR = frozenset(f"strawberry.{name}scalar" for name in ("", "types.", "types.scalar.", "custom_scalar."))
_NEW_TYPE = frozenset(("typing.NewType", "typing_extensions.NewType"))
MESSAGE = (
    "A scalar is a definition with a `name` since strawberry 0.288, given to a type by the map of scalars"
)


@rule.on_imported(ast.Call)
def scalar(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if not call.args or file.qualified(call.func) not in _SCALAR or supports_both(file):
        return
    edits = _edits(file, call) if _is_mapped(file, call) else ()
    yield Hit(call, MESSAGE, edits, safety=Safety.SAFE)


@rule.on(ast.ClassDef)
def decorator(file: PythonFile, node: ast.ClassDef) -> Iterator[Hit]:
    for one in node.decorator_list:
        func = one.func if isinstance(one, ast.Call) else one
        if file.qualified(func) in _SCALAR and not (isinstance(one, ast.Call) and one.args):
            yield Hit(one, MESSAGE)


def _edits(file: PythonFile, call: ast.Call) -> tuple[Edit, ...]:
    """The name of the `NewType` as an argument; nothing where the class is another one."""
    made = call.args[0]
    if not isinstance(made, ast.Call) or file.qualified(made.func) not in _NEW_TYPE or len(call.args) > 1:
        return ()
    if any(word.arg == "name" for word in call.keywords):
        edit = drop_arguments(file, call, [made])
        return (edit,) if edit else ()
    is_text = made.args and isinstance(made.args[0], ast.Constant)
    return (replace(file, made, f"name={file.text(made.args[0])}"),) if is_text else ()


def _is_mapped(file: PythonFile, call: ast.Call) -> bool:
    """Whether the scalar is used as a value of a mapping, and for nothing else in this file."""
    if _is_value(file, call):
        return True
    up = file.parent(call)
    target = up.targets[0] if isinstance(up, ast.Assign) and len(up.targets) == 1 else None
    if not isinstance(target, ast.Name):
        return False
    read = uses(file, target.id, target)
    return bool(read) and all(_is_value(file, use) for use in read)


def _is_value(file: PythonFile, node: ast.expr) -> bool:
    up = file.parent(node)
    if isinstance(up, ast.Assign):
        return up.value is node and all(isinstance(target, ast.Subscript) for target in up.targets)
    return isinstance(up, ast.Dict) and node in up.values
