"""Settings in units of systemd: `Environment=` with its assignments, in quotes or without."""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.settings.known import speaks_of_framework
from concertmaster.project.settings.model import Group, Kind, Reader, Setting, Written

_LINE = re.compile(r"^Environment[ \t]*=(?P<rest>[^\n]*)\n?", re.MULTILINE)
_TOKEN = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s\"']+")
_WORD = re.compile(r"(?P<quote>[\"']?)(?P<key>[A-Z][A-Z0-9_]{2,63})=(?P<value>[^\\]*?)(?P=quote)")


def read_systemd(text: Manifest) -> Iterator[Setting]:
    """Each assignment; a line of several loses one with the blank before it."""
    group = Group(0, (Reader("", speaks_of_framework(f"{text.path} {text.text}")),))
    for line in _LINE.finditer(text.text):
        pairs = list(_pairs(line["rest"]))
        for pair in pairs:
            yield _written(pair, line, alone=len(pairs) == 1).on(text, group, Kind.SYSTEMD)


def _pairs(rest: str) -> Iterator[re.Match[str]]:
    for word in _TOKEN.finditer(rest):
        pair = _WORD.fullmatch(rest, *word.span())
        if pair:
            yield pair


def _written(pair: re.Match[str], line: re.Match[str], *, alone: bool) -> Written:
    offset = line.start("rest")
    start = offset + pair.start("value")
    blank = len(line["rest"][: pair.start()]) - len(line["rest"][: pair.start()].rstrip())
    entry = line.span() if alone else (offset + pair.start() - blank, offset + pair.end())
    place = (start, start + len(pair["value"]))
    return Written(pair["key"], offset + pair.start("key"), entry, pair["value"], place, pair["quote"] or "=")
