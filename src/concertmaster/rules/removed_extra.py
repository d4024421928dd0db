"""An extra of orchestrator-core is asked for that it no longer has.

`search` and `agent` are gone since 5.0: searching is part of the framework itself, and the agent is a
service of its own, `orchestrator-agent`. `dev`, `doc` and `test`, which held the tools of its own developers,
are gone since 4.2. Installers only warn about an unknown extra, so what it brought is silently missing.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff requirements.txt
-orchestrator-core[search]==4.8.2
+orchestrator-core==4.8.2
```

Other extras stay, in whatever format the requirement is written:

```diff pyproject.toml
 [project]
 dependencies = [
-    "orchestrator-core[celery, search, agent]~=4.8.0",  # keep in step with the image
+    "orchestrator-core[celery]~=4.8.0",  # keep in step with the image
 ]
```

```diff pyproject.toml
 [tool.poetry.dependencies]
-orchestrator-core = { version = "^4.8", extras = ["celery", "test"] }
+orchestrator-core = { version = "^4.8", extras = ["celery"] }
```

```diff Dockerfile
-RUN pip install --no-cache-dir "orchestrator-core[agent,celery]==4.8.2"
+RUN pip install --no-cache-dir "orchestrator-core[celery]==4.8.2"
```

Extras that exist, and extras of that name of other distributions, are left alone:

```text requirements.txt
orchestrator-core[celery,mcp]==5.5.0
haystack[search]==1.0
pydantic-ai-slim[agent]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.utils import canonicalize_name

from concertmaster.findings import Safety
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.project.manifests.model import Requirement
from concertmaster.rewrite import drop_extras
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-08c",),
    section="5.0#8",
    change=Change(works_from="5.0.0", deprecated="5.0.0"),
)

_DEVELOPMENT = Change(works_from="4.2.0", deprecated="4.2.0")
REMOVED = {
    "search": (rule.change, "searching is part of the framework itself"),
    "agent": (rule.change, "the agent is a service of its own, `orchestrator-agent`"),
    "dev": (_DEVELOPMENT, "list the tools that you need yourself"),
    "doc": (_DEVELOPMENT, "list the tools that you need yourself"),
    "test": (_DEVELOPMENT, "list what your tests need yourself"),
}


@rule.dependency("orchestrator-core")
def extras(requirement: Requirement, file: ManifestFile) -> Iterator[Hit]:
    if requirement.locked:
        return
    gone = [name for name in requirement.extras if canonicalize_name(name) in REMOVED]
    concerned = [name for name in gone if file.window.severity(REMOVED[canonicalize_name(name)][0])]
    for name in concerned:
        change, instead = REMOVED[canonicalize_name(name)]
        message = f"The extra `{name}` is gone since {change.since.removesuffix('.0')}: {instead}"
        edit = drop_extras(file, requirement, concerned)
        safety = None if name == "search" else Safety.SUGGESTED
        yield Hit(Span(*requirement.span), message, (edit,) if edit else (), safety=safety, change=change)
