"""A Dockerfile builds on the framework's image as it was laid out before 5.0.

The image `workfloworchestrator/orchestrator-core` of 5.0 runs Python 3.13 from a virtual environment,
`/home/orchestrator/.venv`. What `pip install` adds lands in the system's Python, where the application does not
look, and paths below `/usr/local/lib/python3.11` are gone. Since 4.6 the image starts `wsgi:app`.

Guide: <https://workfloworchestrator.org/orchestrator-core/guides/upgrading/5.0/>

```dockerfile Dockerfile reported
FROM ghcr.io/workfloworchestrator/orchestrator-core:4.8.2
USER root
RUN pip install --no-cache-dir -r requirements.txt
COPY --from=build /usr/local/lib/python3.11/site-packages/shared /usr/local/lib/python3.11/site-packages/shared
```

Images that install into the virtual environment, and those of the project's own, are left alone:

```dockerfile Dockerfile row=50-26
FROM ghcr.io/workfloworchestrator/orchestrator-core:5.5.0
RUN uv pip install --python /home/orchestrator/.venv/bin/python -r requirements.txt
```

```dockerfile Dockerfile
FROM python:3.11-slim
RUN pip install orchestrator-core==4.8.2
COPY --from=build /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages
```
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from concertmaster.findings import Safety
from concertmaster.project.settings.dockerfile import joined
from concertmaster.project.settings.file import SettingsFile
from concertmaster.project.settings.images import in_dockerfile
from concertmaster.project.settings.model import Kind
from concertmaster.rule import Hit, Rule, Span
from concertmaster.versions import Change

rule = Rule(
    __name__,
    rows=("50-26", "46-02"),
    section="5.0",
    change=Change(works_from="5.0.0", deprecated="5.0.0"),
    safety=Safety.MANUAL,
)

STARTS = Change(works_from="4.6.0", deprecated="4.6.0", crossing=True)
VENV = "/home/orchestrator/.venv"
_INSTALL = re.compile(r"^[ \t]*RUN\b[^\n]*?(?P<what>\bpip3?[ \t]+install\b)", re.MULTILINE | re.IGNORECASE)
_PATH = re.compile(r"/usr/local/lib/python3\.\d+\b")
_START = re.compile(r"^[ \t]*(?:CMD|ENTRYPOINT)\b", re.MULTILINE | re.IGNORECASE)


@rule.configuration(b"workfloworchestrator/orchestrator-core")
def dockerfile(file: SettingsFile) -> Iterator[Hit]:
    if file.kind is not Kind.DOCKERFILE:
        return
    base = next((image for image in in_dockerfile(file.manifest) if _is_framework(image.name)), None)
    text = joined(file.manifest.text)
    if base is None:
        return
    yield from _layout(file, text) if ".venv" not in text else ()
    deployment = file.around.deployment
    wsgi = posixpath.join(posixpath.dirname(file.path), "wsgi.py")
    if deployment is not None and not deployment.has(wsgi) and not _START.search(text):
        yield Hit(Span(*base.at), _STARTS_WSGI, rows=("46-02",), change=STARTS)


_STARTS_WSGI = (
    "The image starts `wsgi:app` since 4.6: give the project a `wsgi.py`, or say what to start with `CMD`"
)


def _is_framework(name: str) -> bool:
    return name.endswith("workfloworchestrator/orchestrator-core")


def _layout(file: SettingsFile, text: str) -> Iterator[Hit]:
    for match in _INSTALL.finditer(text):
        message = (
            f"The image runs from `{VENV}` since 5.0, and this lands in the system's Python: "
            f"`uv pip install --python {VENV}/bin/python`"
        )
        yield Hit(Span(*file.manifest.bytes_at(*match.span("what"))), message, rows=("50-26",))
    for match in _PATH.finditer(text):
        message = f"The image has Python 3.13 in `{VENV}` since 5.0: this path is not there any more"
        yield Hit(Span(*file.manifest.bytes_at(*match.span())), message, rows=("50-26",))
