"""Contact persons are asked for by their organisation.

The field of orchestrator-core 2.1 and later is `customer_contact_list`, whose schema names the customer. That of
pydantic-forms keeps its words for organisations, which the user interface is about to forget.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/forms/>

```diff
 from uuid import UUID

 from orchestrator.forms import FormPage
-from orchestrator.forms.validators import contact_person_list
+from orchestrator.forms.validators import customer_contact_list


 def form(customer_id: UUID):
     class TerminateForm(FormPage):
-        contact_persons: contact_person_list(customer_id) = []
-        others: contact_person_list(organisation=customer_id, organisation_key="customer_id", min_items=1)
+        contact_persons: customer_contact_list(customer_id) = []
+        others: customer_contact_list(customer_id=customer_id, customer_key="customer_id", min_items=1)

     return TerminateForm
```

Functions of that name from elsewhere are left alone:

```python
from contacts import contact_person_list

persons = contact_person_list(organisation="x")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace
from concertmaster.rewrite.calls import rename_keyword
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("21-05",),
    change=Change(works_from="2.1.0", deprecated="2.1.0", crossing=True),
    one_change=True,
    safety=Safety.SUGGESTED,
    triggers=(b"contact_person_list",),
)

MODULES = ("orchestrator.core.forms.validators", "pydantic_forms.validators")
RENAMED = {"organisation": "customer_id", "organisation_key": "customer_key"}
MESSAGE = "contact persons belong to a customer since 2.1.0: `customer_contact_list` says so in the schema"


@rule.on_imported(ast.Call)
def call(file: PythonFile, node: ast.Call) -> Iterator[Hit]:
    module, _, name = (file.qualified(node.func) or "").rpartition(".")
    if module not in MODULES or name != "contact_person_list":
        return
    wanted = needed(file, node, MODULES[0], "customer_contact_list")
    words = [word for word in node.keywords if word.arg in RENAMED]
    renamed = (rename_keyword(file, word, RENAMED[word.arg or ""]) for word in words)
    edits = (replace(file, node.func, wanted.text), *renamed) if wanted else ()
    yield Hit(node, MESSAGE, edits, wanted.imports if wanted else ())
