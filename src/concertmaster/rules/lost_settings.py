"""A setting is read that the framework no longer has.

`CACHE_DOMAIN_MODELS` and `ENABLE_SUBSCRIPTION_MODEL_OPTIMIZATIONS` left in orchestrator-core 4.0 with the cache that
they steered, `CC_NOC` in 5.1, and `FEDEREATION_ENABLED` lost its spelling mistake in 2.1. Reading one raises an
`AttributeError`, setting one in the environment does nothing.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/4.0/>

```diff
 from orchestrator.settings import app_settings

-federated = app_settings.FEDEREATION_ENABLED
+federated = app_settings.FEDERATION_ENABLED
```

Without a successor it takes a person:

```python reported
from orchestrator.core.settings import AppSettings


def mail(settings: AppSettings) -> list[str]:
    return [settings.CC_NOC]
```

Settings of the project's own are left alone:

```python
from network.settings import app_settings

if app_settings.CACHE_DOMAIN_MODELS:
    print(app_settings.CC_NOC)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.project.instances import SETTINGS, instance_of
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import rename_attribute
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("21-02", "32-01", "40-01", "51-04"),
    section="4.0#1",
    change=Change(works_from="2.1.0", removed="4.0.0"),
    triggers=(b"CACHE_DOMAIN_MODELS", b"MODEL_OPTIMIZATIONS", b"CC_NOC", b"FEDEREATION"),
)


class Lost(Struct, frozen=True):
    """A setting that is gone, and its name since; none where nothing took its place."""

    row: str
    change: Change
    why: str
    name: str = ""


_UNCACHED = "domain models are no longer cached"
LOST = {
    "CACHE_DOMAIN_MODELS": Lost("40-01", rule.change, _UNCACHED),
    "ENABLE_SUBSCRIPTION_MODEL_OPTIMIZATIONS": Lost("32-01", rule.change, "they are always on"),
    "CC_NOC": Lost(
        "51-04", Change(works_from="1.0.0", removed="5.1.0"), "declare it in settings of your own"
    ),
    "FEDEREATION_ENABLED": Lost(
        "21-02",
        Change(works_from="2.1.0", removed="2.1.0"),
        "it is spelled `FEDERATION_ENABLED`",
        "FEDERATION_ENABLED",
    ),
}


@rule.on(ast.Attribute)
def setting(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    lost = LOST.get(node.attr)
    proof = instance_of(file, node.value, SETTINGS) if lost else None
    if lost is None or proof is None or any(_declares(own, node.attr) for own in proof.own):
        return
    since = (lost.change.removed or "").removesuffix(".0")
    message = f"The setting `{node.attr}` is gone since {since}: {lost.why}"
    edits = (rename_attribute(file, node, lost.name),) if lost.name else ()
    yield Hit(node, message, edits, rows=(lost.row,), change=lost.change)


def _declares(definition: ast.ClassDef, name: str) -> bool:
    targets = (statement.target for statement in definition.body if isinstance(statement, ast.AnnAssign))
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)
