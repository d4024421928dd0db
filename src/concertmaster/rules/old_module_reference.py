"""A module of the framework is named by its old place outside Python.

All of orchestrator-core moved from `orchestrator` to `orchestrator.core` in 5.0. Commands that run one of its
modules fail, and configuration of tools that names them no longer applies to anything.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```diff pyproject.toml
 [[tool.mypy.overrides]]
-module = ["orchestrator.graphql.*", "strawberry.*"]
+module = ["orchestrator.core.graphql.*", "strawberry.*"]

 [tool.pytest.ini_options]
-filterwarnings = ["ignore::DeprecationWarning:orchestrator\\\\.schedules"]
+filterwarnings = ["ignore::DeprecationWarning:orchestrator\\\\.core\\\\.schedules"]
```

```diff setup.cfg
-[mypy-orchestrator.graphql.*]
+[mypy-orchestrator.core.graphql.*]
 ignore_missing_imports = True
```

```diff bin/worker.sh
 #!/bin/sh
-exec celery -A orchestrator.services.tasks worker
+exec celery -A orchestrator.core.services.tasks worker
```

```diff templates/additional_create_imports.j2
-from orchestrator.domain import SubscriptionModel
-from orchestrator import step
+from orchestrator.core.domain import SubscriptionModel
+from orchestrator.core import step
 {% if workflow.validations %}
 from workflows.shared import validate
 {% endif %}
```

```diff alembic.ini
 [alembic]
-version_locations = %(here)s/versions /opt/venv/lib/python3.13/site-packages/orchestrator/migrations/versions/schema
+version_locations = %(here)s/versions /opt/venv/lib/python3.13/site-packages/orchestrator/core/migrations/versions/schema
```

```diff logging.yaml
 loggers:
-  orchestrator.db:
+  orchestrator.core.db:
     level: WARNING
```

Siblings in the namespace, hosts, distributions and tables of the project's own are left alone:

```toml pyproject.toml row=50-01d
[orchestrator.settings]
orchestrator.db = "x"
url = "http://orchestrator.api:8080"
host = "orchestrator.services.svc"

[tool.mypy]
module = ["orchestrator.*", "orchestrator.core.graphql.*", "orchestrator.optical.*", "network.orchestrator.db"]
packages = ["orchestrator", "orchestrator-core"]
```

```yaml docker-compose.yml
services:
  orchestrator:
    image: orchestrator
    command: python -m orchestrator_agent
    environment:
      API_URL: http://orchestrator.api:8080
      API_HOST: orchestrator.services
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from concertmaster.findings import Edit, Safety
from concertmaster.project.names import CORE_MODULES, ROOT, ROOT_EXPORTS, is_core_segment
from concertmaster.project.settings.commands import GAP, find
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.model import Kind
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-01d", "T-01"),
    section="5.0#1",
    change=Change(works_from="5.0.0", removed="5.0.0"),
)

#: Configuration that fits nothing any more does not fail.
IDLE = Change(works_from="5.0.0", deprecated="5.0.0")
_HOSTS = frozenset("svc cluster local localhost internal lan dev test com org net io nl eu".split())
_MOVED = re.compile(r"orchestrator\\*\.core(?:\\*\.\w+)+")
_DOTTED = (
    r"(?P<root>orchestrator)(?P<dot>\\*\.)(?P<segment>[a-z_]+)\b(?P<rest>(?:\\*\.[A-Za-z_]\w*)*)(?!:\d|/)"
)
_PROSE = re.compile(r"[ \t]*(?:description|summary|title|help|comment)\b")
_NAMES = r"(?P<names>\w+(?:[ \t]*,[ \t]*\w+)*)"


class Form(Struct, frozen=True):
    """A way to name a module, the kinds of files that have it, and how sure it is that a module is meant."""

    kinds: frozenset[Kind]
    pattern: re.Pattern[str]
    change: Change
    safety: Safety = Safety.SAFE
    row: str = "50-01d"


_COMMANDS = frozenset((Kind.SHELL, Kind.MAKE, Kind.DOCKERFILE, Kind.YAML, Kind.INI, Kind.TOML))
_PATHS = _COMMANDS | {Kind.DOTENV}
_TABLES = frozenset((Kind.TOML, Kind.INI))
FORMS = (
    Form(
        _COMMANDS | {Kind.TEMPLATE},
        re.compile(rf"(?:(?<![\w-])-(?:m|A)|--(?:app|module|cov))(?:=|{GAP}){_DOTTED}"),
        rule.change,
    ),
    Form(_COMMANDS, re.compile(rf"(?<![\w-])from[ \t]+{_DOTTED}[ \t]+import\b"), rule.change),
    Form(
        frozenset((Kind.TEMPLATE,)),
        re.compile(rf"^[ \t]*(?:from|import)[ \t]+{_DOTTED}", re.MULTILINE),
        rule.change,
    ),
    Form(
        frozenset((Kind.TEMPLATE,)),
        re.compile(
            rf"^[ \t]*from[ \t]+(?P<root>orchestrator)[ \t]+import[ \t]+{_NAMES}[ \t\r]*$", re.MULTILINE
        ),
        rule.change,
    ),
    Form(
        _PATHS,
        re.compile(r"site-packages/(?P<root>orchestrator)(?P<dot>/)(?P<segment>[a-z_]+)(?:\.py)?(?![\w.-])"),
        rule.change,
        Safety.SUGGESTED,
        "T-01",
    ),
    Form(_TABLES, re.compile(rf"(?:(?<=mypy-)|(?<![\w./@-])){_DOTTED}"), IDLE),
    Form(
        frozenset((Kind.YAML,)),
        re.compile(rf"^[ \t]+[\"']?{_DOTTED}[\"']?:[ \t]*(?:\{{|#|\r?$)", re.MULTILINE),
        IDLE,
        Safety.SUGGESTED,
    ),
    Form(frozenset((Kind.TABLE,)), re.compile(rf"\]\[{_DOTTED}(?=\])"), IDLE, Safety.SUGGESTED),
    Form(
        frozenset((Kind.TABLE,)),
        re.compile(rf"^[ \t]*(?::::[ \t]+|\.\.[ \t]+(?:auto|py:)?\w+::[ \t]+){_DOTTED}", re.MULTILINE),
        IDLE,
        Safety.SUGGESTED,
    ),
)


@rule.configuration(b"orchestrator.", b"orchestrator\\.", b"orchestrator/", b"from orchestrator import")
def references(file: SettingsFile) -> Iterator[Hit]:
    seen: set[int] = set()
    moved = {_plain(match[0]).replace(".core.", ".", 1) for match in _MOVED.finditer(file.manifest.text)}
    for form in FORMS:
        for match in find(file, form.pattern, prose=True) if file.kind in form.kinds else ():
            if match.start("root") not in seen and _is_module(file, form, match, moved):
                seen.add(match.start("root"))
                yield _hit(file, form, match)


def _plain(dotted: str) -> str:
    return dotted.replace("\\", "")


def _is_module(file: SettingsFile, form: Form, match: re.Match[str], moved: set[str]) -> bool:
    """Whether it is a module of the framework's, and the file does not name its new place as well."""
    groups = match.groupdict()
    if "names" in groups:
        return all(name.strip() in ROOT_EXPORTS for name in groups["names"].split(","))
    segment, rest = groups["segment"], re.split(r"\W+", groups.get("rest") or "")
    if segment not in CORE_MODULES or not is_core_segment(segment) or segment in (file.around.shadow or ()):
        return False
    text = file.manifest.text
    both = _plain(f"{ROOT}.{segment}{groups.get('rest') or ''}") in moved and file.kind is not Kind.TABLE
    if both or _HOSTS.intersection(rest):
        return False
    if form.change is IDLE and file.kind is Kind.YAML:
        return "loggers:" in text
    return form.kinds is not _TABLES or not _is_own_key(text, match)


