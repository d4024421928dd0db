"""How a model takes unknown values is said by the enumeration `Extra`.

pydantic 2, which orchestrator-core uses since 2.0.0, takes plain words; `Extra` warns.

Guide: <https://docs.pydantic.dev/latest/migration/>

```diff
-from pydantic import BaseModel, Extra
+from pydantic import BaseModel


-class Port(BaseModel, extra=Extra.forbid):
+class Port(BaseModel, extra="forbid"):
     name: str
```

Enumerations of that name from elsewhere are left alone:

```python
from options import Extra
from pydantic import BaseModel, v1


class Port(BaseModel, extra=Extra.forbid): ...


class Old(v1.BaseModel, extra=v1.Extra.forbid): ...
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-02",),
    section="2.0",
    change=Change(works_from="1.0.0", deprecated="2.0.0"),
    triggers=(b"Extra",),
    context=(b"pydantic",),
    priority=30,
    takes=frozenset(("Extra",)),
)

WORDS = {
    f"pydantic{part}.Extra.{word}": word for part in ("", ".config") for word in ("allow", "forbid", "ignore")
}


@rule.on_imported(ast.Attribute)
def member(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    word = WORDS.get(file.qualified(node) or "") if node.attr in ("allow", "forbid", "ignore") else None
    if word is not None and not isinstance(file.parent(node), ast.Attribute):
        yield Hit(
            node, f'`Extra.{word}` warns since 2.0.0: say `"{word}"`', (replace(file, node, f'"{word}"'),)
        )
