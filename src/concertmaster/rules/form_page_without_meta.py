"""Pages of workflow forms derive from the class of pydantic-forms.

Since orchestrator-core 2.2.2 `orchestrator.forms.FormPage` tells the user interface that another page follows, and
`SubmitFormPage` that it is the last one. The class of pydantic-forms says neither. Both work, so that the author
decides, and names the last page.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/forms/>

```diff
 from orchestrator.workflows.utils import create_workflow
-from pydantic_forms.core import FormPage
+from orchestrator.forms import FormPage


 def form():
     class CreateForm(FormPage):
         name: str

     user_input = yield CreateForm
     return user_input.model_dump()


 @create_workflow("Create node", initial_input_form=form)
 def create_node(): ...
```

Forms outside of workflows, and other uses of the class, are left alone:

```python
from orchestrator.workflow import step
from pydantic_forms.core import FormPage as Page
from pydantic_forms.core import post_form


@step("Check")
def check(page: Page) -> dict:
    return {"known": isinstance(page, Page)}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.project.shims import in_import_guard
from concertmaster.rewrite.moves import move_names, spelled
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("22-09",),
    change=Change(works_from="2.2.2", deprecated="2.2.2", crossing=True),
    one_change=True,
    safety=Safety.SUGGESTED,
    triggers=(b"FormPage",),
)

OLD = frozenset(("pydantic_forms.core.FormPage", "pydantic_forms.core.shared.FormPage"))
NEW = "orchestrator.core.forms"
MESSAGE = "`FormPage` of `orchestrator.forms` tells since 2.2.2 that a page follows, `SubmitFormPage` that none does"


@rule.on(ast.ImportFrom)
def imported(file: PythonFile, node: ast.ImportFrom) -> Iterator[Hit]:
    for alias in node.names:
        found = not node.level and f"{node.module}.{alias.name}" in OLD and not in_import_guard(file, node)
        if found and _belongs_to_a_workflow(file) and _has_pages(file):
            wanted = Import(spelled(file, NEW), alias.name, alias.asname)
            yield Hit(node, MESSAGE, move_names(file, node, {alias: wanted}))


def _belongs_to_a_workflow(file: PythonFile) -> bool:
    modules = (file.imported_module(node) or "" for node in file.nodes(ast.ImportFrom))
    return any(module.startswith("orchestrator.core.workflow") for module in modules)


def _has_pages(file: PythonFile) -> bool:
    return any(file.qualified(base) in OLD for node in file.nodes(ast.ClassDef) for base in node.bases)
