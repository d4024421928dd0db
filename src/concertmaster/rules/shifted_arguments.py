"""Arguments are passed by a position that has come to mean something else.

A parameter was inserted before others: `process_id` before the description in `from_product_id` in 5.4, `user_model`
before the broadcast function in `start_process` in 3.1.2, `validate` before the limits of `timestamp` in
pydantic-forms 2.4. Nothing fails at once, the values end up in the wrong place. Keywords work on both sides.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.4/>

```diff
 from orchestrator.core.types import SubscriptionLifecycle

 from products.node import NodeInactive

-node = NodeInactive.from_product_id(product, customer_id, SubscriptionLifecycle.INITIAL, "New node", True)
+node = NodeInactive.from_product_id(product, customer_id, SubscriptionLifecycle.INITIAL, description="New node", insync=True)
```

What is named already, what stands before the new parameter, and other functions are left alone:

```python row=31-02,54-04,CP-04
from orchestrator.core.services.processes import start_process

from products.node import NodeInactive, load
from products.clock import timestamp

first = NodeInactive.from_product_id(product, customer_id, status, insync=True)
second = NodeInactive.from_product_id(*arguments)
third = load.from_product_id(1, 2, 3, 4)
start_process("task_clean_up_tasks", [{}], "SYSTEM", broadcast_func=None)
timestamp(True, "nl", 0, 10)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rewrite.arguments import name_arguments
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("54-04", "31-02", "CP-04"),
    section="5.4#1",
    change=Change(works_from="1.2.3", removed="5.4.0", crossing=True),
    triggers=(b"from_product_id", b"start_process", b"timestamp"),
    context=(b"from_product_id", b"orchestrator", b"pydantic_forms"),
)


class Shift(Struct, frozen=True):
    """Where a parameter was inserted, and the names of the old parameters from there on."""

    index: int
    names: tuple[str, ...]
    inserted: str
    row: str
    change: Change
    safety: Safety = Safety.SAFE


FROM_PRODUCT = Shift(
    3,
    ("description", "insync", "start_date", "end_date", "note", "version"),
    "process_id",
    "54-04",
    rule.change,
)
_START = Shift(
    3,
    ("broadcast_func",),
    "user_model",
    "31-02",
    Change(works_from="1.0.0", removed="3.1.2", crossing=True),
)
_TIMESTAMP = Shift(
    2,
    ("min", "max", "date_format", "time_format"),
    "validate",
    "CP-04",
    Change(works_from="2.0.0", removed="5.0.0", crossing=True),
    Safety.SUGGESTED,
)
FUNCTIONS = {
    "orchestrator.core.services.processes.start_process": _START,
    "orchestrator.core.services.processes.thread_start_process": _START,
    "orchestrator.core.forms.validators.timestamp": _TIMESTAMP,
    "pydantic_forms.validators.timestamp": _TIMESTAMP,
}


@rule.on(ast.Call)
def call(file: PythonFile, node: ast.Call) -> Iterator[Hit]:
    shift = FROM_PRODUCT if _makes_subscription(node.func) else FUNCTIONS.get(file.qualified(node.func) or "")
    if shift is None or not shift.index < len(node.args) <= shift.index + len(shift.names):
        return
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return
    edit = name_arguments(file, node, shift.names, shift.index)
    since = (shift.change.removed or "").removesuffix(".0")
    message = f"Argument {shift.index + 1} is `{shift.inserted}` since {since}: name those from `{shift.names[0]}` on"
    edits = (edit,) if edit else ()
    yield Hit(node, message, edits, safety=shift.safety, rows=(shift.row,), change=shift.change)


def _makes_subscription(func: ast.expr) -> bool:
    """`Node.from_product_id`, on a class by its spelling, on `cls` or on `super()`."""
    if not isinstance(func, ast.Attribute) or func.attr != "from_product_id":
        return False
    owner = func.value
    if isinstance(owner, ast.Call):
        return isinstance(owner.func, ast.Name) and owner.func.id == "super"
    name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
    return name == "cls" or name[:1].isupper()
