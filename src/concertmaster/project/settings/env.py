"""Settings in `.env` files and their cousins, as Docker, systemd and dotenv libraries read them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.settings.fallbacks import narrowed
from concertmaster.project.settings.known import speaks_of_framework
from concertmaster.project.settings.model import Group, Kind, Reader, Setting, Written

_KEY = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<key>[A-Za-z_]\w*)[ \t]*(?P<sign>=[ \t]*)?")
_QUOTED = re.compile(
    r"(?P<quote>[\"'])(?P<text>(?:(?!(?P=quote))[^\\]|\\.)*)(?P=quote)(?=[ \t]*(?:#|\r?\n|\Z))", re.DOTALL
)
_COMMENT = re.compile(r"(?:^|[ \t])#")
_LINE_END = re.compile(r"[^\n]*\n?")


def read_env(text: Manifest) -> Iterator[Setting]:
    """Each line that sets a key; what is commented out sets nothing."""
    readers = (Reader(text.path, ours=True),) if speaks_of_framework(text.path) else ()
    group, position = Group(0, readers), 0
    while position < len(text.text):
        written, end = _line(text.text, position)
        if written is not None:
            yield narrowed(written).on(text, group, Kind.DOTENV)
        position = end


def _line(text: str, start: int) -> tuple[Written | None, int]:
    """What a line sets, and where the next one begins; a quoted value may span lines."""
    key = _KEY.match(text, start)
    if key is None or (key["sign"] is None and text[key.end() : key.end() + 1] not in ("", "\n", "\r")):
        return None, _next(text, start)
    quoted = _QUOTED.match(text, key.end()) if key["sign"] is not None else None
    end = _next(text, quoted.end() if quoted else key.end())
    entry = (start, end)
    if key["sign"] is None:
        return Written(key["key"], key.start("key"), entry), end
    if quoted:
        place, quote = quoted.span("text"), quoted["quote"]
        return Written(key["key"], key.start("key"), entry, quoted["text"], place, quote), end
    value = text[key.end() : end]
    comment = _COMMENT.search(value)
    value = value[: comment.start() if comment else None].rstrip()
    place = (key.end(), key.end() + len(value))
    return Written(key["key"], key.start("key"), entry, value, place), end


def _next(text: str, position: int) -> int:
    match = _LINE_END.match(text, position)
    return match.end() if match else len(text)
