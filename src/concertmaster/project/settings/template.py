"""Settings in templates of YAML, as Helm charts have them, and of env files: read by lines, told, never rewritten."""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.settings.known import speaks_of_framework
from concertmaster.project.settings.model import Group, Kind, Reader, Setting, Written

_ENTRY = re.compile(
    r"^[ \t]*(?:-[ \t]+)?(?:name:[ \t]*(?P<quote>[\"']?)(?P<name>[A-Z][A-Z0-9_]{2,63})(?P=quote)[ \t]*\r?$"
    r"(?:\n[ \t]*value:[ \t]*(?P<given>[^\n]*))?"
    r"|(?P<key>[A-Z][A-Z0-9_]{2,63}):(?:[ \t]+(?P<value>[^\n]*))?$"
    r"|(?:export[ \t]+)?(?P<variable>[A-Z][A-Z0-9_]{2,63})=(?P<set>[^\n]*)$)",
    re.MULTILINE,
)
_PROBLEM = "it stands in a template"


def is_template(text: Manifest) -> bool:
    """Whether a file is filled in before it is YAML."""
    return "{{" in text.text.replace("${{", "") and (
        "templates" in text.path.split("/")[:-1]
        or re.search(r"^[ \t]*\{\{|\{%", text.text, re.MULTILINE) is not None
    )


def read_template(text: Manifest) -> Iterator[Setting]:
    """Lines that name a variable, whatever stands around them."""
    group = Group(0, (Reader("", speaks_of_framework(text.path)),))
    for match in _ENTRY.finditer(text.text):
        group_name = next(each for each in ("name", "key", "variable") if match[each])
        value = (match["value"] or match["given"] or match["set"] or "").strip().strip("\"'")
        written = Written(match[group_name], match.start(group_name), (0, 0), value or None, problem=_PROBLEM)
        yield written.on(text, group, Kind.TEMPLATE)
