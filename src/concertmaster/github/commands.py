"""Commands that people write into comments: `/concertmaster fix`, one a line, never in code, quotes or lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

MAX_COMMANDS = 5
_LINE = re.compile(r"/concertmaster(?:[ \t]+(?P<words>.*))?", re.ASCII)
PREFIX = "/concertmaster"


class Name(StrEnum):
    """What can be asked for."""

    FIX = "fix"
    RECHECK = "recheck"
    IGNORE = "ignore"
    EXPLAIN = "explain"


class Command(Struct, frozen=True):
    """One command, with the rule that it names, a reason, and whether rewrites that ask to be checked count in."""

    name: Name
    rule: str = ""
    reason: str = ""
    unsafe: bool = False

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name, self.rule, "--unsafe" if self.unsafe else "")))


class Misread(Struct, frozen=True):
    """A line that begins like a command and is none, and how it should be."""

    text: str
    why: str


def read_commands(body: str) -> tuple[Command | Misread, ...]:
    """The commands of a comment, in order."""
    if PREFIX not in body:
        return ()
    found = (match for line in _lines(body) if (match := _LINE.fullmatch(line)))
    return tuple(_command(match["words"] or "") for _, match in zip(range(MAX_COMMANDS), found, strict=False))


def is_only_commands(body: str) -> bool:
    """Whether a comment says nothing besides commands, so that no one talks to anybody in it."""
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    return bool(lines) and len(read_commands(body)) == len(lines)


def _lines(body: str) -> Iterator[str]:
    """Lines of plain paragraphs that stand in nothing else."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").parse(body)
    for before, token in pairwise(tokens):
        if before.type == "paragraph_open" and before.level == 0 and token.type == "inline":
            yield from (line.strip() for line in token.content.split("\n"))


def _command(text: str) -> Command | Misread:
    name, *words = text.split() or [""]
    match name:
        case "fix" if not words or words == ["--unsafe"]:
            return Command(Name.FIX, unsafe=bool(words))
        case "recheck" if not words:
            return Command(Name.RECHECK)
        case "explain" if len(words) == 1:
            return Command(Name.EXPLAIN, words[0])
        case "ignore" if len(words) > 1:
            return Command(Name.IGNORE, words[0], " ".join(words[1:]))
    return Misread(text, _USES.get(name, _ALL))


_USES = {
    "fix": "it is `fix`, or `fix --unsafe` to make rewrites that ask to be checked too",
    "recheck": "`recheck` stands alone",
    "explain": "it is `explain RULE`",
    "ignore": "it is `ignore RULE reason`, and the reason is what others will read beside the code",
}
_ALL = "it is one of `fix`, `recheck`, `ignore RULE reason` and `explain RULE`"
