"""What a manifest says: requirements with their places, and the text that they stand in."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from copy import copy
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

from msgspec import Struct
from msgspec.structs import replace
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from concertmaster.findings import Unanalysed

BOM = b"\xef\xbb\xbf"


class Style(StrEnum):
    """The grammar in which a requirement's version is written."""

    PEP508 = "pep508"  # orchestrator-core[celery]~=4.8 ; python_version > "3.11"
    POETRY = "poetry"  # orchestrator-core = "^4.8"
    PIPENV = "pipenv"  # orchestrator-core = "~=4.8", "*" for any
    CONDA = "conda"  # orchestrator-core=4.8
    LOCK = "lock"  # what a tool has resolved
    IMAGE = "image"  # FROM ghcr.io/workfloworchestrator/orchestrator-core:4.8.2
    PYTHON = "python"  # a version of Python: py311, 3.11, FROM python:3.11


class NotUnderstood(Exception):
    """The manifest cannot be read; the text says why."""


class Requirement(Struct, frozen=True):
    """One distribution that a manifest names, with byte spans of what is written there.

    `specifier` is PEP 440 whatever the style; `written` and `written_at` are the version as the file has it,
    `extras_at` the extras with their brackets. `source` is set where the distribution does not come from an
    index (`git`, `url`, `path`). `problem` says why a requirement cannot be understood, or not be edited.
    """

    name: str
    specifier: str
    extras: tuple[str, ...]
    marker: str
    path: str
    line: int
    span: tuple[int, int]
    text: str
    style: Style
    group: str = ""
    locked: bool = False
    hashed: bool = False
    source: str = ""
    written: str = ""
    written_at: tuple[int, int] = (0, 0)
    extras_at: tuple[int, int] = (0, 0)
    problem: str = ""

    @property
    def isolated(self) -> bool:
        """Whether it is installed apart from what else the file requires, or may be."""
        return self.group.startswith("env:") or self.group in ("build-system", "shell", "image")

    @property
    def versions(self) -> SpecifierSet:
        """The versions that it allows; every one where it names none."""
        return SpecifierSet(self.specifier, prereleases=True)


class Dependencies(Struct, frozen=True):
    """All requirements of a project, in order of path and place, and the manifests that were not understood."""

    requirements: tuple[Requirement, ...] = ()
    unanalysed: tuple[Unanalysed, ...] = ()

    def of(self, name: str) -> tuple[Requirement, ...]:
        """The requirements on one distribution."""
        wanted = canonicalize_name(name)
        return tuple(item for item in self.requirements if item.name == wanted)


class Include(Struct, frozen=True):
    """Another file that a manifest takes requirements from, as seen from the repository's root."""

    path: str


class Manifest:
    """The text of a manifest; places in it are character offsets that become lines and byte spans."""

    def __init__(self, path: str, source: bytes, *, limit: int) -> None:
        if len(source) > limit:
            raise NotUnderstood(f"larger than {limit // 1024} KiB")
        if source.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise NotUnderstood("written in UTF-16; save it as UTF-8")
        if re.search(rb"^<{7} ", source, re.MULTILINE):
            raise NotUnderstood("holds unresolved merge conflicts")
        self.path = path
        self._bom = len(BOM) if source.startswith(BOM) else 0
        try:
            self.text = source[self._bom :].decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotUnderstood(f"not UTF-8 text (byte {error.start})") from None

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(r"\n", self.text))]

    @cached_property
    def _offsets(self) -> list[int] | None:
        """Where in the bytes each character starts; None where every character is one byte."""
        if self.text.isascii():
            return None
        return [0, *accumulate(len(character.encode()) for character in self.text)]

    def reading(self, text: str) -> Manifest:
        """The same places over another text, each character of which stands for one of this."""
        other = copy(self)
        other.text, other._offsets, other._lines = text, self._offsets, self._lines
        return other

    def line(self, offset: int) -> int:
        """The line, from 1, of a character offset."""
        return bisect.bisect_right(self._lines, offset)

    def bytes_at(self, start: int, end: int) -> tuple[int, int]:
        """The byte span of a span of characters."""
        if self._offsets is None:
            return start + self._bom, end + self._bom
        last = len(self.text)
        return self._offsets[min(start, last)] + self._bom, self._offsets[min(end, last)] + self._bom

    def offset(self, line: int, column: int) -> int:
        """The character offset of a position of `ast` (line from 1, column in UTF-8 bytes)."""
        start = self._lines[line - 1]
        return start + len(self.text[start : start + column].encode()[:column].decode())

    @cached_property
    def joined(self) -> str:
        """The text with continued lines joined, comments between them left out: offsets stay what they are."""
        return re.sub(r"\\\r?\n(?:[ \t]*#[^\n]*\n)*", lambda match: " " * len(match[0]), self.text)

    def logical_lines(self) -> Iterator[tuple[int, str]]:
        """The joined lines with their offsets, without line endings."""
        position = 0
        for line in self.joined.split("\n"):
            yield position, line.removesuffix("\r")
            position += len(line) + 1


class Written(Struct, frozen=True):
    """What a format's reader knows of a requirement, in characters of the manifest."""

    name: str
    start: int
    end: int
    style: Style
    specifier: str = ""
    extras: tuple[str, ...] = ()
    marker: str = ""
    group: str = ""
    locked: bool = False
    hashed: bool = False
    source: str = ""
    version: tuple[int, int] | None = None
    extras_at: tuple[int, int] | None = None
    problem: str = ""

    def moved(self, offset: int) -> Written:
        """The same, in a text that begins `offset` characters earlier."""
        version, extras_at = (
            place and (place[0] + offset, place[1] + offset) for place in (self.version, self.extras_at)
        )
        return replace(
            self, start=self.start + offset, end=self.end + offset, version=version, extras_at=extras_at
        )

    def on(self, manifest: Manifest) -> Requirement:
        """The requirement with its line and its byte spans; what is not written is nowhere, at its end."""
        nowhere = (self.end, self.end)
        version, extras_at = self.version or nowhere, self.extras_at or nowhere
        return Requirement(
            name=canonicalize_name(self.name),
            specifier=self.specifier,
            extras=self.extras,
            marker=self.marker,
            path=manifest.path,
            line=manifest.line(self.start),
            span=manifest.bytes_at(self.start, self.end),
            text=manifest.text[self.start : self.end],
            style=self.style,
            group=self.group,
            locked=self.locked,
            hashed=self.hashed,
            source=self.source,
            written=manifest.text[slice(*version)],
            written_at=manifest.bytes_at(*version),
            extras_at=manifest.bytes_at(*extras_at),
            problem=self.problem,
        )


Found = Iterable[Written | Include]
