"""A GraphQL query asks for fields by names that went.

Processes, their steps and the product blocks of subscriptions got other names in orchestrator-core 1.2.3, and the
old ones went in 2.2.0: the query is refused. With an alias the answer keeps the names that its reader knows.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
 QUERY = '''
 query Processes($status: String!) {
   processes(filterBy: {field: "status", value: $status}) {
     page {
-      pid
-      state: status
-      steps { stepid status }
+      pid: processId
+      state: lastStatus
+      steps { stepid: stepId status }
       subscriptions { page { status } }
     }
   }
 }
 '''
```

Fields of other types, other documents and mere words are left alone:

```python
QUERY = '''
{
  products { page { productBlocks { name } status } }
  workflows { page { steps { name } } }
  processes { page { processId lastStatus product { status } steps { status } } }
}
'''
TEXT = "processes { page { pid } }"
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.selections import Field, selections
from concertmaster.rewrite import replace_span
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("22-07",),
    change=Change(works_from="1.2.3", deprecated="1.2.3", removed="2.2.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"process", b"subscription"),
    context=(b"graphql", b"GraphQL", b"query", b"page"),
    pattern=re.compile(rb"(?:process(?<![\w.]process)(?:es)?|ubscriptions?)\b\s*[{(@#]"),
)

#: Fields that lead to a type; `page` and the fields of fragments stay with the type around them.
TYPES = {
    **dict.fromkeys(("processes", "process"), "process"),
    **dict.fromkeys(
        ("subscriptions", "subscription", "inUseBySubscriptions", "dependsOnSubscriptions"), "subscription"
    ),
}
WITHIN = {("process", "steps"): "step"} | {
    ("subscription", name): "block" for name in ("productBlocks", "productBlockInstances")
}
RENAMED = {
    "process": {
        "pid": "processId",
        "workflow": "workflowName",
        "status": "lastStatus",
        "step": "lastStep",
        "started": "startedAt",
        "lastModified": "lastModifiedAt",
    },
    "step": {"stepid": "stepId"},
    "subscription": {"productBlocks": "productBlockInstances"},
}


@rule.on(ast.Constant)
def document(file: PythonFile, node: ast.Constant) -> Iterator[Hit]:
    if (
        not isinstance(node.value, str)
        or "{" not in node.value
        or isinstance(file.parent(node), ast.JoinedStr)
    ):
        return
    for field in selections(file, node):
        kind = _type(field)
        new = RENAMED.get(kind, {}).get(field.name)
        place = Span(field.start, field.end)
        if new is not None:
            text = new if field.alias else f"{field.name}: {new}"
            edit = replace_span(file, field.start, field.end, text)
            yield Hit(place, f"`{field.name}` of GraphQL is `{new}`: the old name went in 2.2.0", (edit,))
        elif (kind, field.name) == ("block", "resourceTypes"):
            yield Hit(place, "`resourceTypes` went in 2.2.0: `productBlockInstanceValues` is a list of them")


def _type(field: Field) -> str:
    """The type that has a field, as far as the names around it tell."""
    kind = ""
    for name in field.path:
        if name != "page":
            kind = TYPES.get(name) or WITHIN.get((kind, name), "")
    return kind
