"""The application is told to instrument itself.

`instrument_app` has done nothing since orchestrator-core 1.2.0, and went in 2.1.0: tracing comes with `add_sentry`.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/app/app/>

```diff
 from orchestrator import OrchestratorCore, app_settings

 app = OrchestratorCore(base_settings=app_settings)
-app.instrument_app()
 app.register_sentry()
```

Applications of others are left alone:

```python
from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

app = FastAPI()
app.instrument_app()
FastAPIInstrumentor.instrument_app(app)
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from concertmaster.project.instances import APP, instance_of
from concertmaster.project.python import PythonFile
from concertmaster.rewrite import drop_statement
from concertmaster.rule import Hit, Rule
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("21-11",),
    change=Change(works_from="1.0.0", deprecated="1.2.0", removed="2.1.0"),
    triggers=(b"instrument_app",),
)


@rule.on(ast.Call)
def call(file: PythonFile, node: ast.Call) -> Iterator[Hit]:
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "instrument_app":
        return
    if instance_of(file, node.func.value, APP) is not None:
        up = file.parent(node)
        edits = (drop_statement(file, up),) if isinstance(up, ast.Expr) else ()
        yield Hit(node, "`instrument_app` does nothing since 1.2.0 and went in 2.1.0", edits)
