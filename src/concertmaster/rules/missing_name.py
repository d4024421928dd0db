"""A name is taken from the framework that the release does not have.

Upgrade guides leave things out. Every import, attribute of a module and patched name is looked up in the
index of each release's names: one that is not there fails when the file is loaded, or when the test runs.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
-from orchestrator.core.api.api_v1.endpoints.health import db
+from orchestrator.core.db import db

 session = db.session
```

Names that the release has, those of siblings in the namespace, and imports that may fail are left alone:

```python
from orchestrator.core.workflow import StepList, begin, step
from orchestrator.optical.workflow import errorlogger as optical_logger

try:
    from orchestrator.core.workflow import errorlogger
except ImportError:
    errorlogger = None
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.index.names import FRAMEWORK, distribution_of
from concertmaster.project.framework import Framework, framework
from concertmaster.project.names import ROOT, is_core_segment, is_framework
from concertmaster.project.python import PythonFile
from concertmaster.project.reexports import origin
from concertmaster.project.shims import in_import_guard, in_shim
from concertmaster.project.strings import is_patch, module_strings
from concertmaster.rewrite.imports import drop_unread
from concertmaster.rewrite.moves import move_names, spelled
from concertmaster.rule import Hit, Import, Rule
from concertmaster.versions import Change

#: Names whose uses have rules of their own, which take the import along.
HANDLED = {
    f"pydantic_forms.validators.{name}" for name in ("ContactPersonList", "ReadOnlyField")
} | frozenset(
    f"orchestrator.core.{name}"
    for name in """
    agentic_app agentic_app.LLMOrchestratorCore domain.base.SubscriptionInstanceList
    domain.base.serializable_property forms.ReadOnlyField forms.validators.ChoiceList
    forms.validators.ContactPersonList forms.validators.ReadOnlyField forms.validators.UniqueConstrainedList
    workflows.steps.cache_domain_models workflows.steps.remove_domain_model_from_cache
    workflows.utils.push_domain_models
    """.split()
)

rule = Rule(
    __name__,
    rows=("51-02",),
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.SUGGESTED,
    priority=60,
    triggers=(b"orchestrator", b"pydantic_forms", b"oauth2_lib", b"nwastdlib"),
    fallback=True,
    follows=True,
    takes=frozenset(name.rpartition(".")[2] for name in HANDLED),
)


#: The rows of names that the catalogue speaks of; guides say nothing of most.
ROWS = {"orchestrator.core.workflow.errorlogger": ("51-02",)}
#: The methods of `patch` and `monkeypatch` that replace an attribute by name, and fail where there is none.
PATCHES = frozenset({"object", "setattr", "delattr"})


@rule.on(ast.ImportFrom)
def from_import(file: PythonFile, node: ast.ImportFrom) -> Iterator[Hit]:
    known, module = framework(file), file.imported_module(node)
    if known is None or module is None or distribution_of(module) is None or _may_fail(file, node):
        return
    if module in HANDLED:
        return
    if known.lacks(module):
        yield _hit(file, known, node, module, node.module or "")
        return
    for alias in node.names:
        name = f"{module}.{alias.name}"
        if node.module == ROOT and not is_core_segment(alias.name):
            continue  # a sibling in the namespace may have any name
        if alias.name == "*" or not known.cannot_import(module, alias.name):
            continue
        place, written = alias if len(node.names) > 1 else node, node.module or ""
        if name not in HANDLED:
            yield _hit(file, known, place, name, written, _moved(file, known, node, alias, name))
        elif (edits := drop_unread(file, node, alias)) is not None:
            yield _hit(file, known, place, name, written, edits)


def _moved(
    file: PythonFile, known: Framework, node: ast.ImportFrom, alias: ast.alias, name: str
) -> tuple[Edit, ...]:
    """The import from where the same object is now, if that is certain."""
    places = known.new_places(name)
    if len(places) != 1:
        return ()
    module, _, new = spelled(file, places[0], node.module).rpartition(".")
    local = alias.asname or alias.name
    return move_names(file, node, {alias: Import(module, new, None if new == local else local)})


@rule.on(ast.Import)
def plain_import(file: PythonFile, node: ast.Import) -> Iterator[Hit]:
    known = framework(file)
    for alias in node.names:
        module = file.canonical(alias.name, module=True)
        ours = known is not None and distribution_of(module) is not None
        if known is not None and ours and known.lacks(module) and not _may_fail(file, node):
            yield _hit(file, known, alias, module, alias.name)


@rule.on_imported(ast.Attribute)
def attribute(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    """A name that is reached through its module or class; what objects hold is not guessed at."""
    known, name = framework(file), origin(file, node)
    if known is None or name is None or not is_framework(name) or _may_fail(file, node):
        return
    owner = name.rpartition(".")[0]
    if (known.is_module(owner) or known.is_class(owner)) and _went(known, name):
        yield _hit(file, known, node, name, file.dotted(node) or "")


@rule.file
def patched(file: PythonFile) -> Iterator[Hit]:
    """What a test patches: the name, or what lies behind it."""
    known = framework(file)
    if known is None:
        return
    for string in module_strings(file, ROOT):
        name, around = file.canonical(string.value.rstrip(".")), file.parent(string.node)
        if (
            string.names_module
            and not _makes(around)
            and _went(known, name)
            and not _may_fail(file, string.node)
        ):
            yield _hit(file, known, string.node, name, string.value)


@rule.on(ast.Call)
def patched_attribute(file: PythonFile, node: ast.Call) -> Iterator[Hit]:
    """`patch.object(module, "name")` and `monkeypatch.setattr(module, "name", …)`, unless they may make the name."""
    known = framework(file)
    is_patched = isinstance(node.func, ast.Attribute) and node.func.attr in PATCHES and is_patch(node.func)
    if known is None or not is_patched or len(node.args) < 2:
        return
    owner, attribute = origin(file, node.args[0]), node.args[1]
    if owner is None or _makes(node) or not isinstance(attribute, ast.Constant):
        return
    name = f"{owner}.{attribute.value!s}"
    if known.is_module(owner) and _went(known, name) and not _may_fail(file, node):
        yield _hit(file, known, attribute, name, file.dotted(node.args[0]) or "")


def _makes(node: ast.AST | None) -> bool:
    """Whether a call may make what it patches."""
    given = node.keywords if isinstance(node, ast.Call) else []
    return any(keyword.arg in (None, "create", "raising") for keyword in given)


def _went(known: Framework, name: str) -> bool:
    return is_framework(name) and known.lacks(name) and known.ever_had(name)


def _may_fail(file: PythonFile, node: ast.AST) -> bool:
    return in_import_guard(file, node) or in_shim(file, node)


def _hit(
    file: PythonFile,
    known: Framework,
    place: ast.AST,
    name: str,
    written: str,
    edits: tuple[Edit, ...] = (),
) -> Hit:
    change = known.change(name)
    where = ", ".join(f"`{known.spelling(new)}`" for new in known.new_places(name)[:2])
    told = f"; the same is now {where}" if where else ""
    if distribution_of(name) != FRAMEWORK:
        package = distribution_of(name)
        message = f"`{name}` is in no release of {package} that orchestrator-core {known.judged} allows{told}"
    elif known.ever_had(name):
        message = f"`{spelled(file, name, written)}` is gone since {change.since}{told}"
    else:
        message = f"`{spelled(file, name, written)}` is in no release up to {known.judged}"
    return Hit(place, message, edits, rows=ROWS.get(name, ()), change=change)
