"""psycopg2 is required beside a framework that has moved on to psycopg 3.

orchestrator-core no longer brings `psycopg2-binary` since 5.0 and speaks to the database through psycopg 3,
which it requires itself. Keep psycopg2 only for code of your own that still imports it.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff requirements.txt
 orchestrator-core==4.8.2
-psycopg2-binary==2.9.11
-types-psycopg2
+psycopg[binary]>=3.3.3
```

```diff pyproject.toml
 [project]
-dependencies = ["orchestrator-core~=4.8.0", "psycopg2>=2.9", "structlog"]
+dependencies = ["orchestrator-core~=4.8.0", "psycopg[binary]>=3.3.3", "structlog"]

 [dependency-groups]
-dev = ["mypy", "types-psycopg2>=2.9"]
+dev = ["mypy"]
```

With psycopg 3 required already, the old one goes:

```diff setup.cfg
 [options]
 install_requires =
     orchestrator-core
     psycopg[binary]>=3.2
-    psycopg2-binary
```

Where the framework is not named, psycopg2 may well serve something else:

```text inventory/requirements.txt
django
psycopg2-binary==2.9.11
```

```text requirements.txt
orchestrator-core==5.5.0
psycopg[binary,pool]>=3.3.3
psycopg2cffi
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.project.manifests.model import Requirement
from concertmaster.rewrite import drop_requirement, replace_requirement
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-11b",),
    section="5.0#11",
    change=Change(works_from="5.0.0", deprecated="5.0.0"),
    safety=Safety.SUGGESTED,
)

NEW = "psycopg[binary]>=3.3.3"


@rule.dependency("psycopg2", "psycopg2-binary")
def driver(requirement: Requirement, file: ManifestFile) -> Iterator[Hit]:
    if requirement.locked or file.framework(requirement) is None:
        return
    if any(other.name == "psycopg" for other in file.requirements):
        edit = drop_requirement(file, requirement)
    else:
        marker = f" ; {requirement.marker}" if requirement.marker else ""
        edit = replace_requirement(file, requirement, NEW + marker)
    message = f"The framework uses psycopg 3 since 5.0: require `{NEW}`, and psycopg2 only for your own use"
    yield Hit(Span(*requirement.span), message, (edit,) if edit else ())


@rule.dependency("types-psycopg2")
def stubs(requirement: Requirement, file: ManifestFile) -> Iterator[Hit]:
    if requirement.locked or file.framework(requirement) is None:
        return
    edit = drop_requirement(file, requirement)
    message = "psycopg 3, which the framework uses since 5.0, has its types built in"
    yield Hit(Span(*requirement.span), message, (edit,) if edit else ())
