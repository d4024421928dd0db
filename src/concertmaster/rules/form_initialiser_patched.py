"""A test replaces the hook with which pydantic completes a form.

Fixtures that check translations patch `__pydantic_init_subclass__` in `FormPage`. The pydantic that orchestrator-core
4.6.3 brings, 2.12 and later, completes classes in `__pydantic_on_complete__`, so the old name is missing from the
class.

Release: <https://github.com/workfloworchestrator/orchestrator-core/releases/tag/4.6.3>

```python tests/conftest.py reported
from pydantic_forms.core import FormPage

old = FormPage.__dict__["__pydantic_init_subclass__"]
```

Looking for either, and classes that define the hook, are left alone:

```python tests/conftest.py
from pydantic_forms.core import FormPage

old = FormPage.__dict__.get("__pydantic_init_subclass__") or FormPage.__dict__.get("__pydantic_on_complete__")


class Page(FormPage):
    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs): ...
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("T-05",),
    change=Change(works_from="4.6.3", removed="4.6.3"),
    safety=Safety.MANUAL,
    triggers=(b"__pydantic_init_subclass__",),
)

MESSAGE = (
    "Forms are completed in `__pydantic_on_complete__` since pydantic 2.12: look for either with `.get(...)`"
)


@rule.on(ast.Subscript)
def lookup(file: PythonFile, node: ast.Subscript) -> Iterator[Hit]:
    key = node.slice
    if not isinstance(key, ast.Constant) or key.value != "__pydantic_init_subclass__":
        return
    if (file.qualified(node.value) or "").endswith(".FormPage.__dict__"):
        yield Hit(node, MESSAGE)
