"""A variable is set that only a later release of the framework reads.

Settings come with the releases that need them. The environment may hold more than a release knows, and nothing
tells that a variable is passed over, so what it is set for does not hold.

Guide: <https://workfloworchestrator.org/orchestrator-core/reference-docs/app/settings-overview/>

```env .env reported
DATABASE_URI=postgresql://nwa:nwa@localhost/orchestrator-core
CACHE_URI=redis://localhost:6379/0
EMBEDDING_API_ENABLED=True
```

What the release reads, what stands beside the variable of before, and what another program reads, is left alone:

```env .env
SERVE_GRAPHQL_UI=True
FILTER_BY_MODE=partial
OPENAI_API_KEY=sk-local
EMBEDDING_API_KEY=sk-local
```

```env chat/.env
EMBEDDING_API_KEY=sk-local
BASE_URL=http://localhost
```
"""

from __future__ import annotations

from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.settings.file import Audience, SettingsFile
from concertmaster.project.settings.known import KEYS, before
from concertmaster.project.settings.model import Kind, Setting
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import RELEASES, Change, release

rule = Rule(
    __name__,
    rows=("27-01", "29-02", "40-11", "45-01", "48-06", "50-07a", "50-08b", "53-02", "54-09", "55-05"),
    change=Change(works_from="5.0.0", deprecated="1.0.0", until="4.8.2"),
    safety=Safety.MANUAL,
)

_ROWS = {
    "2.7.0": "27-01",
    "2.9.0": "29-02",
    "4.0.0": "40-11",
    "4.5.0": "45-01",
    "4.8.0": "48-06",
    "5.0.0": "50-08b",
    "5.3.0": "53-02",
    "5.4.0": "54-09",
    "5.5.0": "55-05",
}
#: What a variable is called before the release that brings its name: set beside it, both releases are served.
_EARLIER = {
    "EMBEDDING_API_KEY": "OPENAI_API_KEY",
    "EMBEDDING_API_BASE": "OPENAI_BASE_URL",
    "EMBEDDING_API_ENABLED": "SEARCH_ENABLED",
    "FEDERATION_VERSION": "FEDERATION_ENABLED",
    "FEDERATION_ENABLED": "FEDEREATION_ENABLED",
    "LLM_FORCE_EXTENSION_MIGRATION": "LLM_FORCE_EXTENTION_MIGRATION",
    "OIDC_BASE_URL": "OIDC_CONF_WELL_KNOWN_URL",
    "OIDC_CONF_URL": "OIDC_CONF_WELL_KNOWN_URL",
}
#: Names that code of the project's own hardly reads: it may use any other for what it likes.
_SPECIFIC = ("EMBEDDING_", "AGENT_", "MCP_", "SEARCH_", "FEDERATION_")
_LATER = {
    key: life.since
    for key, life in KEYS.items()
    if release(life.since) > release(RELEASES[0]) and (life.own or key.startswith(_SPECIFIC))
}


@rule.setting(*_LATER)
def early(setting: Setting, file: SettingsFile) -> Iterator[Hit]:
    since = _LATER[setting.key]
    change = Change(works_from=since, deprecated=RELEASES[0], until=before(since))
    if file.window.severity(change) is None or setting.kind is Kind.TABLE:
        return
    earlier = {other.key for other in file.beside(setting)} & {_EARLIER.get(setting.key)}
    if file.audience(setting) is Audience.OURS and not earlier:
        number = since.removesuffix(".0")
        message = f"`{setting.key}` has no effect before {number}, and this is {file.window.judged}"
        yield Hit(Span(*setting.key_at), message, rows=_rows(setting.key, since), change=change)


def _rows(key: str, since: str) -> tuple[str, ...]:
    """None for settings that the catalogue does not speak of."""
    row = "50-07a" if key == "FEDERATION_VERSION" else _ROWS.get(since)
    return (row,) if row else ()
