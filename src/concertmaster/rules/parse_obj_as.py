"""Values are parsed by a function that pydantic 2 has for old code alone.

With pydantic 2, which orchestrator-core uses since 2.0.0, a `TypeAdapter` validates whatever is no model;
`parse_obj_as` and `schema_of` warn.

Guide: <https://docs.pydantic.dev/latest/migration/>

```diff
-from pydantic import BaseModel, parse_obj_as
+from pydantic import BaseModel, TypeAdapter


 class Port(BaseModel):
     name: str


 def ports(rows: list[dict]) -> list[Port]:
-    return parse_obj_as(list[Port], rows)
+    return TypeAdapter(list[Port]).validate_python(rows)
```

What is called with more than the type and the value is for a person:

```python reported
from pydantic.tools import parse_obj_as, schema_of

print(parse_obj_as(list[int], ["1"], type_name="Numbers"), schema_of(list[int], title="Numbers"))
```

Functions of that name from elsewhere are left alone:

```python
from pydantic.v1 import parse_obj_as
from rows import schema_of

print(parse_obj_as(list[int], ["1"]), schema_of(list[int]))
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace_span
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-21",),
    section="2.0",
    change=Change(works_from="2.0.0", deprecated="2.0.0"),
    triggers=(b"parse_obj_as", b"schema_of"),
    takes=frozenset(("parse_obj_as", "schema_of")),
)

#: How many arguments go into the adapter's method.
METHODS = {
    **{f"{module}.parse_obj_as": ("validate_python", 1) for module in ("pydantic", "pydantic.tools")},
    **{f"{module}.schema_of": ("json_schema", 0) for module in ("pydantic", "pydantic.tools")},
}


@rule.on_imported(ast.Call)
def call(file: PythonFile, node: ast.Call) -> Iterator[Hit]:
    name = file.qualified(node.func)
    if name not in METHODS:
        return
    method, values = METHODS[name]
    message = f"`{name.rpartition('.')[2]}` warns since 2.0.0: use `TypeAdapter(…).{method}(…)`"
    adapter = needed(file, node, "pydantic", "TypeAdapter")
    starred = any(isinstance(argument, ast.Starred) for argument in node.args)
    if adapter is None or node.keywords or starred or len(node.args) != values + 1:
        yield Hit(node, message)
        return
    head = replace_span(file, *file.span(node.func), adapter.text)
    end = file.span(node.args[0])[1]
    next_start = file.span(node.args[1])[0] if values else end
    between = file.source[end:next_start].strip()
    tail = replace_span(file, end, next_start, f").{method}(")
    yield Hit(node, message, (head, tail) if between in (b",", b"") else (), adapter.imports)
