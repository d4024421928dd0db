"""A fresh installation of an older release brings a library that it cannot work with.

Releases before 5.0 set no upper bound on some libraries that have changed since: with today's newest
strawberry-graphql, graphql-core or oauth2-lib they fail at import or when GraphQL is registered. Bound these
libraries on the way through such a release, or go to 5.0 in one step. A lock that holds older ones is fine.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff requirements.txt
 orchestrator-core==4.8.2  # pinned
+graphql-core<3.3
+oauth2-lib<3
 structlog
```

```diff pyproject.toml
 [project]
 dependencies = [
     "orchestrator-core~=4.8.0",
+    "graphql-core<3.3",
     "oauth2-lib>=2.6,<3",
 ]
```

```diff pyproject.toml
 [tool.poetry.dependencies]
 orchestrator-core = { version = "^4.8", extras = ["celery"] }
+graphql-core = "<3.3"
+oauth2-lib = "<3"
```

With bounds of its own, or with constraints from another file, a project is left alone:

```text requirements.txt row=44-06,CP-08
orchestrator-core==4.8.2
graphql-core==3.2.6
oauth2-lib~=2.6
```

```text requirements.in
-c constraints.txt
orchestrator-core==4.8.2
```
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import SpecifierSet

from concertmaster.findings import Safety
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.project.manifests.model import Requirement, Style
from concertmaster.project.manifests.ranges import disjoint
from concertmaster.rewrite import add_requirements
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change, Mode, release

rule = Rule(
    __name__,
    rows=("44-06", "CP-08"),
    change=Change(works_from="2.0.0", deprecated="2.0.0", until="4.8.2"),
    safety=Safety.SUGGESTED,
)

#: Library, the first version that breaks, and the releases that it breaks, tried with fresh installations.
BREAKING = (
    ("graphql-core", "3.2.7", "2.0.0", "4.6.2"),
    ("strawberry-graphql", "0.285", "2.9.0", "4.6.2"),
    ("graphql-core", "3.3", "4.6.3", "4.8.2"),
    ("oauth2-lib", "3", "4.5.0", "4.8.2"),
)


@rule.dependency("orchestrator-core")
def companions(requirement: Requirement, file: ManifestFile) -> Iterator[Hit]:
    if not _resolves_freely(requirement, file):
        return
    wanted = {
        name: f"<{breaking}" for name, breaking in _breaking(file) if not _is_bounded(file, name, breaking)
    }
    if not wanted:
        return
    told = ", ".join(f"`{name}{bound}`" for name, bound in wanted.items())
    message = (
        f"A fresh installation of orchestrator-core {file.window.judged} brings libraries that it does not "
        f"work with: require {told}"
    )
    named = any(item.name in wanted for item in file.requirements)
    edit = None if named else add_requirements(file, requirement, wanted)
    rows = ("CP-08",) if set(wanted) == {"oauth2-lib"} else ("44-06",)
    yield Hit(Span(*requirement.span), message, (edit,) if edit else (), rows=rows)


def _breaking(file: ManifestFile) -> Iterator[tuple[str, str]]:
    """Libraries that the release under judgement does not work with, from which version on."""
    judged = release(file.window.judged)
    for name, breaking, first, last in BREAKING:
        if release(first) <= judged <= release(last):
            yield name, breaking


def _resolves_freely(requirement: Requirement, file: ManifestFile) -> bool:
    """Whether nothing else decides on versions: other files, or, as things are today, a lock."""
    if (
        requirement.locked
        or requirement.hashed
        or requirement.isolated
        or requirement.problem
        or file.includes
    ):
        return False
    has_lock = file.path.endswith(("pyproject.toml", "Pipfile"))
    return not (has_lock and file.window.mode is Mode.REVIEW) and requirement.style is not Style.CONDA


def _is_bounded(file: ManifestFile, name: str, breaking: str) -> bool:
    newer = SpecifierSet(f">={breaking}")
    return any(item.name == name and disjoint(item.versions, newer) for item in file.requirements)
