"""Settings in JSON with comments, as editors have it: environments of development containers and of launches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.settings.model import Kind, Setting
from concertmaster.project.settings.yaml import read_yaml

_TOKEN = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|(?P<gone>//[^\n]*|/\*.*?\*/|\t)", re.DOTALL)


def read_json(text: Manifest) -> Iterator[Setting]:
    """What YAML sees in it once comments are gone; an entry with a comment in it cannot be taken out.

    Raises:
        NotUnderstood: it is not well-formed.
    """
    plain = _TOKEN.sub(
        lambda match: re.sub(r"[^\n]", " ", match[0]) if match["gone"] else match[0], text.text
    )
    comments = [
        text.bytes_at(*match.span()) for match in _TOKEN.finditer(text.text) if len(match["gone"] or "") > 1
    ]
    for setting in read_yaml(text.reading(plain)):
        start, end = setting.entry_at
        kept = any(start < last and first < end for first, last in comments)
        yield replace(setting, kind=Kind.JSON, entry_at=(0, 0) if kept else setting.entry_at)
