"""A setting is read or set that the framework's settings no longer have, or have with another type.

Settings come, go and change their type between releases, and the environment takes any name. Each attribute
of the framework's settings is looked up in the release under judgement: reading one that is gone raises an
`AttributeError`, setting it does nothing.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```python reported
from orchestrator.core.settings import app_settings

if app_settings.FEDERATION_ENABLED:
    print(app_settings.SERVE_GRAPHQL_UI)
```

Settings that are there, methods, and settings of the project's own are left alone:

```python
from network.settings import settings
from orchestrator.core.settings import app_settings

print(app_settings.ENVIRONMENT, app_settings.model_dump(), settings.FEDERATION_ENABLED)
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.index.settings import SettingsField
from concertmaster.project.framework import Framework, framework
from concertmaster.project.instances import SETTINGS, instance_of
from concertmaster.project.python import PythonFile
from concertmaster.project.reexports import origin
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-07b",),
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.MANUAL,
    triggers=(b"app_settings", b"AppSettings"),
    priority=60,
    fallback=True,
    follows=True,
)


@rule.on(ast.Attribute)
def setting(file: PythonFile, node: ast.Attribute) -> Iterator[Hit]:
    known = framework(file)
    if known is None or not node.attr.isupper():
        return
    before, after = known.setting_before(node.attr), known.setting(node.attr)
    if after is not None and (before is None or _plain(before) == _plain(after)):
        return
    if after is not None and "Secret" in after.type:
        return  # what is done with secrets has rules of its own
    proof = instance_of(file, node.value, SETTINGS)
    if (proof is None or proof.own) and origin(file, node.value) not in SETTINGS.objects:
        return
    if after is not None and before is not None:
        yield _changed(known, node, before, after)
    elif after is None and known.ever_had_setting(node.attr):
        yield _gone(known, node)


def _gone(known: Framework, node: ast.Attribute) -> Hit:
    since = known.setting_change(node.attr)
    message = f"The framework has no setting `{node.attr}` since {since}"
    return Hit(node, message, rows=(), change=Change(works_from=since, removed=since))


def _changed(known: Framework, node: ast.Attribute, before: SettingsField, after: SettingsField) -> Hit:
    since = known.setting_change(node.attr)
    message = (
        f"`{node.attr}` is `{after.type}` since {since}, not `{before.type}`: check what is done with it"
    )
    rows = rule.rows if node.attr == "SERVE_GRAPHQL_UI" else ()
    crossing = Change(works_from=since, deprecated=since, crossing=True)
    return Hit(node, message, rows=rows, change=crossing)


def _plain(field: SettingsField) -> str:
    """A type without the differences that are only spelling."""
    text = re.sub(r"\b(?:typing|pydantic|collections\.abc)\.", "", field.type).replace(" ", "")
    text = re.sub(r"Optional\[(.*)\]\Z", r"\1|None", text)
    return "|".join(sorted(text.split("|"))).lower()
