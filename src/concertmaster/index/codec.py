"""The bytes of the index: one line of text per module, compressed; the same facts always give the same bytes."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct, field
from packaging.version import Version

from concertmaster.index.model import Entry, decode_entry
from concertmaster.index.names import PACKAGES, distribution_of
from concertmaster.messages.index import bad_index, newer_index

FORMAT = 1
MAGIC = b"concertmaster index "
MAX_TEXT = 100_000_000
RECORD, FIELD = "\t", "\x1f"


class ReleaseFacts(Struct, frozen=True):
    """All that the index keeps of one release of one distribution."""

    distribution: str
    release: str
    modules: Mapping[str, Mapping[str, Entry]]
    requires: tuple[str, ...] = ()
    renamed: bool = False


class Releases(Struct, frozen=True):
    """The releases of one distribution, oldest first, and what each is like as a whole."""

    names: tuple[str, ...] = ()
    requires: tuple[tuple[str, ...], ...] = ()
    renamed: tuple[bool, ...] = ()


class Table(Struct, frozen=True):
    """A decoded index: the text of each module is read when somebody asks for it."""

    releases: Mapping[str, Releases]
    lines: Mapping[str, str]
    cache: dict[str, dict[str, str]] = field(default_factory=dict)
    companions: dict[tuple[str, int, str], int | None] = field(default_factory=dict)

    def records(self, module: str) -> Mapping[str, str]:
        """The text of each name of a module, by its path in the module."""
        if (known := self.cache.get(module)) is None:
            texts = self.lines.get(module, "").split(RECORD)
            known = self.cache[module] = dict(text.split(FIELD, 1) for text in texts if text)
        return known


def encode(facts: Iterable[ReleaseFacts]) -> bytes:
    """The index of these releases; their order does not matter."""
    text = write_text(facts).encode()
    return MAGIC + b"%d\n" % FORMAT + zlib.compress(text, 9)


def decode(content: bytes, *, where: str) -> Table:
    """Read an index.

    Raises:
        IndexProblem: it is damaged, or of a newer format.
    """
    head, newline, packed = content.partition(b"\n")
    number = head.removeprefix(MAGIC)
    if not head.startswith(MAGIC) or not newline or not number.isdigit():
        raise bad_index(where, "it is not an index")
    if int(number[:9]) > FORMAT:
        raise newer_index(where, int(number[:9]), FORMAT)
    if int(number[:9]) < FORMAT:
        raise bad_index(where, "it was written by an older concertmaster")
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(packed, MAX_TEXT)
        if not unpacker.eof or unpacker.unused_data:
            raise bad_index(where, "it is cut off or longer than it should be")
        return read_text(text.decode())
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as broken:
        raise bad_index(where, f"it is damaged ({type(broken).__name__})") from broken


def write_text(facts: Iterable[ReleaseFacts]) -> str:
    ordered = sorted(facts, key=lambda each: (list(PACKAGES).index(each.distribution), Version(each.release)))
    by_distribution: dict[str, list[ReleaseFacts]] = defaultdict(list)
    for each in ordered:
        by_distribution[each.distribution].append(each)
    head = {
        name: [[each.release, list(each.requires), each.renamed] for each in releases]
        for name, releases in by_distribution.items()
    }
    lines = (line for releases in by_distribution.values() for line in _lines(releases))
    return "\n".join((json.dumps(head, separators=(",", ":")), *lines))


def read_text(text: str) -> Table:
    head, *lines = text.split("\n")
    releases = {
        name: Releases(
            tuple(str(each[0]) for each in rows),
            tuple(tuple(map(str, each[1])) for each in rows),
            tuple(bool(each[2]) for each in rows),
        )
        for name, rows in json.loads(head).items()
        if name in PACKAGES
    }
    return Table(releases, dict(line.split(RECORD, 1) for line in lines))


def facts_of(table: Table) -> Iterator[ReleaseFacts]:
    """Every release as it was encoded."""
    for distribution, releases in table.releases.items():
        rows: list[dict[str, dict[str, Entry]]] = [{} for _ in releases.names]
        for module in table.lines:
            if distribution_of(module) == distribution:
                _spread(rows, module, table.records(module))
        yield from (
            ReleaseFacts(distribution, name, row, requires, renamed)
            for name, row, requires, renamed in zip(
                releases.names, rows, releases.requires, releases.renamed, strict=True
            )
        )


def _spread(rows: list[dict[str, dict[str, Entry]]], module: str, records: Mapping[str, str]) -> None:
    for name, record in records.items():
        for positions, text in runs_of(record):
            entry = decode_entry(text)
            for position in positions:
                rows[position].setdefault(module, {})[name] = entry


def _lines(releases: list[ReleaseFacts]) -> Iterator[str]:
    seen: dict[str, dict[str, dict[str, list[int]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for position, each in enumerate(releases):
        for module, entries in each.modules.items():
            for name, entry in entries.items():
                seen[module][name][entry.encode()].append(position)
    for module in sorted(seen):
        records = (_record(name, seen[module][name]) for name in sorted(seen[module]))
        yield RECORD.join((module, *records))


def _record(name: str, entries: Mapping[str, list[int]]) -> str:
    ordered = sorted(entries.items(), key=lambda item: item[1])
    return FIELD.join((name, *(part for text, positions in ordered for part in (_ranges(positions), text))))


def _ranges(positions: list[int]) -> str:
    """`0-4,7` for positions that follow one another."""
    parts: list[list[int]] = []
    for position in positions:
        if parts and parts[-1][-1] == position - 1:
            parts[-1][1:] = [position]
        else:
            parts.append([position])
    return ",".join("-".join(map(str, part)) for part in parts)


def runs_of(record: str) -> Iterator[tuple[Iterable[int], str]]:
    """The positions of releases, and the entry that holds in them."""
    fields = record.split(FIELD)
    for ranges, text in zip(fields[::2], fields[1::2], strict=True):
        yield list(_positions(ranges)), text


def entry_text(record: str, position: int) -> str | None:
    """What holds in one release; None when the name is not in it."""
    fields = record.split(FIELD)
    for ranges, text in zip(fields[::2], fields[1::2], strict=True):
        if position in _known_positions(ranges):
            return text
    return None


@lru_cache(maxsize=4096)
def _known_positions(ranges: str) -> frozenset[int]:
    """Most names of a release have come and gone with others: few ranges are written over and over."""
    return frozenset(_positions(ranges))


def _positions(ranges: str) -> Iterator[int]:
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)
