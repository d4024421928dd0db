"""Shell inside YAML: what the commands of a workflow set, where they are written as they are run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.settings.model import Written
from concertmaster.project.settings.nodes import Node
from concertmaster.project.settings.shell import commands

#: Keys of commands that a shell is given.
SCRIPTS = frozenset(("run", "script", "before_script", "after_script", "bash"))
_LINES = re.compile(r"\n[ \t]*[^\s#]")


def scripts(node: Node) -> Iterator[Node]:
    """The commands that stand at a key of scripts: a text, or a list of texts."""
    pending = [node]
    while pending:
        each = pending.pop()
        if each.is_text:
            yield each
        pending += reversed(each.items())


def written(text: Manifest, node: Node) -> Iterator[Written]:
    """What a command sets; folded and escaped texts are not as they are run."""
    start, end = (node.start + 1, node.end - 1) if node.style in ("'", '"') else (node.start, node.end)
    is_block = node.style == "|"
    if not is_block and (text.text[start:end] != node.value or "\n" in node.value):
        return
    only_line = is_block and len(_LINES.findall(text.text, start, end)) < 2
    for each in commands(text.text, start, end):
        is_all = only_line and _takes_lines(text.text, each.entry)
        yield replace(each, entry=(0, 0)) if is_all else each


def _takes_lines(text: str, entry: tuple[int, int]) -> bool:
    return text[entry[0] : entry[1]].endswith("\n")
