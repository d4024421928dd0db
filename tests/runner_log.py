"""What a runner makes of everything that a job prints and writes."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LINES = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
#: All that the product means to say to a runner, besides the word that ends `stop-commands`.
MEANT = frozenset({"error", "warning", "notice", "stop-commands"})


def commands(printed: str) -> Iterator[tuple[str, str]]:
    """Name and text of every command in the log, as the runner finds them; `##[` counts anywhere in a line."""
    stop = None
    for line in _LINES.split(printed):
        found = re.match(r"\s*::([\w-]+)(?: [^:]*)?::(.*)$", line) or re.search(
            r"##\[([\w-]+)[^\]]*\](.*)$", line
        )
        if found and (stop is None or found[1] == stop):
            stop = found[2] if found[1] == "stop-commands" else None
            yield found[1], found[2]


def unmeant(printed: str) -> list[str]:
    """The names of commands that the product never sends."""
    words: set[str] = set()
    names = []
    for name, text in commands(printed):
        if name == "stop-commands":
            words.add(text)
        if name not in MEANT and name not in words:
            names.append(name)
    return names


def values(text: str) -> dict[str, str]:
    """A file of commands: `name=value`, or `name<<end` with everything up to a line that is the end."""
    found: dict[str, str] = {}
    lines = iter(re.split(r"\r?\n", text))
    for line in lines:
        if "<<" in line and ("=" not in line or line.index("<<") < line.index("=")):
            name, _, end = line.partition("<<")
            value = []
            for inner in lines:
                if inner == end:
                    break
                value.append(inner)
            found[name] = "\n".join(value)
        elif "=" in line:
            name, _, found[name] = line.partition("=")
    return found
