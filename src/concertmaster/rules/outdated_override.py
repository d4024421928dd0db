"""A method overrides one of the framework whose parameters have changed.

The framework calls it with the parameters of its own release. An override that does not take a new one
fails at that call, or is passed over by callers who use it.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.4/>

```python reported
from orchestrator.core.domain.base import SubscriptionModel


class Line(SubscriptionModel):
    @classmethod
    def from_product_id(cls, product_id, customer_id, status=None, description=None):
        return super().from_product_id(product_id, customer_id)
```

Overrides that take what the release passes, or anything, and methods of the project's own are left alone:

```python
from orchestrator.core.domain.base import SubscriptionModel


class Line(SubscriptionModel):
    @classmethod
    def from_product_id(cls, product_id, customer_id, **options):
        return super().from_product_id(product_id, customer_id, **options)

    def describe(self, text):
        return text


class Plain:
    def from_product_id(self, product_id):
        return product_id
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.index.model import Parameter, ParameterKind
from concertmaster.project.framework import Framework, framework
from concertmaster.project.names import is_framework
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("54-04",),
    change=Change(works_from="5.4.0", removed="5.4.0"),
    safety=Safety.MANUAL,
    triggers=(b"orchestrator", b"from_product_id"),
    priority=60,
    fallback=True,
)
_VARIADIC = (ParameterKind.VAR_KEYWORD, ParameterKind.VAR_POSITIONAL)


@rule.on(ast.ClassDef)
def overrides(file: PythonFile, node: ast.ClassDef) -> Iterator[Hit]:
    known = framework(file)
    bases = [name for base in node.bases for name in _ancestors(file, base)]
    if known is None or not bases:
        return
    for method in node.body:
        if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and not method.name.startswith("__"):
            yield from _judge(known, method, bases)


def _ancestors(file: PythonFile, base: ast.expr) -> Iterator[str]:
    """The framework's classes that a base is or derives from, through the project's own modules and this one."""
    dotted = file.dotted(base)
    if dotted is None and isinstance(base, ast.Name) and _is_class_of(file, base):
        dotted = f".:{base.id}"
    if dotted is None:
        return
    names = {file.canonical(dotted)}
    if file.around.definitions is not None:
        names |= file.around.definitions.ancestors(dotted, file.path)
    yield from sorted(name for name in names if is_framework(name))


def _is_class_of(file: PythonFile, base: ast.Name) -> bool:
    """Whether a name is a class of this module, and never anything else."""
    bound = file.module_scope.others.get(base.id, [])
    return (
        file.scope(base).find(base.id) is file.module_scope
        and len(bound) == 1
        and isinstance(bound[0], ast.ClassDef)
    )


def _judge(
    known: Framework, method: ast.FunctionDef | ast.AsyncFunctionDef, bases: list[str]
) -> Iterator[Hit]:
    for base in bases:
        name = f"{base}.{method.name}"
        before, after = known.signature_before(name), known.signature(name)
        if before is None or after is None or before == after:
            continue
        fresh = [parameter for parameter in after if _is_new(parameter, before)]
        lacking = [parameter.name for parameter in fresh if not _takes(method.args, parameter)]
        if lacking:
            since = known.signature_change(name)
            told = ", ".join(f"`{parameter}`" for parameter in lacking)
            message = (
                f"`{base.rpartition('.')[2]}.{method.name}` takes {told} since {since}: take and pass it on"
            )
            rows = rule.rows if method.name == "from_product_id" else ()
            change = Change(works_from=since, removed=since, crossing=True)
            yield Hit(method, message, rows=rows, change=change)
            return


def _is_new(parameter: Parameter, before: tuple[Parameter, ...]) -> bool:
    return parameter.kind not in _VARIADIC and parameter.name not in {one.name for one in before}


def _takes(arguments: ast.arguments, parameter: Parameter) -> bool:
    names = {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    return parameter.name in names or arguments.kwarg is not None
