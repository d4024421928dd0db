"""The project allows a version of Python on which orchestrator-core cannot be installed.

Python 3.11 is the least since 2.1. With an older one in `requires-python`, uv and Poetry find no solution;
on an image or a runner of an older version the framework cannot be installed.

Guide: <https://pypi.org/project/orchestrator-core/>

```diff pyproject.toml
 [project]
-requires-python = ">=3.9,<3.12"
+requires-python = ">=3.11,<3.12"
 dependencies = ["orchestrator-core~=2.1"]

 [tool.ruff]
-target-version = "py39"
+target-version = "py311"

 [tool.mypy]
-python_version = "3.10"
+python_version = "3.11"
```

```diff pyproject.toml
 [tool.poetry.dependencies]
-python = "^3.9"  # as on the servers
+python = "^3.11"  # as on the servers
 orchestrator-core = "^5.0"
```

```diff setup.cfg
 [options]
-python_requires = >=3.9
+python_requires = >=3.11
 install_requires =
     orchestrator-core
```

```diff Dockerfile
-FROM python:3.9-slim AS build
+FROM python:3.11-slim AS build
 RUN pip install -r requirements.txt
```

```diff .github/workflows/test.yml
 jobs:
   test:
     steps:
       - uses: actions/setup-python@v5
         with:
-          python-version: "3.9"
+          python-version: "3.11"
```

A matrix is for a person to thin out:

```yaml .github/workflows/matrix.yml reported
jobs:
  test:
    strategy:
      matrix:
        python-version: ["3.10", "3.11", "3.12"]
```

Newer versions, other packages and files that say nothing of the framework are left alone:

```toml pyproject.toml
[project]
requires-python = ">=3.11"
dependencies = ["orchestrator-core~=5.5"]

[tool.ruff]
target-version = "py312"
```

```toml client/pyproject.toml
[project]
requires-python = ">=3.9"
dependencies = ["httpx"]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from concertmaster.findings import Edit, Safety
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.project.manifests.jobs import leaves_project_alone
from concertmaster.project.manifests.model import Requirement, Style
from concertmaster.project.manifests.raising import lower_bound, raise_pin
from concertmaster.project.pins import demanded
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("21-01",),
    change=Change(works_from="1.2.0", removed="2.1.0"),
)

FLOOR = "3.11"
_TOOLS = Change(works_from="1.2.0", deprecated="2.1.0")
_PLACES = ("Dockerfile", ".python-version", ".tool-versions", "runtime.txt")


@rule.dependency("python")
def python(requirement: Requirement, file: ManifestFile) -> Iterator[Hit]:
    floor = lower_bound(requirement)
    if (
        requirement.problem
        or (floor is not None and floor >= Version(FLOOR))
        or not _concerns(file, requirement)
    ):
        return
    text = requirement.text.strip()
    message = f"Python {text} is not enough since 2.1: orchestrator-core needs {demanded('python', '5.5.0')}"
    edit = _edit(requirement)
    is_tool = requirement.group == "env:tools"
    safe = requirement.style is not Style.PYTHON or is_tool
    yield Hit(
        Span(*requirement.span),
        message,
        (edit,) if edit else (),
        safety=Safety.SAFE if safe else Safety.SUGGESTED,
        change=_TOOLS if is_tool else None,
    )


def _concerns(file: ManifestFile, requirement: Requirement) -> bool:
    """A manifest that names the framework, or a file that stands for the whole project."""
    if any(other.name == "orchestrator-core" for other in file.requirements):
        return True
    if requirement.style is not Style.PYTHON or not file.path.startswith(
        (".github/workflows/", ".gitlab-ci")
    ):
        return file.path in _PLACES
    return not leaves_project_alone(file.path, file.source, requirement.span[0])


def _edit(requirement: Requirement) -> Edit | None:
    """The same, from 3.11 on; None where a tool needs a patch number, or one of several would be doubled."""
    if requirement.style is not Style.PYTHON:
        return raise_pin(requirement, FLOOR)
    written = requirement.written
    if requirement.group == "env:matrix" or (written.count(".") > 1 and requirement.group != "image"):
        return None
    new = FLOOR.replace(".", "") if written.startswith("py") else FLOOR
    start = requirement.span[0]
    old = written.removeprefix("py")
    start += len(written) - len(old)
    return Edit(start, start + len(old), new.encode())
