"""A step of a task reports inconsistent data by a failing assertion.

A task whose step raises an `AssertionError` has failed since orchestrator-core 5.4, like with any other error. It
has the status `inconsistent_data` where the step raises `InconsistentDataError`, which meant a failure before.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.4/>

```diff
+from orchestrator.core.utils.errors import InconsistentDataError
 from orchestrator.core.workflow import StepList, begin, step
 from orchestrator.core.workflows.utils import validate_workflow


 @step("Check node")
 def check_node(subscription):
-    assert subscription.name == lookup(subscription), "The name differs"
+    if not (subscription.name == lookup(subscription)):
+        raise InconsistentDataError("The name differs")


 @validate_workflow()
 def validate_node() -> StepList:
     return begin >> check_node
```

Assertions for the type checker, and steps that no task of the file has, are left alone:

```python
from orchestrator.core.workflow import StepList, begin, step
from orchestrator.core.workflows.utils import create_workflow, validate_workflow


@step("Check node")
def check_node(subscription):
    assert subscription is not None
    assert isinstance(subscription.name, str)


@step("Configure node")
def configure_node(subscription):
    assert subscription.name == "node", "The name differs"


@validate_workflow()
def validate_node() -> StepList:
    return begin >> check_node


@create_workflow()
def create_node() -> StepList:
    return begin >> configure_node
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import replace
from concertmaster.rewrite.moves import spelled
from concertmaster.rewrite.needed import Needed, needed
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("54-01",),
    section="5.4#1",
    change=Change(works_from="5.4.0", deprecated="5.4.0", crossing=True),
    one_change=True,
    safety=Safety.SUGGESTED,
    triggers=(b"assert", b"AssertionError"),
    context=(b"orchestrator",),
)

_STEPS = frozenset(f"orchestrator.core.workflow.{name}" for name in ("step", "retrystep"))
_TASKS = frozenset(f"orchestrator.core.workflows.utils.{name}" for name in ("validate_workflow", "task"))
_TARGETS = frozenset(f"orchestrator.core.targets.Target.{name}" for name in ("SYSTEM", "VALIDATE"))
_ERRORS = "orchestrator.core.utils.errors"
MESSAGE = "A task whose assertion fails has failed since 5.4: raise `InconsistentDataError` where data are inconsistent"


@rule.file
def steps_of_tasks(file: PythonFile) -> Iterator[Hit]:
    used = {name.id for task in file.nodes(ast.FunctionDef) if _is_task(file, task) for name in _names(task)}
    for function in file.nodes(ast.FunctionDef):
        if function.name in used and _has(file, function, _STEPS):
            yield from _assertions(file, function)


def _names(function: ast.FunctionDef) -> Iterator[ast.Name]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Name))


def _has(file: PythonFile, function: ast.FunctionDef, decorators: frozenset[str]) -> bool:
    made = (one.func if isinstance(one, ast.Call) else one for one in function.decorator_list)
    return any(file.qualified(one) in decorators for one in made)


def _is_task(file: PythonFile, function: ast.FunctionDef) -> bool:
    if _has(file, function, _TASKS):
        return True
    plain = [one for one in function.decorator_list if isinstance(one, ast.Call)]
    values = [value for call in plain for value in (*call.args, *(word.value for word in call.keywords))]
    return _has(file, function, frozenset(("orchestrator.core.workflow.workflow",))) and any(
        file.qualified(value) in _TARGETS for value in values
    )


def _assertions(file: PythonFile, function: ast.FunctionDef) -> Iterator[Hit]:
    error = needed(file, function, spelled(file, _ERRORS), "InconsistentDataError", also=(_ERRORS,))
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and not _narrows(node):
            yield _hit(file, node, error, _raised(file, node, error.text) if error else None)
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = node.exc.func
            if isinstance(name, ast.Name) and name.id == "AssertionError" and len(node.exc.args) == 1:
                yield _hit(
                    file, node, error, f"raise {error.text}({file.text(node.exc.args[0])})" if error else None
                )


def _hit(file: PythonFile, node: ast.stmt, error: Needed | None, text: str | None) -> Hit:
    plain = text is not None and b"#" not in file.source[slice(*file.span(node))]
    edits = (replace(file, node, text),) if text is not None and plain else ()
    return Hit(node, MESSAGE, edits, error.imports if error else ())


def _raised(file: PythonFile, node: ast.Assert, error: str) -> str | None:
    """The assertion as a condition; None for one that shares its line."""
    start = file.span(node)[0]
    indent = file.source[file.line_span(node.lineno)[0] : start].decode(file.encoding)
    if indent.strip():
        return None
    told = file.text(node.msg) if node.msg is not None else _quoted(file.text(node.test))
    step = "\t" if "\t" in indent else "    "
    return f"if {_negated(file, node.test)}:\n{indent}{step}raise {error}({told})"


def _quoted(text: str) -> str:
    return repr(text) if any(sign in text for sign in '"\\\n') else f'"{text}"'


def _negated(file: PythonFile, test: ast.expr) -> str:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return file.text(test.operand)
    text = file.text(test)
    simple = isinstance(test, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
    return f"not {text}" if simple else f"not ({text})"


def _narrows(node: ast.Assert) -> bool:
    """An assertion that tells a type checker what cannot be otherwise."""
    test = node.test
    if isinstance(test, ast.Compare):
        return any(isinstance(operator, (ast.Is, ast.IsNot)) for operator in test.ops)
    if isinstance(test, ast.Call):
        return isinstance(test.func, ast.Name) and test.func.id in ("isinstance", "issubclass")
    return node.msg is None and isinstance(test, (ast.Name, ast.Attribute))
