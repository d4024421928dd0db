'''The project has a regular package of the framework's name.

`orchestrator` is a namespace since 5.0, shared by distributions. A package of that name with an
`__init__.py`, or a module, hides the namespace wherever it comes first on the path: `orchestrator.core`
cannot be imported then.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```python orchestrator/__init__.py reported
"""Our own network orchestrator."""
```

Packages that only contain the name, and a part of the namespace without an `__init__.py`, are left alone:

```python network_orchestrator/__init__.py row=50-01g,G-04
"""Our own network orchestrator."""
```
'''

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.python import PythonFile
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-01g", "G-04"),
    section="5.0#1",
    change=Change(works_from="5.0.0", removed="5.0.0"),
    safety=Safety.MANUAL,
    triggers=(),
    paths=("orchestrator/__init__.py", "orchestrator.py"),
)
MESSAGE = "This hides the namespace that the framework lives in since 5.0: rename the package"


@rule.file
def package(file: PythonFile) -> Iterator[Hit]:
    name = file.path.removesuffix("/__init__.py").rpartition("/")[2].removesuffix(".py")
    if file.around.regular and name == "orchestrator":
        yield Hit(Span(0, 0), MESSAGE)
