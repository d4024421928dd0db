"""TOML with places: every value of a document, and where in the text it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Item, Key
from tomlkit.parser import Parser

from concertmaster.project.manifests.model import NotUnderstood

_BLANK = re.compile(r"\s*")


class _LocatingParser(Parser):
    """tomlkit's parser, which also notes where each value starts and ends."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.places: dict[int, tuple[Item, int, int]] = {}
        self.keys: dict[int, int] = {}

    def _parse_value(self) -> Item:
        start = self._idx
        item = super()._parse_value()
        self.places[id(item)] = (item, start, self._idx)
        return item

    def _parse_key_value(self, parse_comment: bool = False) -> tuple[Key, Item]:
        before = self._idx
        key, item = super()._parse_key_value(parse_comment)
        self.keys[id(item)] = before
        return key, item


class Value(Struct, frozen=True):
    """A string of the document: its value, where the literal stands, and where its text does.

    `inner` leaves the quotes out; it is None where the text is not written as it is meant (escapes).
    """

    text: str
    start: int
    end: int
    inner: tuple[int, int] | None


class Toml:
    """A parsed document. Values are reached by plain mapping access on `root`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parser = _LocatingParser(text)
        try:
            self.root: Mapping[str, Any] = self._parser.parse()
        except (TOMLKitError, ValueError, RecursionError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise NotUnderstood(f"not valid TOML: {reason}") from None

    def string(self, item: object) -> Value | None:
        """A string with its place; None for everything else."""
        known = self._parser.places.get(id(item))
        if known is None or not isinstance(item, str):
            return None
        _, start, end = known
        inner = (start + 1, end - 1)
        faithful = self._text[slice(*inner)] == str(item)
        return Value(str(item), start, end, inner if faithful else None)

    def place(self, item: object) -> tuple[int, int] | None:
        """Where a value that is no string stands."""
        known = self._parser.places.get(id(item))
        return None if known is None else known[1:]

    def key_start(self, item: object) -> int | None:
        """Where the key of a `key = value` stands."""
        before = self._parser.keys.get(id(item))
        return None if before is None else _BLANK.match(self._text, before).end()  # type: ignore[union-attr]

    def select(self, pattern: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """What stands at a path, and the name that `*` stood for (the last one)."""
        found: list[tuple[str, Any]] = [("", self.root)]
        for part in pattern:
            found = [
                (key if part == "*" else name, value[key])
                for name, value in found
                if isinstance(value, Mapping)
                for key in (list(value) if part == "*" else [part])
                if key in value
            ]
        yield from found
