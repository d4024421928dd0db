"""A GraphQL query asks for the scheduled tasks.

`scheduledTasks` gives the tasks that were scheduled through the API only since 5.0. Those that are scheduled
in code are no longer among them; `scheduler show-schedule` on the command line lists both.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```python reported
QUERY = "query Tasks { scheduledTasks(first: 10) { page { name } } }"
```

Other queries, and texts that only mention it, are left alone:

```python
QUERY = "query Workflows { workflows { page { name } } }"
MESSAGE = "scheduledTasks is a query"
KEY = answer["data"]["scheduledTasks"]
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-02",),
    section="5.0#2",
    change=Change(works_from="5.0.0", deprecated="5.0.0", crossing=True),
    one_change=True,
    safety=Safety.MANUAL,
    triggers=(b"scheduledTasks",),
)

_FIELD = re.compile(r"[{\s]scheduledTasks\s*(?:\([^)]*\)\s*)?\{")
MESSAGE = "`scheduledTasks` no longer lists tasks that are scheduled in code since 5.0: `scheduler show-schedule` does"


@rule.on(ast.Constant)
def query(file: PythonFile, node: ast.Constant) -> Iterator[Hit]:
    is_docstring = isinstance(file.parent(node), ast.Expr)
    if isinstance(node.value, str) and not is_docstring and _FIELD.search(node.value):
        yield Hit(node, MESSAGE)
