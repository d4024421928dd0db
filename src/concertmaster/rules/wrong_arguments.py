"""A call does not fit the function's parameters in the release.

Parameters come, go and change places between releases, often without a word in the guides. Each call of the
framework is held against the signature that the release under judgement has: it fails where an argument is
not known, one too many or missing, and does something else where a position came to mean something else.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff
 from orchestrator.core.domain.base import SubscriptionModel

-line = SubscriptionModel.from_product_id(product_id, customer_id, status, "A line")
+line = SubscriptionModel.from_product_id(product_id, customer_id, status, description="A line")
```

Calls that fit, and calls whose arguments are unpacked, are left alone:

```python
from orchestrator.core.domain.base import SubscriptionModel
from orchestrator.core.workflow import step

first = step("First", **options)
second = step(*names)
line = SubscriptionModel.from_product_id(product_id, customer_id, status)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.calls import Misfit, misfit, shifted
from concertmaster.project.framework import Framework, framework
from concertmaster.project.names import is_framework
from concertmaster.project.python import PythonFile
from concertmaster.project.reexports import origin
from concertmaster.project.shims import in_shim
from concertmaster.rewrite import change_arguments
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("54-04", "21-10", "23-06", "48-05"),
    change=Change(works_from="5.4.0", removed="5.4.0"),
    safety=Safety.SUGGESTED,
    priority=60,
    fallback=True,
    follows=True,
)
#: The rows of functions that the catalogue speaks of, by their last name; guides say nothing of most.
ROWS = {
    "from_product_id": ("54-04",),
    "generic_column_sort": ("21-10",),
    "create_graphql_router": ("23-06",),
    "OrchestratorContext": ("23-06",),
    "generate_engine_global_status": ("48-05",),
}


@rule.on_imported(ast.Call)
def call(file: PythonFile, node: ast.Call) -> Iterator[Hit]:
    known, name = framework(file), origin(file, node.func)
    if known is None or name is None or not is_framework(name):
        return
    after, before = known.signature(name), known.signature_before(name)
    if after is None or before is None or in_shim(file, node):
        return
    if wrong := misfit(node, after):
        since = _since(known, name, node)
        if since is not None or (known.installed == known.judged and not known.stands_in):
            change = Change(works_from=since or known.judged, removed=since or known.judged)
            told = f"since {since}" if since else f"in {known.judged}"
            yield Hit(node, f"`{_short(name)}` {_told(wrong)} {told}", rows=_rows(name), change=change)
    elif moved := shifted(node, before, after):
        yield _named(file, node, name, moved, known, known.signature_change(name))


def _since(known: Framework, name: str, node: ast.Call) -> str | None:
    """The release in which a call went wrong; None where it was never right, or not in the installed one."""
    since = None
    if known.installed != known.judged and misfit(node, known.signature_before(name) or ()):
        return None
    for number, parameters in known.signatures(name):
        if not misfit(node, parameters):
            return since
        since = number
    return None


def _told(wrong: Misfit) -> str:
    """What is wrong, in the order in which Python would complain."""
    parts = [f"takes no argument `{keyword.arg}`" for keyword in wrong.unknown]
    if wrong.surplus:
        parts.append(
            f"is given {len(wrong.surplus)} positional argument{'s' * (len(wrong.surplus) > 1)} too many"
        )
    if wrong.missing:
        parts.append(f"also wants {', '.join(f'`{each}`' for each in wrong.missing)}")
    return " and ".join(parts)


def _short(name: str) -> str:
    return ".".join(name.split(".")[-2:]) if name.split(".")[-2][:1].isupper() else name.rpartition(".")[2]


def _named(
    file: PythonFile, node: ast.Call, name: str, moved: dict[ast.expr, str], known: Framework, since: str
) -> Hit:
    """Positions that mean something else now: name the arguments as they were meant."""
    names = {node.args.index(argument): parameter for argument, parameter in moved.items()}
    taken = {parameter.name for parameter in known.signature(name) or ()}
    edit = change_arguments(file, node, names=names) if set(names.values()) <= taken else None
    told = ", ".join(f"`{parameter}`" for parameter in names.values())
    message = f"Positions mean something else to `{_short(name)}` since {since}: give {told} by name"
    crossing = Change(works_from=known.installed, removed=since, crossing=True)
    return Hit(node, message, (edit,) if edit else (), rows=_rows(name), change=crossing)


def _rows(name: str) -> tuple[str, ...]:
    return ROWS.get(name.rpartition(".")[2], ())
