"""Fields are limited by arguments of pydantic 1.

Since orchestrator-core 2.0.0 models are those of pydantic 2, in which arguments of `Field`, `constr` and
`conlist` got other names. Some of the old ones warn, the others fail. A `pattern` searches, in Rust's
dialect, where a `regex` matched from the start.

Guide: <https://docs.pydantic.dev/latest/migration/>

```diff
 from pydantic import BaseModel, Field, conlist, constr


 class Port(BaseModel):
-    name: constr(regex="[a-z]+") = Field("x", allow_mutation=False)
+    name: constr(pattern="^[a-z]+") = Field("x", frozen=True)
-    vlans: conlist(int, min_items=1, max_items=3)
+    vlans: conlist(int, min_length=1, max_length=3)
-    tags: list[str] = Field([], min_items=1, example=["a"])
+    tags: list[str] = Field([], min_length=1, json_schema_extra={"example": ["a"]})
```

Settings name their environment variable by an alias:

```diff
-from pydantic import Field
+from pydantic import AliasChoices, Field
 from pydantic_settings import BaseSettings


 class Inventory(BaseSettings):
-    url: str = Field("", env="INVENTORY_URL")
+    url: str = Field("", validation_alias="INVENTORY_URL")
-    token: str = Field(env=["INVENTORY_TOKEN", "TOKEN"])
+    token: str = Field(validation_alias=AliasChoices("INVENTORY_TOKEN", "TOKEN"))
```

What pydantic 2 has nothing for is for a person:

```python reported
from pydantic import BaseModel, Field, conlist


class Port(BaseModel):
    kind: str = Field("port", const=True)
    vlans: conlist(int, unique_items=True)
    name: str = Field(regex="(?=a).*")
```

Functions of that name from elsewhere, and arguments that are the same, are left alone:

```python row=20-04
from dataclasses import field

from fields import Field
from pydantic import constr
from pydantic.v1 import conlist


class Port:
    name: constr(max_length=3) = Field(regex="a")
    vlans: conlist(int, min_items=1) = field(default_factory=list)
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from msgspec.structs import replace

from concertmaster.findings import Edit, Safety
from concertmaster.project.models import Family, family_of
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace as replaced
from concertmaster.rewrite import replace_span
from concertmaster.rewrite.calls import rename_keyword
from concertmaster.rewrite.needed import needed
from concertmaster.rule import Hit, Import, Rule
from concertmaster.rules._patterns import pattern_text
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("20-04", "20-05"),
    section="2.0",
    change=Change(works_from="2.0.0", deprecated="2.0.0"),
    triggers=(b"Field", b"constr", b"conlist", b"conset", b"confrozenset"),
    context=(b"pydantic",),
    pattern=re.compile(rb"\b(?:Field|constr|conlist|conset|confrozenset)\b"),
    priority=20,
)
REFUSED = Change(works_from="2.0.0", removed="2.0.0")

TYPES = frozenset(
    f"pydantic{part}.{name}"
    for part in ("", ".types")
    for name in ("constr", "conlist", "conset", "confrozenset")
)
FIELD = frozenset(("pydantic.Field", "pydantic.fields.Field"))
RENAMED = {"min_items": "min_length", "max_items": "max_length"}
REMOVED = {
    "const": "a fixed value is `Literal[…]`",
    "unique_items": "an annotation with `AfterValidator` can see to that",
    "curtail_length": "an annotation with `AfterValidator` can see to that",
}
KNOWN = frozenset(
    """
    default default_factory alias alias_priority validation_alias serialization_alias title description
    examples exclude include discriminator deprecated json_schema_extra frozen validate_default repr init
    init_var kw_only pattern strict coerce_numbers_to_str gt ge lt le multiple_of allow_inf_nan max_digits
    decimal_places min_length max_length union_mode fail_fast field_title_generator exclude_if extra
    """.split()
)


@rule.on_imported(ast.Call)
def arguments(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    name = file.qualified(call.func)
    if name not in TYPES and name not in FIELD:
        return
    is_field = name in FIELD
    for word in call.keywords:
        hit = _argument(file, call, word, is_field=is_field)
        if hit is not None:
            yield replace(hit, rows=("20-05",) if word.arg == "env" else ("20-04",))
    if is_field:
        yield from _extras(file, call)


def _argument(file: PythonFile, call: ast.Call, word: ast.keyword, *, is_field: bool) -> Hit | None:
    if word.arg in RENAMED:
        new = RENAMED[word.arg]
        message = f"`{word.arg}` of pydantic is `{new}` since 2.0.0"
        return Hit(word, message, (rename_keyword(file, word, new),), change=None if is_field else REFUSED)
    if word.arg in REMOVED:
        return Hit(word, f"`{word.arg}` of pydantic went in 2.0.0: {REMOVED[word.arg]}", change=REFUSED)
    if word.arg == "regex":
        return _pattern(file, word)
    if word.arg == "allow_mutation" and is_field:
        return _frozen(file, word)
    return _alias(file, call, word) if word.arg == "env" and is_field else None


def _pattern(file: PythonFile, word: ast.keyword) -> Hit:
    message = "`regex` of pydantic is `pattern` since 2.0.0, which searches"
    text = pattern_text(file, word.value)
    renamed = rename_keyword(file, word, "pattern")
    if text is not None:
        return Hit(word, message, (renamed, replaced(file, word.value, text)), change=REFUSED)
    computed = not isinstance(word.value, ast.Constant)
    return Hit(word, message, (renamed,) if computed else (), safety=Safety.SUGGESTED, change=REFUSED)


def _frozen(file: PythonFile, word: ast.keyword) -> Hit:
    message = "`allow_mutation` of pydantic is `frozen`, the other way round, since 2.0.0"
    if not isinstance(word.value, ast.Constant):
        return Hit(word, message)
    value = replaced(file, word.value, str(not word.value.value))
    return Hit(word, message, (rename_keyword(file, word, "frozen"), value))


def _alias(file: PythonFile, call: ast.Call, word: ast.keyword) -> Hit | None:
    """`env` of settings; the alias is then the only name under which the field can be given."""
    model = next((up for up in file.ancestors(call) if isinstance(up, ast.ClassDef)), None)
    if model is None or family_of(file, model) is not Family.SETTINGS:
        return None
    message = "`env` of settings has no effect since 2.0.0: name the variable by `validation_alias`"
    edits: tuple[Edit, ...] = (rename_keyword(file, word, "validation_alias"),)
    imports: tuple[Import, ...] = ()
    if isinstance(word.value, (ast.List, ast.Tuple)):
        choices = needed(file, call, "pydantic", "AliasChoices")
        if choices is None:
            return Hit(word, message, change=REFUSED)
        inner = ", ".join(file.text(one) for one in word.value.elts)
        edits, imports = (*edits, replaced(file, word.value, f"{choices.text}({inner})")), choices.imports
    return Hit(word, message, edits, imports, safety=Safety.SUGGESTED, change=REFUSED)


def _extras(file: PythonFile, call: ast.Call) -> Iterator[Hit]:
    """Arguments of one's own went into the schema; that is an argument of its own now."""
    handled = {*KNOWN, *RENAMED, *REMOVED, "regex", "allow_mutation", "env"}
    extras = [word for word in call.keywords if word.arg is not None and word.arg not in handled]
    taken = any(word.arg in ("json_schema_extra", None) for word in call.keywords)
    if not extras:
        return
    message = f"`{extras[0].arg}` is no argument of `Field`: since 2.0.0 it belongs into `json_schema_extra`"
    pairs = ", ".join(f'"{word.arg}": {file.text(word.value)}' for word in extras)
    start, end = file.span(extras[0])[0], file.span(extras[-1])[1]
    between = [word for word in call.keywords if start <= file.span(word)[0] < end]
    whole = file.source[start:end]
    possible = not taken and between == extras and b"#" not in whole and b"\n" not in whole
    edit = replace_span(file, start, end, f"json_schema_extra={{{pairs}}}")
    yield Hit(extras[0], message, (edit,) if possible else (), rows=("20-04",))
