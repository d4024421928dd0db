"""A name is imported from where it no longer lives, or by a name it no longer has.

Types of forms went to pydantic-forms in 3.0, executors got modules of their own in 4.3, settings functions were
renamed in 5.0, and so on: the old import fails, or works by accident until the next clean-up.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/3.0/>

```diff
-from orchestrator.types import FormGenerator, State, UUIDstr
+from pydantic_forms.types import FormGenerator, State, UUIDstr
```

Names that stay keep their statement:

```diff
-from orchestrator.types import State, SubscriptionLifecycle, UUIDstr as Identifier
+from orchestrator.types import SubscriptionLifecycle
+from pydantic_forms.types import State, UUIDstr as Identifier
```

A new name is written wherever the file uses the old one, and strings that name modules follow:

```diff
 from unittest import mock

-from orchestrator.services.settings import get_engine_settings
+from orchestrator.services.settings import get_engine_settings_table


-@mock.patch("orchestrator.services.processes.thread_start_process")
+@mock.patch("orchestrator.services.executors.threadpool.thread_start_process")
 def test_lock(thread_start_process):
-    assert get_engine_settings().global_lock is False
+    assert get_engine_settings_table().global_lock is False
```

A name that is reached through its module is imported:

```diff
 from orchestrator import types
+from pydantic_forms.types import UUIDstr


-def lookup(process_id: types.UUIDstr) -> types.SubscriptionLifecycle: ...
+def lookup(process_id: UUIDstr) -> types.SubscriptionLifecycle: ...
```

What only looks alike stays: other packages, names that never moved, the project's own `get_engine_settings`,
and code that supports both places.

```python
from billing.types import UUIDstr
from orchestrator.types import SubscriptionLifecycle, is_list_type

try:
    from pydantic_forms.types import State
except ImportError:
    from orchestrator.types import State


def get_engine_settings(): ...
```
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from concertmaster.findings import Edit, Safety
from concertmaster.project.names import CORE, ROOT, ROOT_EXPORTS
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import in_shim, is_alternative
from concertmaster.project.strings import module_strings
from concertmaster.rewrite import rename_attribute, replace
from concertmaster.rewrite.moves import beside, is_free, move_names, rename_uses, spelled
from concertmaster.rule import Hit, Import, Rule
from concertmaster.rules._moved_names import LAST_PARTS, RENAMED, ROWS, SOURCES, Move, find, named_rows, since
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=ROWS,
    section="3.0#1",
    change=Change(works_from="1.2.3", removed="3.0.0"),
    triggers=(b"orchestrator", b"pydantic_forms"),
    priority=20,
    takes=RENAMED,
)

#: `orchestrator.llm_settings` and the like: the package itself still passes them on.
_PASSED_ON = frozenset(f"{root}.{name}" for name in ROOT_EXPORTS for root in (ROOT, CORE))


@rule.on(ast.ImportFrom)
def from_import(file: PythonFile, node: ast.ImportFrom) -> Iterator[Hit]:
    """One finding for the names of a statement that share a row and a destination, one group of edits for all."""
    module = file.imported_module(node)
    if module is None:
        return
    found = [(alias, find(f"{module}.{alias.name}", file.window)) for alias in node.names]
    if all(move is None for _, move in found) or is_alternative(file, node):
        return
    for safety in (Safety.SAFE, Safety.SUGGESTED):
        moves = {alias: move for alias, move in found if move is not None and move.safety is safety}
        edits = _edit_statement(file, node, moves)
        for same in _alike(moves):
            place = next(iter(same)) if len(same) == 1 and len(node.names) > 1 else node
            yield _hit(file, place, list(same.values()), edits, node.module or "")


def _alike(moves: Mapping[ast.alias, Move]) -> Iterator[dict[ast.alias, Move]]:
    groups: dict[tuple[str, str, bool], dict[ast.alias, Move]] = defaultdict(dict)
    for alias, move in moves.items():
        groups[move.row, move.module, move.renames][alias] = move
    yield from groups.values()


def _edit_statement(
    file: PythonFile, node: ast.ImportFrom, moves: Mapping[ast.alias, Move]
) -> tuple[Edit, ...]:
    wanted: dict[ast.alias, Import] = {}
    uses: list[Edit] = []
    for alias, move in moves.items():
        local = alias.asname
        if move.renames and local is None:
            renamed = rename_uses(file, node, alias, move.name)
            uses += renamed or ()
            local = alias.name if renamed is None else None
        wanted[alias] = Import(spelled(file, move.module, node.module), move.name, local)
    edits = move_names(file, node, wanted) if wanted else ()
    return (*edits, *uses) if edits else ()


def _hit(
    file: PythonFile,
    place: ast.AST,
    moves: Sequence[Move],
    edits: tuple[Edit, ...],
    like: str,
    *,
    imports: tuple[Import, ...] = (),
    safety: Safety | None = None,
) -> Hit:
    """A finding in words that fit the layout of the name that was met."""
    one = moves[0]
    old, new = (spelled(file, name, like) for name in (one.old_module, one.module))
    names = ", ".join(f"`{move.old.rpartition('.')[2]}`" for move in moves)
    if one.renames:
        called = ", ".join(f"`{move.name if old == new else f'{new}.{move.name}'}`" for move in moves)
        message = f"{names} {'are' if len(moves) > 1 else 'is'} called {called} since {since(one)}"
    else:
        them = "them" if len(moves) > 1 else "it"
        message = f"`{old}` no longer offers {names} since {since(one)}: import {them} from `{new}`"
    note = f"; {one.note}" if one.note else ""
    return Hit(
        place,
        message + note,
        edits,
        imports,
        safety=safety or one.safety,
        rows=named_rows(one.row),
        change=one.change,
    )


@rule.on(ast.ImportFrom)
def star_import(file: PythonFile, node: ast.ImportFrom) -> Iterator[Hit]:
    """Names that only a star import can have brought."""
    module = file.imported_module(node)
    if module not in SOURCES or file.module_scope.stars != [node]:
        return
    unbound = {name.id for name in file.nodes(ast.Name) if file.scope(name).find(name.id) is None}
    moves = [move for name in sorted(unbound) if (move := find(f"{module}.{name}", file.window))]
    for target in sorted({move.module for move in moves if not move.renames}):
        there = [move for move in moves if move.module == target and not move.renames]
        names = [Import(spelled(file, target, node.module), move.name) for move in there]
        edit = beside(file, node, names[0].module, names)
        yield _hit(file, node, there, (edit,), node.module or "", safety=Safety.SUGGESTED)


@rule.on(ast.Import)
def plain_import(file: PythonFile, node: ast.Import) -> Iterator[Hit]:
    """`import` of a module that moved as a whole."""
    for alias in node.names:
        move = find(file.canonical(alias.name, module=True), file.window)
        if move is None or not move.is_module or in_shim(file, node):
            continue
        start = file.span(alias)[0]
        written = file.source.startswith(alias.name.encode(file.encoding), start)
        new = spelled(file, move.new, alias.name) + (f" as {alias.asname}" if alias.asname else "")
        yield _hit(file, alias, [move], (replace(file, alias, new),) if written else (), alias.name)


@rule.on_imported(ast.Attribute)
def attribute(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    """A name that is reached through its module."""
    move = _reached(file, node)
    up = file.parent(node)
    inside = isinstance(up, ast.Attribute) and _reached(file, up) is not None
    if move is None or inside or in_shim(file, node):
        return
    like = file.dotted(node) or ""
    target = Import(spelled(file, move.module, like), move.name)
    if not isinstance(node.ctx, ast.Load):
        yield _hit(file, node, [move], (), like)
    elif move.old_module == move.module:
        yield _hit(file, node, [move], (rename_attribute(file, node, move.name),), like)
    else:
        edits = (replace(file, node, move.name),) if is_free(file, node, target) else ()
        yield _hit(file, node, [move], edits, like, imports=(target,))


def _reached(file: PythonFile, node: ast.Attribute) -> Move | None:
    if node.attr not in LAST_PARTS or file.dotted(node) in _PASSED_ON:
        return None
    return find(file.qualified(node) or "", file.window)


@rule.file
def strings(file: PythonFile) -> Iterator[Hit]:
    for string in module_strings(file, ROOT):
        old = string.value.rstrip(".")
        while old and (old in _PASSED_ON or find(file.canonical(old), file.window) is None):
            old = old.rpartition(".")[0]
        move = find(file.canonical(old), file.window) if old else None
        if move is None or in_shim(file, string.node):
            continue
        edit = None if move.passed_on else string.replace_head(file, old, spelled(file, move.new, old))
        sure = string.names_module and not string.is_prefix and move.safety is Safety.SAFE
        safety = Safety.SAFE if sure else Safety.SUGGESTED
        yield _hit(file, string.node, [move], (edit,) if edit else (), old, safety=safety)
