"""An argument is passed by a name that the function no longer knows.

`resume_process` took a `user_model` from 3.1.2 to 4.0 only, `create_subscription` calls the customer `customer_id`
since 2.1, and workflow decorators call more steps `additional_steps` since 1.3.4. The old names raise a `TypeError`.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.0/>

```diff
 from orchestrator.services.processes import resume_process
 from orchestrator.workflows.utils import modify_workflow

-resume_process(process, user_inputs=[{}], user="SYSTEM", user_model=None)
+resume_process(process, user_inputs=[{}], user="SYSTEM")


-@modify_workflow("Modify node", update_ticket_step=ticket)
+@modify_workflow("Modify node", additional_steps=ticket)
 def modify_node(): ...
```

The same names elsewhere are left alone:

```python row=21-06,31-02
from network.subscriptions import create_subscription
from orchestrator.services.processes import start_process

create_subscription(organisation="1", product=product)
start_process("task_clean_up_tasks", user_model=None)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.findings import Edit, Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.values import has_no_effect
from concertmaster.rewrite import drop_arguments
from concertmaster.rewrite.arguments import rename_keywords
from concertmaster.rule import Hit, Rule
from concertmaster.rules._moved_names import named_rows
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("31-02", "21-06"),
    change=Change(works_from="1.3.4", removed="1.3.4"),
    triggers=(b"user_model", b"organisation", b"update_ticket_step"),
    context=(b"orchestrator",),
)


class Keyword(Struct, frozen=True):
    """A parameter's old name and its new one; none where the parameter is gone."""

    old: str
    new: str
    row: str
    change: Change


_USER_MODEL = Keyword("user_model", "", "31-02", Change(works_from="4.1.0", removed="4.1.0"))
_CUSTOMER = Keyword("organisation", "customer_id", "21-06", Change(works_from="2.1.0", removed="2.1.0"))
_STEPS = Keyword("update_ticket_step", "additional_steps", "API", rule.change)
_CORE = "orchestrator.core"
FUNCTIONS = {
    f"{_CORE}.services.processes.resume_process": _USER_MODEL,
    f"{_CORE}.services.processes.thread_resume_process": _USER_MODEL,
    f"{_CORE}.services.subscriptions.create_subscription": _CUSTOMER,
    **{f"{_CORE}.workflows.utils.{name}_workflow": _STEPS for name in ("create", "modify", "terminate")},
}


@rule.on_imported(ast.Call)
def call(file: PythonFile, node: ast.Call) -> Iterator[Hit]:
    known = FUNCTIONS.get(file.qualified(node.func) or "")
    word = next((word for word in node.keywords if known and word.arg == known.old), None)
    if known is None or word is None:
        return
    since = (known.change.removed or "").removesuffix(".0")
    told = f"is called `{known.new}`" if known.new else "is no argument any more"
    message = f"`{known.old}` {told} since {since}"
    safe = known.new or has_no_effect(word.value)
    safety = Safety.SAFE if safe else Safety.SUGGESTED
    yield Hit(
        node,
        message,
        _edits(file, node, word, known),
        safety=safety,
        rows=named_rows(known.row),
        change=known.change,
    )


def _edits(file: PythonFile, node: ast.Call, word: ast.keyword, known: Keyword) -> tuple[Edit, ...]:
    if known.new:
        return rename_keywords(file, node, {known.old: known.new})
    edit = drop_arguments(file, node, [word])
    return (edit,) if edit else ()
