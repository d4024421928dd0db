"""Settings in TOML files: tables of variables, and lists that are called an environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.manifests.toml import Toml
from concertmaster.project.settings.ini import ITEM, KEY, LISTS, reader_of
from concertmaster.project.settings.model import Group, Kind, Setting, Written

_MAX_DEPTH = 12
_ALONE = re.compile(r"[ \t]*,?[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")


def read_toml(text: Manifest) -> Iterator[Setting]:
    """Keys in capitals of any table, and `KEY=value` in lists that are called an environment.

    Raises:
        NotUnderstood: it is not well-formed.
    """
    toml = Toml(text.text)
    yield from _table(text, toml, toml.root, (), count())


def _table(
    text: Manifest, toml: Toml, table: Mapping[str, Any], path: tuple[str, ...], numbers: Iterator[int]
) -> Iterator[Setting]:
    name = ".".join(path)
    group = Group(next(numbers), (reader_of(text.path, name.replace("_", " ")),))
    for key, item in table.items():
        if isinstance(item, Mapping):
            if len(path) < _MAX_DEPTH:
                yield from _table(text, toml, item, (*path, str(key)), numbers)
            continue
        if isinstance(item, list) and key in LISTS:
            found = [_item(text, toml, each) for each in item]
        else:
            found = [_keyed(text, toml, str(key), item)] if KEY.fullmatch(str(key)) else []
        yield from (each.on(text, group, Kind.TOML) for each in found if each is not None)


def _keyed(text: Manifest, toml: Toml, key: str, item: object) -> Written | None:
    value, start = toml.string(item), toml.key_start(item)
    if value is None or start is None or not text.text.startswith(key, start):
        return None
    entry = _line(text.text, start, value.end)
    return Written(key, start, entry, value.text, value.inner, text.text[value.start])


def _item(text: Manifest, toml: Toml, item: object) -> Written | None:
    value = toml.string(item)
    match = ITEM.fullmatch(value.text) if value is not None and value.inner is not None else None
    if value is None or value.inner is None or match is None or match["value"] is None:
        return None
    start = value.inner[0]
    place = (start + match.start("value"), start + match.end("value"))
    entry = _line(text.text, value.start, value.end)
    quote = text.text[value.start]
    return Written(match["key"], start + match.start("key"), entry, match["value"], place, quote)


def _line(text: str, start: int, end: int) -> tuple[int, int]:
    """The line of an entry that stands alone on it."""
    first = text.rfind("\n", 0, start) + 1
    alone = _ALONE.match(text, end)
    return (first, alone.end()) if alone and not text[first:start].strip() else (0, 0)
