"""OpenID Connect is set up by the variable that was split in two.

`OIDC_CONF_WELL_KNOWN_URL` is not read since orchestrator-core 2.3. The base of the provider's URLs is
`OIDC_BASE_URL`, and `OIDC_CONF_URL` is where its configuration is served, written out in full.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/auth-backend-and-frontend/>

```diff .env
 OAUTH2_ACTIVE=True
-OIDC_CONF_WELL_KNOWN_URL=https://login.localhost/realms/network
+OIDC_BASE_URL=https://login.localhost/realms/network
+OIDC_CONF_URL=https://login.localhost/realms/network/.well-known/openid-configuration
```

```diff deploy/values.yaml
 env:
   - name: OAUTH2_ACTIVE
     value: "True"
-  - name: OIDC_CONF_WELL_KNOWN_URL
-    value: "https://login.localhost/"
+  - name: OIDC_BASE_URL
+    value: "https://login.localhost/"
+  - name: OIDC_CONF_URL
+    value: "https://login.localhost/.well-known/openid-configuration"
```

Where the value is not to be seen, it takes a person:

```yaml docker-compose.yml reported
services:
  orchestrator:
    environment:
      - OIDC_CONF_WELL_KNOWN_URL
```

```env .env
OIDC_CONF_URL=https://login.localhost/.well-known/openid-configuration
OIDC_BASE_URL=https://login.localhost
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Edit, Safety
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Setting
from concertmaster.rewrite import add_setting, rename_key
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("23-04",),
    section="2.3",
    change=Change(works_from="2.3.0", removed="2.3.0"),
    safety=Safety.SUGGESTED,
)

MESSAGE = (
    "`OIDC_CONF_WELL_KNOWN_URL` is not read since 2.3: set `OIDC_BASE_URL` and, in full, `OIDC_CONF_URL`"
)
PATH = "/.well-known/openid-configuration"


@rule.setting("OIDC_CONF_WELL_KNOWN_URL")
def url(setting: Setting, file: SettingsFile) -> Iterator[Hit]:
    yield Hit(Span(*setting.key_at), MESSAGE, _edits(setting, file))


def _edits(setting: Setting, file: SettingsFile) -> tuple[Edit, ...]:
    """The old value was the base; the framework added the path itself."""
    keys = {other.key for other in file.beside(setting)}
    if not setting.value or setting.value.endswith(PATH) or keys & {"OIDC_BASE_URL", "OIDC_CONF_URL"}:
        return ()
    renamed = rename_key(file, setting, "OIDC_BASE_URL")
    added = add_setting(file, setting, "OIDC_CONF_URL", setting.value.rstrip("/") + PATH)
    return (renamed, added) if renamed and added else ()