def _is_own_key(text: str, match: re.Match[str]) -> bool:
    """`[orchestrator.db]` and `orchestrator.db = …` are tables of the project's own."""
    line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
    behind = re.match(r"[ \t]*(?:=|\])", text[match.end() : match.end() + 80])
    return line in ("", "[", "[[") and behind is not None


def _is_in_prose(file: SettingsFile, match: re.Match[str]) -> bool:
    """A description may speak of a module without naming it to a tool."""
    text = file.manifest.text
    line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    return _PROSE.match(line) is not None or (file.kind is Kind.TOML and line.endswith(" ") and "=" in line)


def _hit(file: SettingsFile, form: Form, match: re.Match[str]) -> Hit:
    groups = match.groupdict()
    dot, end = groups.get("dot") or ".", match.end("root")
    old = f"{ROOT}{dot}{groups['segment']}" if groups.get("segment") else ROOT
    new = f"{ROOT}{dot}core{old.removeprefix(ROOT)}"
    message = f"`{old}` is `{new}` since 5.0; nothing stays at the old place"
    place = file.manifest.bytes_at(end, end)
    span = Span(*file.manifest.bytes_at(match.start("root"), match.end()))
    safety = Safety.SUGGESTED if form.kinds is _TABLES and _is_in_prose(file, match) else form.safety
    edits = () if file.around.regular else (Edit(*place, f"{dot}core".encode()),)
    return Hit(span, message, edits, safety=safety, rows=(form.row,), change=form.change)
