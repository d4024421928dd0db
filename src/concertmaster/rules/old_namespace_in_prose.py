'''Comments and docstrings speak of the framework by its name of before 5.0.

Nothing breaks, but who follows them finds no such module; doctests in docstrings do fail. Looked for only
when it is selected by name, or with `prose = true` in the configuration.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
-"""Registers workflows with `orchestrator.workflows`.
+"""Registers workflows with `orchestrator.core.workflows`.

->>> from orchestrator.types import SubscriptionLifecycle
+>>> from orchestrator.core.types import SubscriptionLifecycle
 """

-x = 1  # see orchestrator.db for the tables
+x = 1  # see orchestrator.core.db for the tables
```

Names of hosts, siblings in the namespace and other texts are left alone:

```python
"""The orchestrator runs on orchestrator.example.org, with orchestrator.optical beside it."""

# my-orchestrator.db is a file, and so is ./orchestrator.db
TEXT = "orchestrator.db is down"
```
'''

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.names import CORE_MODULES
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace_span
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-01f",),
    section="5.0#1",
    change=Change(works_from="5.0.0", deprecated="5.0.0"),
    safety=Safety.SUGGESTED,
    optional=True,
)
_MENTION = re.compile(
    rb"(?<![\w./-])orchestrator\.(?=(?:" + "|".join(sorted(CORE_MODULES)).encode() + rb")\b)"
)
MESSAGE = "The framework's modules are below `orchestrator.core` since 5.0"


@rule.file
def prose(file: PythonFile) -> Iterator[Hit]:
    for start, end in sorted({*_docstrings(file), *_comments(file)}):
        for match in _MENTION.finditer(file.source, start, end):
            edit = replace_span(file, match.end(), match.end(), "core.")
            yield Hit(Span(match.start(), match.end()), MESSAGE, (edit,))


def _comments(file: PythonFile) -> Iterator[tuple[int, int]]:
    """The comments of a file that parses."""
    if file.encoding != "utf-8":
        return
    try:
        for token in tokenize.tokenize(io.BytesIO(file.source).readline):
            if token.type == tokenize.COMMENT:
                start = file.offset(token.start[0], len(token.line[: token.start[1]].encode()))
                yield start, start + len(token.string.encode())
    except (tokenize.TokenError, SyntaxError, UnicodeDecodeError):
        return


def _docstrings(file: PythonFile) -> Iterator[tuple[int, int]]:
    for node in file.nodes(ast.Expr):
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield file.span(node.value)
