"""Authorization is on, but where its policies are asked for is not said.

`OPA_URL` pointed to a policy agent on this host before orchestrator-core 2.3 and is empty since, so every request is
refused or fails where `OAUTH2_ACTIVE` is on. Set it, or switch authorization off by `OAUTH2_AUTHORIZATION_ACTIVE`.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/auth-backend-and-frontend/>

```env .env reported
DATABASE_URI=postgresql://nwa:nwa@localhost/orchestrator-core
CACHE_URI=redis://localhost:6379/0
OAUTH2_ACTIVE=True
```

Where it is set, or authorization is off, nothing changes:

```env .env
SERVE_GRAPHQL_UI=False
OAUTH2_ACTIVE=True
OPA_URL=http://opa:8181/v1/data/orchestrator/allow
```

```env .env
OAUTH2_ACTIVE=True
OAUTH2_AUTHORIZATION_ACTIVE=False
```

```env .env
SERVE_GRAPHQL_UI=False
OAUTH2_ACTIVE=False
```

```env ui/.env
ORCHESTRATOR_API_HOST=http://localhost:8080
OAUTH2_ACTIVE=True
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Setting
from concertmaster.rule import Hit, Rule, Span
from concertmaster.rules._truth import is_true
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("23-05",),
    section="2.3",
    change=Change(works_from="1.0.0", deprecated="2.3.0", crossing=True),
    safety=Safety.MANUAL,
)

MESSAGE = "`OPA_URL` is empty by default since 2.3: set it, or `OAUTH2_AUTHORIZATION_ACTIVE=False`"


@rule.setting("OAUTH2_ACTIVE")
def active(setting: Setting, file: SettingsFile) -> Iterator[Hit]:
    switched = b"OPA_URL" in file.source or b"OAUTH2_AUTHORIZATION_ACTIVE" in file.source
    ours = file.trust(setting, Safety.MANUAL) is not None
    if is_true(setting.value) and ours and not switched:
        yield Hit(Span(*setting.key_at), MESSAGE)
