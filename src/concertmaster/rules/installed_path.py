"""A path leads into the framework's package as it was laid out before 5.0.

All of orchestrator-core is below `orchestrator/core` since 5.0, its migrations and their `alembic.ini`
included. Paths that are written out do not follow the imports, and find nothing.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff tests/conftest.py
 import os

 from alembic.config import Config

-config = Config(file_="../site-packages/orchestrator/migrations/alembic.ini")
-config.set_main_option("version_locations", os.path.join(SITE, "orchestrator", "migrations", "versions"))
+config = Config(file_="../site-packages/orchestrator/core/migrations/alembic.ini")
+config.set_main_option("version_locations", os.path.join(SITE, "orchestrator", "core", "migrations", "versions"))
```

Paths of the project's own, and addresses, are left alone:

```python tests/conftest.py
import os

from alembic.config import Config

config = Config(file_="../site-packages/orchestrator/core/migrations/alembic.ini")
mine = os.path.join("orchestrator", "core", "migrations")
other = "network-orchestrator/migrations"
address = "https://example.org/orchestrator/migrations"
folder = "orchestrator/templates"
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.strings import ModuleString
from concertmaster.rewrite import insert_after
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("T-01",),
    section="5.0#1",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    triggers=(b"migrations",),
    context=(b"orchestrator",),
)

_PATH = re.compile(r"(?P<head>(?:[\w./-]*/)?orchestrator/)migrations(?:/|\Z)")
MESSAGE = "The framework's migrations are in `orchestrator/core/migrations` since 5.0"


@rule.on(ast.Constant)
def path(file: PythonFile, node: ast.Constant) -> Iterator[Hit]:
    text = node.value if isinstance(node.value, str) else ""
    match = _PATH.match(text)
    if match is None or _has_own(file) or isinstance(file.parent(node), (ast.Expr, ast.JoinedStr)):
        return
    head = match["head"]
    edit = ModuleString(node, text, names_module=False).replace_head(file, head, f"{head}core/")
    yield Hit(node, MESSAGE, (edit,) if edit else ())


@rule.on(ast.Call)
def joined(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    """`os.path.join(…, "orchestrator", "migrations")`."""
    for before, after in zip(call.args, call.args[1:], strict=False):
        yield from _pair(file, before, after, ', "core"')


@rule.on(ast.BinOp)
def divided(file: PythonFile, node: ast.BinOp) -> Iterator[Hit]:
    """`… / "orchestrator" / "migrations"`."""
    left = node.left.right if isinstance(node.left, ast.BinOp) else node.left
    if isinstance(node.op, ast.Div):
        yield from _pair(file, left, node.right, ' / "core"')


def _pair(file: PythonFile, before: ast.expr, after: ast.expr, text: str) -> Iterator[Hit]:
    texts = [one.value if isinstance(one, ast.Constant) else None for one in (before, after)]
    second = texts[1] if isinstance(texts[1], str) else ""
    if texts[0] == "orchestrator" and second.partition("/")[0] == "migrations" and not _has_own(file):
        edits: tuple[Edit, ...] = (insert_after(file, before, text),)
        yield Hit(before, MESSAGE, edits)


def _has_own(file: PythonFile) -> bool:
    return file.around.regular or "migrations" in (file.around.shadow or ())
