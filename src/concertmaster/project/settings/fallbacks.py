"""`${NAME:-value}`: what a setting is where its environment does not say."""

from __future__ import annotations

import re

from msgspec.structs import replace

from concertmaster.project.settings.model import Written

_FALLBACK = re.compile(r"\$\{\w+:?[-=](?P<value>[^{}$\"'`]*)\}")


def narrowed(written: Written) -> Written:
    """The setting with the value that stands behind it, where its whole value is such a text."""
    match = _FALLBACK.fullmatch(written.value or "")
    if match is None or written.value_at is None:
        return written
    start = written.value_at[0]
    place = (start + match.start("value"), start + match.end("value"))
    return replace(written, value=match["value"], value_at=place, fallback=True)
