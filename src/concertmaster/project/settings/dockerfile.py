"""Settings in Dockerfiles: `ENV` in both its forms, and `ARG`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.settings.fallbacks import narrowed
from concertmaster.project.settings.known import speaks_of_framework
from concertmaster.project.settings.model import Group, Kind, Reader, Setting, Written

_COMMENT_LINE = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_CONTINUED = re.compile(r"\\[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*")
_INSTRUCTION = re.compile(r"^[ \t]*(?:ENV|ARG)[ \t]+(?P<rest>[^\n]*)", re.MULTILINE | re.IGNORECASE)
_PAIR = re.compile(r"(?P<key>[A-Za-z_]\w*)=(?P<value>(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|\\.|[^\s\\\"'])*)")
_OLD_FORM = re.compile(r"(?P<key>[A-Za-z_]\w*)(?:[ \t]+(?P<value>\S.*))?", re.DOTALL)


def joined(text: str) -> str:
    """The text with one line for each instruction and without comments; places stay what they are."""
    for pattern in (_CONTINUED, _COMMENT_LINE):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return text


def read_dockerfile(text: Manifest) -> Iterator[Setting]:
    """The variables that an image sets, and those that its build takes."""
    lines = joined(text.text)
    group = Group(0, (Reader("", speaks_of_framework(f"{text.path} {lines}")),))
    for instruction in _INSTRUCTION.finditer(lines):
        for each in _instruction(text.text, instruction):
            yield narrowed(each).on(text, group, Kind.DOCKERFILE)


def _instruction(text: str, match: re.Match[str]) -> Iterator[Written]:
    rest, offset = match["rest"].rstrip(), match.start("rest")
    lines = (match.start(), min(match.end() + 1, len(text)))
    pairs = list(_PAIR.finditer(rest))
    if pairs and not rest[: pairs[0].start()].strip():
        for index, pair in enumerate(pairs):
            yield _pair(pair, offset, _entry(text, pairs, index, offset) if len(pairs) > 1 else lines)
    elif old := _OLD_FORM.fullmatch(rest):
        key, value = old["key"], old["value"]
        place = None if value is None else (offset + old.start("value"), offset + old.end("value"))
        yield Written(key, offset + old.start("key"), lines, value, place, quote=" ")


def _entry(text: str, pairs: list[re.Match[str]], index: int, offset: int) -> tuple[int, int]:
    """From a pair to the next one, and for the last one from the end of that before; comments between stay."""
    if index + 1 < len(pairs):
        start, end = pairs[index].start(), pairs[index + 1].start()
        between = text[offset + pairs[index].end() : offset + end]
    else:
        start, end = pairs[index - 1].end(), pairs[index].end()
        between = text[offset + start : offset + pairs[index].start()]
    return (0, 0) if "#" in between else (offset + start, offset + end)


def _pair(pair: re.Match[str], offset: int, entry: tuple[int, int]) -> Written:
    value = pair["value"]
    quote = value[0] if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0] else ""
    inner = value[len(quote) : len(value) - len(quote)]
    start = offset + pair.start("value") + len(quote)
    if re.search(r"[\\\"']", inner):
        return Written(pair["key"], offset + pair.start("key"), entry)
    return Written(pair["key"], offset + pair.start("key"), entry, inner, (start, start + len(inner)), quote)
