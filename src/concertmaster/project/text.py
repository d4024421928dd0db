"""Text under review: bytes first, with the lines and columns that people see."""

from __future__ import annotations

import bisect
import re
from functools import cached_property

from concertmaster.project.suppressions import MARK, Suppression, line_suppressions
from concertmaster.versions import Window

BOM = b"\xef\xbb\xbf"


class Unreadable(Exception):
    """The file cannot be judged; the text says why."""


class TextFile:
    """A file of any kind. Offsets are byte offsets in `source`."""

    def __init__(self, path: str, source: bytes, window: Window) -> None:
        self.path = path
        self.source = source
        self.window = window
        self._bom = len(BOM) if source.startswith(BOM) else 0

    @property
    def encoding(self) -> str:
        return "utf-8"

    @cached_property
    def _lines(self) -> list[int]:
        """The offset at which each line starts; lines end at `\\n` only, as for GitHub."""
        return [0, *(match.end() for match in re.finditer(rb"\n", self.source))]

    @cached_property
    def newline(self) -> str:
        """The line ending of the first line."""
        first = self.source.find(b"\n")
        return "\r\n" if first > 0 and self.source[first - 1 : first] == b"\r" else "\n"

    def line_of(self, offset: int) -> int:
        """The line, from 1, that holds a byte offset."""
        return bisect.bisect_right(self._lines, offset)

    def column_of(self, offset: int) -> int:
        """The column, from 1 and in characters, of a byte offset."""
        start = self._lines[self.line_of(offset) - 1]
        return len(self.source[start:offset].removeprefix(BOM).decode(self.encoding, "replace")) + 1

    def line_span(self, line: int) -> tuple[int, int]:
        """Where a line starts and ends, its line ending included; a byte order mark is no part of the first."""
        end = self._lines[line] if line < len(self._lines) else len(self.source)
        return self._lines[line - 1] if line > 1 else self._bom, end

    @cached_property
    def suppressions(self) -> tuple[Suppression, ...]:
        """The comments that tell which findings are to be kept."""
        return self._read_suppressions() if MARK in self.source else ()

    def _read_suppressions(self) -> tuple[Suppression, ...]:
        return line_suppressions(self.source.decode(self.encoding, "replace"))
