"""An entry point imports the registrations of workflows or products nowhere.

Workflows and products are registered when their packages are imported. An application or a worker that does not import
them, itself or through other modules, starts and then finds no workflow, or fails to load a subscription.

Guide: <https://workfloworchestrator.org/orchestrator-core/workshops/beginner/register-workflows/>

```project diff
@@ main.py @@
 from orchestrator.core import OrchestratorCore
 from orchestrator.core.settings import AppSettings

 import products  # noqa: F401
+import workflows  # noqa: F401

 app = OrchestratorCore(base_settings=AppSettings())
@@ products/__init__.py @@
 from orchestrator.core.domain import SUBSCRIPTION_MODEL_REGISTRY

 from products.node import Node

 SUBSCRIPTION_MODEL_REGISTRY.update({"Node": Node})
@@ products/node.py @@
 class Node: ...
@@ workflows/__init__.py @@
 from orchestrator.core.workflows import LazyWorkflowInstance

 LazyWorkflowInstance("workflows.node", "create_node")
```

Imports are followed, and where modules are imported by computed names nothing is told:

```project
@@ wsgi.py @@
from orchestrator.core import OrchestratorCore
from orchestrator.core.settings import AppSettings

from startup import everything

app = OrchestratorCore(base_settings=AppSettings())
@@ startup.py @@
from workflows import node


everything = [node]
@@ worker.py @@
from importlib import import_module

from celery import Celery
from orchestrator.core.services.tasks import initialise_celery

for name in open("modules.txt"):
    import_module(name)
initialise_celery(Celery())
@@ workflows/__init__.py @@
from orchestrator.core.workflows import LazyWorkflowInstance

LazyWorkflowInstance("workflows.node", "create_node")
@@ workflows/node.py @@
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.model import Place, ProjectModel
from concertmaster.project.model.entries import Entry
from concertmaster.project.model.place import Parsed
from concertmaster.rule import ProjectHit, Rule
from concertmaster.rules._registration import ALWAYS, dotted

rule = Rule(__name__, rows=("R-03",), change=ALWAYS, safety=Safety.SUGGESTED)


@rule.project
def missing(model: ProjectModel) -> Iterator[ProjectHit]:
    registering = {"workflows": model.registry.paths, "products": model.products.paths}
    for entry in model.entries:
        if not entry.is_certain:
            continue
        for what, paths in registering.items():
            left = [path for path in paths if path not in entry.reached and path != entry.file.path]
            package = _package(model, entry, left[0]) if left and len(left) == len(paths) else None
            if package is not None:
                yield _hit(entry, what, package)


def _package(model: ProjectModel, entry: Entry, path: str) -> str | None:
    """The module to import: from where registrations name modules, else as the entry point can name it."""
    for registration in model.own:
        like = model.module_of(registration)
        name = dotted(path, registration, like) if like is not None else None
        if name and model.sources.definitions.find(name, entry.file.path) == path:
            return name
    stem = path.removesuffix(".py").removesuffix("/__init__")
    home = entry.file.path.rpartition("/")[0]
    inner = stem.removeprefix(f"{home}/") if home and stem.startswith(f"{home}/") else stem
    name = inner.removeprefix("src/").replace("/", ".")
    return name if model.sources.definitions.find(name, entry.file.path) == path else None


def _hit(entry: Entry, what: str, package: str) -> ProjectHit:
    place, edit = _insertion(entry.file, package)
    message = f"This {entry.kind} never imports `{package}`, so it knows no {what}: add `import {package}`"
    return ProjectHit(place, message, {entry.file.path: (edit,)})


def _insertion(file: Parsed, package: str) -> tuple[Place, Edit]:
    """A line of its own: beside other imports that are only for their effect, else after the last import."""
    newline = "\r\n" if b"\r\n" in file.source else "\n"
    line = f"import {package}  # noqa: F401{newline}".encode()
    imports = [node for node in file.tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    alike = [node for node in imports if isinstance(node, ast.Import) and "noqa" in _line(file, node)]
    later = next((node for node in alike if node.names[0].name > package), None)
    if later is not None:
        start = file.place(later).start
        return file.place(later), Edit(start, start, line)
    chosen = (alike or imports)[-1]
    end = file.source.find(b"\n", file.place(chosen).end) + 1
    return file.place(chosen), Edit(end, end, line)


def _line(file: Parsed, node: ast.stmt) -> str:
    place = file.place(node)
    end = file.source.find(b"\n", place.end)
    return file.source[place.start : end if end >= 0 else None].decode("utf-8", "replace")
