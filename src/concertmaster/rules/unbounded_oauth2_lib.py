"""A requirement on oauth2-lib lets version 3 in, which works with another HTTP client.

orchestrator-core accepts oauth2-lib 3 since 5.3. That version is built on httpx2 instead of httpx, so an
`OIDCAuth` of your own is given a client of another type in `userinfo`, and raises other exceptions. Stay
below 3 until your authentication code is ready for it.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/auth-backend-and-frontend>

```diff requirements.txt
 orchestrator-core==5.5.0
-oauth2-lib>=2.6.1
+oauth2-lib>=2.6.1,<3
```

```diff pyproject.toml
 [project]
 dependencies = [
     "orchestrator-core~=5.5",
-    "oauth2-lib >= 2.6.1, < 4",  # authentication
+    "oauth2-lib >= 2.6.1, <3",  # authentication
 ]
```

A project that has decided, for either version, is left alone:

```text requirements.txt row=53-03,CP-08
orchestrator-core==5.5.0
oauth2-lib~=2.6
```

```text requirements.txt
orchestrator-core==5.5.0
oauth2-lib>=3.1
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.specifiers import SpecifierSet

from concertmaster.findings import Safety
from concertmaster.project.manifests.file import ManifestFile
from concertmaster.project.manifests.model import Requirement
from concertmaster.project.manifests.ranges import disjoint
from concertmaster.rewrite import replace_version
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("53-03", "CP-08"),
    change=Change(works_from="2.3.0", deprecated="5.3.0", crossing=True),
    safety=Safety.SUGGESTED,
)

_UPPER = re.compile(r"[ ]*,?[ ]*<=?[ ]*[\w.]+")
_BEFORE, _AFTER = SpecifierSet("<3"), SpecifierSet(">=3")


@rule.dependency("oauth2-lib")
def unbounded(requirement: Requirement, file: ManifestFile) -> Iterator[Hit]:
    if requirement.locked or file.framework(requirement) is None:
        return
    if disjoint(requirement.versions, _AFTER) or disjoint(requirement.versions, _BEFORE):
        return
    lower = _UPPER.sub("", requirement.written)
    gap = " " if re.search(r", ", requirement.written) else ""
    edit = replace_version(file, requirement, f"{lower},{gap}<3" if lower else "<3")
    message = "oauth2-lib 3 may be installed since 5.3 and works with httpx2: stay with `<3` until your own OIDCAuth does too"
    yield Hit(Span(*requirement.span), message, (edit,) if edit else ())
