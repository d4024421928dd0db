"""A requirement leaves out every version that orchestrator-core itself can be installed with.

The framework names exact or compatible versions of what it builds on. A project that pins the same
distribution differently cannot be installed: the resolver stops. It is best not to pin these at all.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff pyproject.toml
 [project]
 dependencies = [
     "orchestrator-core~=5.5",
-    "pydantic-forms~=1.4",
-    "fastapi>=0.115,<0.116",
-    "redis[hiredis]==7.4.0",  # the cache
+    "pydantic-forms>=2.4.0",
+    "fastapi~=0.143.0",
+    "redis[hiredis]==8.1.0",  # the cache
     "celery>=5.5",
     "httpx",
 ]
```

```diff pyproject.toml
 [tool.poetry.dependencies]
 orchestrator-core = "^5.5"
-pydantic = { version = "^1.10", extras = ["email"] }
-strawberry-graphql = "<0.311"
+pydantic = { version = "~=2.13.0", extras = ["email"] }
+strawberry-graphql = ">=0.311.3"
```

```diff requirements.txt
 orchestrator-core==5.5.0
-SQLAlchemy==2.0.41 ; python_version >= "3.11"
+SQLAlchemy==2.0.54 ; python_version >= "3.11"
```

Where the framework is not installed beside it, nothing can clash:

```toml pyproject.toml
[project]
dependencies = ["orchestrator-core~=5.5", "pydantic>=2,<3", "redis!=7.0.0", "deepmerge", "requests<1"]

[build-system]
requires = ["jinja2<3"]

[tool.hatch.envs.docs]
dependencies = ["jinja2<3"]
```

```text docs/requirements.txt
jinja2<3
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.project.manifests.model import Requirement
from concertmaster.project.pins import conflicts_since, demanded, names
from concertmaster.rewrite import replace_version
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change, release

rule = Rule(
    __name__,
    rows=("50-27", "20-20", "21-13", "47-04", "50-04c", "51-09", "54-09", "56-01", "CP-10"),
    section="5.0#4",
    change=Change(works_from="2.0.0", removed="2.0.0"),
)

#: The catalogue's row for a distribution, from the release on in which its range moved.
ROWS = {
    "pydantic-forms": (("5.0.0", "50-04c"),),
    "redis": (("5.1.0", "51-09"), ("4.7.0", "47-04"), ("2.1.2", "21-13")),
    "celery": (("4.7.0", "47-04"),),
    "deepmerge": (("5.4.0", "54-09"),),
    "strawberry-graphql": (("5.0.0", "CP-10"),),
    "sqlalchemy": (("5.6.0a2", "56-01"),),
}
#: Clients that projects also use for themselves: a new major version may concern their own code.
USED_BY_PROJECTS = frozenset(("redis", "deepmerge", "oauth2-lib", "sqlalchemy", "pydantic", "celery"))


@rule.dependency(*sorted(names()))
def pins(requirement: Requirement, file: ManifestFile) -> Iterator[Hit]:
    if requirement.locked or requirement.problem or requirement.source:
        return
    framework, judged = file.framework(requirement), file.window.judged
    if framework is None:
        return
    since = conflicts_since(requirement.name, requirement.versions, judged, framework.extras)
    if since is None:
        return
    wanted = demanded(requirement.name, judged, framework.extras) or ""
    message = (
        f"`{requirement.text.strip()}` cannot be installed with orchestrator-core {judged}, "
        f"which asks for `{requirement.name}{wanted}`"
    )
    edit = replace_version(file, requirement, wanted)
    yield Hit(
        Span(*requirement.span),
        message,
        (edit,) if edit else (),
        safety=_safety(requirement),
        rows=_rows(requirement.name, since, judged),
        change=Change(works_from=since, removed=since),
    )


def _safety(requirement: Requirement) -> Safety:
    uncertain = requirement.isolated or requirement.name in USED_BY_PROJECTS
    return Safety.SUGGESTED if uncertain else Safety.SAFE


def _rows(name: str, since: str, judged: str) -> tuple[str, ...]:
    for number, row in ROWS.get(name, ()):
        if release(since) >= release(number):
            return (row,)
    stepped_over = release(since) >= release("2.1.0") and release(judged) >= release("5.0.0")
    return ("50-27",) if stepped_over else ("20-20",)
