"""Types of form fields are adapted by subclasses.

Since orchestrator-core 2.0.0, and 2.1.1 for `Timestamp`, most types of pydantic-forms are annotations, not
classes. A subclass fails or, as with `MigrationSummary`, is a required field that shows nothing.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/2.0/>

```diff
 from orchestrator.forms import FormPage
-from orchestrator.forms.validators import MigrationSummary
+from orchestrator.forms.validators import migration_summary


 def summary(rows: list[list[str]]):
-    class ProductSummary(MigrationSummary):
-        data = {
-            "labels": ["name"],
-            "columns": rows,
-        }
+    ProductSummary = migration_summary(
+        {
+            "labels": ["name"],
+            "columns": rows,
+        },
+    )

     class SummaryForm(FormPage):
         product_summary: ProductSummary

     yield SummaryForm
```

Lists with limits become calls too:

```diff
 from pydantic_forms.core import FormPage
-from pydantic_forms.validators import Choice, ChoiceList, UniqueConstrainedList
+from pydantic_forms.validators import Choice, choice_list, unique_conlist


 class Speed(Choice):
     FAST = "fast"


-class Speeds(ChoiceList):
-    item_type = Speed
-    min_items = 1
+Speeds = choice_list(Speed, min_items=1)


-class Ports(UniqueConstrainedList[int]):
-    unique_items = True
-    max_items = 3
+Ports = unique_conlist(int, max_items=3)


 class PortForm(FormPage):
     speeds: Speeds
     ports: Ports
```

A class that is gone becomes a call without arguments where it stands for a type:

```diff
-from orchestrator.forms.validators import ContactPersonList
+from orchestrator.forms.validators import contact_person_list

-contact_persons: ContactPersonList = []
+contact_persons: contact_person_list() = []
```

Types that have no such function are for a person:

```python reported
from orchestrator.forms.validators import Label, OrganisationId


class Heading(Label):
    pass


class Partner(OrganisationId):
    def short(self) -> str: ...
```

Classes that still are some, and those of others, are left alone:

```python row=20-18
from labels import Label
from orchestrator.forms.validators import Accept, Choice


class Heading(Label): ...


class Speed(Choice):
    FAST = "fast"


class Agreed(Accept):
    data = [("Read it?", "checkbox")]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.findings import Safety
from concertmaster.project.bindings import class_uses, in_annotation
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace
from concertmaster.rewrite.classes import Argument, Call, Setting, class_to_call, settings_of
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-18", "20-14", "20-15", "CP-02"),
    section="2.0",
    change=Change(works_from="2.0.0", removed="2.0.0"),
    triggers=(
        *(
            b"MigrationSummary",
            b"ConstrainedList",
            b"ChoiceList",
            b"ContactPersonList",
            b"ProductId",
            b"ListOf",
            b"Timestamp",
        ),
        *(b"Label", b"Divider", b"LongText", b"OrganisationId", b"ContactPersonName", b"DisplaySubscription"),
    ),
    context=(b"orchestrator", b"pydantic_forms"),
    priority=20,
)

MODULES = ("orchestrator.core.forms.validators", "pydantic_forms.validators")


class _Maker(Struct, frozen=True):
    """The function that makes such a type, its row in the catalogue, and what it takes for each setting.

    `item` is the setting that goes first without a name; in brackets it may stand behind the class.
    """

    function: str
    row: str
    settings: dict[str, str]
    item: str = ""
    safety: Safety = Safety.SUGGESTED
    change: Change = rule.change


_MOMENTS = {name: f"{name}=" for name in "show_time_select locale min max date_format time_format".split()}
_LIMITS = {"min_items": "min_items=", "max_items": "max_items="}
MAKERS = {
    "MigrationSummary": _Maker("migration_summary", "20-18", {"data": ""}, safety=Safety.SAFE),
    "UniqueConstrainedList": _Maker("unique_conlist", "20-14", {**_LIMITS, "unique_items": ""}, "item_type"),
    "ChoiceList": _Maker("choice_list", "20-15", {**_LIMITS, "unique_items": "unique_items="}, "item_type"),
    "ContactPersonList": _Maker(
        "contact_person_list",
        "20-15",
        {"organisation": "organisation=", "organisation_key": "organisation_key=", **_LIMITS},
    ),
    "ProductId": _Maker("product_id", "20-18", {"products": ""}, safety=Safety.SAFE),
    "Timestamp": _Maker("timestamp", "CP-02", _MOMENTS, change=Change(works_from="2.0.0", removed="2.1.1")),
}
GONE = frozenset(("UniqueConstrainedList", "ChoiceList", "ContactPersonList"))
OTHERS = frozenset(
    "Label Divider LongText OrganisationId ContactPersonName DisplaySubscription ListOfOne ListOfTwo".split()
)


@rule.on(ast.ClassDef)
def subclass(file: PythonFile, node: ast.ClassDef) -> Iterator[Hit]:
    for base in node.bases:
        inner = base.value if isinstance(base, ast.Subscript) else base
        module, _, name = (file.qualified(inner) or "").rpartition(".")
        if module not in MODULES or (name not in MAKERS and name not in OTHERS):
            continue
        maker = MAKERS.get(name)
        since = maker.change.removed if maker else rule.change.removed
        message = f"`{name}` is an annotation since {since} and cannot be subclassed"
        if maker is None:
            yield Hit(node, message, rows=("20-18",))
        else:
            message += f": `{maker.function}(…)` makes such a type"
            yield _made(file, node, base, maker, message, module)


@rule.on_imported(ast.Name, ast.Attribute)
def used(file: PythonFile, node: ast.Name | ast.Attribute) -> Iterator[Hit]:
    """One of the classes that are gone, used without a subclass."""
    module, _, name = (file.qualified(node) or "").rpartition(".")
    if module not in MODULES or name not in GONE or not isinstance(node.ctx, ast.Load):
        return
    up, maker = file.parent(node), MAKERS[name]
    whole = up if isinstance(up, ast.Subscript) and up.value is node else node
    if isinstance(file.parent(whole), ast.ClassDef):
        return
    function = (
        needed(file, node, module, maker.function, also=MODULES) if in_annotation(file, whole) else None
    )
    message = f"`{name}` is gone since {rule.change.removed}: `{maker.function}(…)` makes such a type"
    items = file.text(whole.slice) if isinstance(whole, ast.Subscript) else ""
    if function is None or bool(items) != bool(maker.item) or maker.function == "choice_list":
        yield Hit(node, message, rows=(maker.row,), safety=Safety.MANUAL)
    else:
        edit = replace(file, whole, f"{function.text}({items})")
        yield Hit(node, message, (edit,), function.imports, Safety.SUGGESTED, (maker.row,))


def _made(
    file: PythonFile, node: ast.ClassDef, base: ast.expr, maker: _Maker, message: str, module: str
) -> Hit:
    settings = settings_of(node) or []
    items = [setting.value for setting in settings if setting.name == maker.item]
    items += [base.slice] if isinstance(base, ast.Subscript) else []
    function = needed(file, node, module, maker.function, also=MODULES)
    if function is None or not _fits(file, node, maker, settings, items):
        return Hit(node, message, rows=(maker.row,), change=maker.change)
    call = Call(f"{node.name} = {function.text}(", ")", tuple(file.text(item) for item in items))
    edit = class_to_call(file, node, call, lambda setting: _argument(setting, maker))
    edits = (edit,) if edit else ()
    return Hit(node, message, edits, function.imports, maker.safety, (maker.row,), maker.change)


def _fits(
    file: PythonFile, node: ast.ClassDef, maker: _Maker, settings: list[Setting], items: list[ast.expr]
) -> bool:
    """Whether the class is no more than what the function can make, and is used as a type alone."""
    names = {setting.name for setting in settings}
    known = names <= maker.settings.keys() | {maker.item} and settings_of(node) is not None
    whole = len(node.bases) == 1 and not node.keywords and len(items) == (1 if maker.item else 0)
    unique = next((one.value for one in settings if one.name == "unique_items"), None)
    truly = maker.function != "unique_conlist" or (isinstance(unique, ast.Constant) and unique.value is True)
    typed = all(in_annotation(file, name) for name in class_uses(file, node))
    return bool(settings) and known and whole and truly and typed


def _argument(setting: Setting, maker: _Maker) -> Argument | None:
    if setting.name == maker.item or (setting.name == "unique_items" and maker.function == "unique_conlist"):
        return None
    return Argument(maker.settings[setting.name])
