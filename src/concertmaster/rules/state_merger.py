"""States are merged by `StateMerger`.

`StateMerger.merge` warns since orchestrator-core 5.5 and goes away in 6.0. The function `merge_state` of the same
module gives a new state and leaves the one that it got as it was, which `StateMerger` changed.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.5/>

```diff
-from orchestrator.core.services.processes import StateMerger
+from orchestrator.core.services.processes import merge_state


 def resume(state, user_input):
-    state = StateMerger.merge(state, user_input)
+    state = merge_state(state, user_input)
     return state
```

Code that relies on the change of the state takes a person:

```python reported
from orchestrator.core.services.processes import StateMerger


def resume(state, user_input):
    StateMerger.merge(state, user_input)
    return state
```

Other mergers are left alone:

```python
from deepmerge import Merger

StateMerger = Merger([(dict, ["merge"])], ["override"], ["override"])


def resume(state, user_input):
    return StateMerger.merge(state, user_input)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace
from concertmaster.rewrite.moves import spelled
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("55-03",),
    section="5.5#2",
    change=Change(works_from="5.5.0", deprecated="5.5.0", removed="6.0.0"),
    triggers=(b"StateMerger",),
)

_PROCESSES = "orchestrator.core.services.processes"
MESSAGE = "`StateMerger` is deprecated since 5.5 and goes away in 6.0: `merge_state` gives the merged state"


@rule.on_imported(ast.Call)
def merge(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    if file.qualified(call.func) != f"{_PROCESSES}.StateMerger.merge":
        return
    word = needed(file, call, spelled(file, _PROCESSES), "merge_state", also=(_PROCESSES,))
    if word is None or isinstance(file.parent(call), ast.Expr):
        yield Hit(call, f"{MESSAGE}, and leaves the given one as it is")
        return
    safety = Safety.SAFE if _replaces_state(file, call) else Safety.SUGGESTED
    yield Hit(call, MESSAGE, (replace(file, call.func, word.text),), word.imports, safety=safety)


def _replaces_state(file: PythonFile, call: ast.Call) -> bool:
    """Whether the merged state takes the place of the given one, or is all that leaves the function."""
    up, first = file.parent(call), call.args[0] if call.args else None
    if isinstance(up, ast.Return):
        return True
    named = isinstance(first, ast.Name) and isinstance(up, ast.Assign) and len(up.targets) == 1
    target = up.targets[0] if isinstance(up, ast.Assign) else None
    return named and isinstance(target, ast.Name) and isinstance(first, ast.Name) and target.id == first.id
