"""A step list holds steps that no longer do anything, or no longer exist.

Domain models are not cached any more since orchestrator-core 4.0, so the steps that did it are gone and their
import fails. The search index follows by itself since 5.4, and the steps that refreshed it only warn. Without such
a step a process has one step less: let processes of the workflow finish before, for they go on by position.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.0/>

```diff
 from orchestrator.core.workflow import StepList, begin
-from orchestrator.core.workflows.steps import refresh_subscription_search_index, set_status
+from orchestrator.core.workflows.steps import set_status


 def create_node() -> StepList:
     return (
         begin
         >> set_status(status)  # known from here on
-        >> refresh_subscription_search_index
         >> configure
     )
```

What is left of it elsewhere takes a person:

```python reported
from orchestrator.workflow import StepList, begin
from orchestrator.workflows.steps import cache_domain_models

caching = StepList([cache_domain_models])
```

Steps of the project's own are left alone:

```python row=40-02
from network.steps import cache_domain_models
from orchestrator.core.workflow import StepList, begin


def create_node() -> StepList:
    return begin >> cache_domain_models >> configure
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.bindings import binding
from concertmaster.project.python import PythonFile
from concertmaster.project.reexports import origin
from concertmaster.project.shims import in_import_guard
from concertmaster.rewrite import drop_aliases
from concertmaster.rewrite.chains import drop_step
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("40-02", "54-02"),
    section="4.0#1",
    change=Change(works_from="4.0.0", removed="4.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"domain_model", b"refresh_"),
    context=(b"orchestrator",),
    through_project=True,
)

_WORKFLOWS = "orchestrator.core.workflows"
CACHING = frozenset(
    f"{_WORKFLOWS}.{module}.{name}"
    for module in ("steps", "utils", "modify_note")
    for name in ("cache_domain_models", "remove_domain_model_from_cache", "push_domain_models")
)
REFRESHING = frozenset(
    f"{_WORKFLOWS}.{module}.{name}"
    for module in ("steps", "utils", "modify_note")
    for name in ("refresh_subscription_search_index", "refresh_process_search_index")
)
NO_EFFECT = Change(works_from="5.4.0", deprecated="5.4.0")
GONE = "`{0}` is gone since 4.0, for domain models are no longer cached: take it out of the steps"
IDLE = "`{0}` does nothing since 5.4, the search index follows by itself: take it out of the steps"


@rule.on_imported(ast.Name, ast.Attribute)
def use(file: PythonFile, node: ast.Name | ast.Attribute) -> Iterator[Hit]:
    name = origin(file, node) or ""
    if name not in CACHING and name not in REFRESHING:
        return
    call = file.parent(node)
    if isinstance(call, ast.Call) and call.func is not node and _is_gone(file, call.func):
        return
    link = file.parent(_step(file, node))
    edit = drop_step(file, link) if isinstance(link, ast.BinOp) and isinstance(link.op, ast.RShift) else None
    gone = edit is not None and isinstance(link, ast.BinOp) and link.right is _step(file, node)
    yield _hit(node, name, (edit,) if gone and edit else ())


def _step(file: PythonFile, node: ast.expr) -> ast.expr:
    """The step as the list has it: the name itself, or a condition around nothing but steps that are gone."""
    call = file.parent(node)
    if not isinstance(call, ast.Call) or call.keywords or not call.args:
        return node
    steps = call.args if call.func is node else [one for one in call.args if one is not node]
    conditional = call.func is node or _is_conditional(file, call.func)
    return call if conditional and all(_is_gone(file, one) for one in steps) else node


def _is_gone(file: PythonFile, node: ast.expr) -> bool:
    return origin(file, node) in CACHING


def _is_conditional(file: PythonFile, node: ast.expr) -> bool:
    """`conditional(…)`, or a name for it."""
    if isinstance(node, ast.Name):
        up = file.parent(bound) if (bound := binding(file, node)) is not None else None
        return isinstance(up, ast.Assign) and _is_conditional(file, up.value)
    return (
        isinstance(node, ast.Call) and file.qualified(node.func) == "orchestrator.core.workflow.conditional"
    )


@rule.on(ast.ImportFrom)
def unused_import(file: PythonFile, node: ast.ImportFrom) -> Iterator[Hit]:
    """An import that nothing in the file uses only stands in the way."""
    module = file.imported_module(node)
    if module is None or file.path.endswith("__init__.py") or in_import_guard(file, node):
        return
    for alias in node.names:
        name, local = f"{module}.{alias.name}", alias.asname or alias.name
        if name in CACHING and not re.search(rf"\b{local}\b", _without(file, alias)):
            yield _hit(alias, name, drop_aliases(file, node, [alias]), Safety.SAFE)


def _without(file: PythonFile, alias: ast.alias) -> str:
    start, end = file.span(alias)
    return (file.source[:start] + file.source[end:]).decode(file.encoding)


def _hit(place: ast.AST, name: str, edits: tuple[Edit, ...], safety: Safety | None = None) -> Hit:
    short = name.rpartition(".")[2]
    if name in REFRESHING:
        return Hit(place, IDLE.format(short), edits, safety=safety, rows=("54-02",), change=NO_EFFECT)
    return Hit(place, GONE.format(short), edits, safety=safety, rows=("40-02",))
