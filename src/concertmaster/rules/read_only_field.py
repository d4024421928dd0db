"""A read-only form field is made by ReadOnlyField.

`ReadOnlyField` is gone from pydantic-forms 2.0, which orchestrator-core admits since 3.2 and requires since
5.0. `read_only_field` takes its place for single values and `read_only_list` for lists; neither is told a
type any more.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
 from orchestrator.core.forms import FormPage
-from pydantic_forms.validators import Label, ReadOnlyField
+from pydantic_forms.validators import Label, read_only_field, read_only_list


 class NodeForm(FormPage):
     about: Label
-    name: ReadOnlyField("Node")
-    ports: ReadOnlyField([1, 2], default_type=list[int])
+    name: read_only_field("Node")
+    ports: read_only_list([1, 2])
```

In code of before 2.0 the call is a default. It becomes the type:

```diff
-from orchestrator.core.forms import FormPage, ReadOnlyField
+from orchestrator.core.forms import FormPage
+from pydantic_forms.validators import read_only_field


 class NodeForm(FormPage):
-    name: str = ReadOnlyField("Node", const=True)
+    name: read_only_field("Node")
```

Fields of other libraries are left alone, and so are fields that come out right:

```python row=50-04a
from pydantic_forms.validators import read_only_field
from rest_framework.serializers import ReadOnlyField
from wtforms import Form


class NodeSerializer(Form):
    owner = ReadOnlyField(source="owner.name")
    name: read_only_field("Node")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import in_import_guard
from concertmaster.rewrite import drop_arguments, replace, replace_span
from concertmaster.rewrite.moves import move_names
from concertmaster.rule import Hit, Import, Rule
from concertmaster.rules._read_only import Field, is_quoted_bool, safety_of, take_apart
from concertmaster.versions import Change, release

SINCE_5 = Change(works_from="5.0.0", removed="5.0.0")
SINCE_3 = Change(works_from="3.2.0", deprecated="3.2.0", crossing=True)
SINCE_2 = Change(works_from="2.0.0", removed="2.0.0")

rule = Rule(
    __name__,
    rows=("50-04a", "20-13", "50-04b"),
    section="5.0#4",
    change=SINCE_5,
    triggers=(b"ReadOnlyField",),
)

MODULE = "pydantic_forms.validators"
_STILL = (MODULE, f"{MODULE}.components.read_only_field")
_MODULES = (
    *_STILL,
    "pydantic_forms.core",
    "pydantic_forms.core.shared",
)
NAMES = frozenset(f"{module}.ReadOnlyField" for module in (*_MODULES, "orchestrator.core.forms"))


@rule.on_imported(ast.Call)
def field(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if file.qualified(call.func) not in NAMES:
        return
    found = take_apart(file, call)
    new = "read_only_list" if found and found.is_list else "read_only_field"
    rows: tuple[str, ...] = ("50-04b",) if new == "read_only_list" else ("50-04a",)
    if found is not None and found.default_of is not None:
        rows += ("20-13",)
    target = release(file.window.target)
    if target < release("3.2.0"):
        yield from _as_type(file, found)
        return
    change = SINCE_5 if target >= release("5.0.0") else SINCE_3
    func = call.func
    prefix = f"{file.text(func.value)}." if _is_member(file, func) and isinstance(func, ast.Attribute) else ""
    edits = _edits(file, found, prefix + new) if found else ()
    needed = () if prefix else (Import(MODULE, new),)
    why = "5.0 requires" if change is SINCE_5 else "3.2 admits"
    message = f"`ReadOnlyField` is gone from pydantic-forms 2.0, which {why}: use `{new}`"
    safety = safety_of(found) if found and change is SINCE_5 else Safety.SUGGESTED
    yield Hit(call, message, edits, needed, safety, rows, change)


def _is_member(file: PythonFile, func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and file.qualified(func.value) == MODULE


@rule.file
def references(file: PythonFile) -> Iterator[Hit]:
    """The function passed on, or imported for others: what they make of it is not to be seen here."""
    message = "`ReadOnlyField` is gone from pydantic-forms 2.0, which 5.0 requires: pass on `read_only_field`"
    for node in file.nodes(ast.Name, ast.Attribute):
        up = file.parent(node)
        is_called = isinstance(up, ast.Call) and up.func is node
        if isinstance(node.ctx, ast.Load) and not is_called and file.qualified(node) in NAMES:
            yield Hit(node, message, rows=("50-04a",))
    used = {name.id for name in file.nodes(ast.Name)}
    for statement in file.nodes(ast.ImportFrom):
        for alias in statement.names:
            is_it = f"{file.imported_module(statement)}.{alias.name}" in NAMES
            if is_it and (alias.asname or alias.name) not in used:
                yield Hit(alias, message, rows=("50-04a",))


def _as_type(file: PythonFile, found: Field | None) -> Iterator[Hit]:
    """Before 3.2 the name stays, but the call becomes the type; a list is told its type then."""
    if found is None or not isinstance(found.default_of, ast.AnnAssign):
        return
    message = "`ReadOnlyField` makes a type since 2.0, not a default: use it as the annotation"
    func = found.call.func
    gone = isinstance(func, ast.Attribute) and file.qualified(func) != f"{MODULE}.ReadOnlyField"
    edits = _moved(file, found, "ReadOnlyField" if gone else file.text(func))
    needed = (Import(MODULE, "ReadOnlyField"),) if gone else ()
    if found.is_list and found.told is None and edits:
        end = file.span(found.call)[1] - 1
        kind = file.text(found.default_of.annotation)
        edits += (replace_span(file, end, end, f", default_type={kind}"),)
    yield Hit(found.call, message, edits, needed, Safety.SUGGESTED, ("20-13",), SINCE_2)


@rule.on(ast.ImportFrom)
def old_import(file: PythonFile, node: ast.ImportFrom) -> Iterator[Hit]:
    """Before 3.2 the name stays, but not where it is imported from."""
    module = file.imported_module(node)
    if release(file.window.target) >= release("3.2.0") or module in _STILL or in_import_guard(file, node):
        return
    for alias in node.names:
        if f"{module}.{alias.name}" in NAMES:
            edits = move_names(file, node, {alias: Import(MODULE, alias.name, alias.asname)})
            message = f"`ReadOnlyField` is imported from `{MODULE}` since 2.0"
            yield Hit(alias, message, edits, safety=Safety.SUGGESTED, rows=("20-13",), change=SINCE_2)


def _edits(file: PythonFile, found: Field, new: str) -> tuple[Edit, ...]:
    unwanted = [word for word in found.call.keywords if word.arg != "default"]
    dropped = drop_arguments(file, found.call, [*found.call.args[1:], *unwanted])
    head = (replace(file, found.call.func, new),) if found.default_of is None else _moved(file, found, new)
    tail = [dropped] if dropped else []
    if is_quoted_bool(found):
        tail.append(replace(file, found.value, ast.literal_eval(found.value)))
    return (*head, *tail) if head else ()


def _moved(file: PythonFile, found: Field, new: str) -> tuple[Edit, ...]:
    """`name: str = ReadOnlyField` to `name: read_only_field`; nothing where the scope or the layout forbids it."""
    statement = found.default_of
    end = file.span(found.call.func)[1]
    if isinstance(statement, ast.AnnAssign):
        start, lead = file.span(statement.annotation)[0], ""
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        start, lead = file.span(statement.targets[0])[1], ": "
    else:
        return ()
    between = file.source[start : file.span(found.call)[0]]
    if between.count(b"(") != between.count(b")") or _is_out_of_sight(file, found.value):
        return ()
    return (replace_span(file, start, end, lead + new),)


def _is_out_of_sight(file: PythonFile, value: ast.expr) -> bool:
    """Annotations that are kept as text see the module's names only, not those of a function around the form."""
    if not any(node.module == "__future__" and _has_annotations(node) for node in file.nodes(ast.ImportFrom)):
        return False
    names = (node for node in ast.walk(value) if isinstance(node, ast.Name))
    return any(file.scope(name).find(name.id) not in (None, file.module_scope) for name in names)


def _has_annotations(node: ast.ImportFrom) -> bool:
    return any(alias.name == "annotations" for alias in node.names)
