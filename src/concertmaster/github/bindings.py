"""Which imported names each hunk of a rewrite takes away and brings, and so which hunks need which others."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from concertmaster.github.hunks import Rewrite
from concertmaster.project.walker import parse


class Imports(Struct, frozen=True):
    """Where a module's import statements stand, and which line binds which name; lines from 0."""

    lines: frozenset[int]
    names: Mapping[int, set[str]]

    def bound(self, start: int, end: int) -> set[str]:
        """The names that these lines bind."""
        return {name for line in range(start, end) for name in self.names.get(line, ())}


class HunkNames(Struct, frozen=True):
    """What a hunk does to names: those it stops importing, those it starts to import, the words in it."""

    dropped: frozenset[str]
    brought: frozenset[str]
    old_words: frozenset[str]
    new_words: frozenset[str]
    only_imports: bool


def needs(rewrite: Rewrite, owned: Container[int]) -> Iterator[Iterable[int]]:
    """For each hunk of a Python file the hunks without which it would leave names unbound.

    A hunk that is no finding's (not `owned`) tidies up behind others: imports behind those that name the
    same names, anything else behind all of them.
    """
    before, after = _imports(rewrite.old), _imports(rewrite.new)
    everything = range(len(rewrite.hunks))
    if before is None or after is None:
        yield from (everything for _ in everything)
        return
    names = [_names(rewrite, index, before, after) for index in everything]
    where = _Where.of(names)
    for index in everything:
        wanted = set(where.needed(names[index]))
        if index not in owned:
            wanted |= set(where.users(names[index]))
            if not names[index].only_imports or not wanted - {index}:
                wanted.update(everything)
        yield wanted


class _Where(Struct, frozen=True):
    """The hunks by names: which import one, which mention one before and after."""

    bringers: dict[str, list[int]]
    old_users: dict[str, list[int]]
    new_users: dict[str, list[int]]

    @classmethod
    def of(cls, names: Sequence[HunkNames]) -> _Where:
        moved = frozenset().union(*(item.dropped | item.brought for item in names))
        return cls(
            _by_name(item.brought for item in names),
            _by_name(item.old_words & moved for item in names),
            _by_name(item.new_words & moved for item in names),
        )

    def needed(self, item: HunkNames) -> Iterator[int]:
        """Hunks that import what this one uses, and that use or import anew what it stops importing."""
        for name in item.new_words & self.bringers.keys():
            yield from self.bringers[name]
        for name in item.dropped:
            yield from self.old_users.get(name, ())
            yield from self.bringers.get(name, ())

    def users(self, item: HunkNames) -> Iterator[int]:
        """Hunks that use what this one imports."""
        for name in item.brought:
            yield from self.new_users.get(name, ())


def _by_name(sets: Iterable[frozenset[str]]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for index, names in enumerate(sets):
        for name in names:
            found[name].append(index)
    return dict(found)


def _names(rewrite: Rewrite, index: int, before: Imports, after: Imports) -> HunkNames:
    hunk = rewrite.hunks[index]
    gone, there = before.bound(hunk.start, hunk.end), after.bound(hunk.new_start, hunk.new_end)
    old_words, new_words = rewrite.mentions(index)
    only = _only_imports(rewrite.old, before, hunk.start, hunk.end) and _only_imports(
        rewrite.new, after, hunk.new_start, hunk.new_end
    )
    dropped, brought = frozenset(gone - there), frozenset(there - gone)
    return HunkNames(dropped, brought, frozenset(old_words), frozenset(new_words), only)


def _only_imports(lines: Sequence[bytes], imports: Imports, start: int, end: int) -> bool:
    return all(
        index in imports.lines or not lines[index].strip() or lines[index].lstrip().startswith(b"#")
        for index in range(start, end)
    )


def _imports(lines: Sequence[bytes]) -> Imports | None:
    try:
        tree = parse(b"".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    covered = (range(node.lineno - 1, node.end_lineno or node.lineno) for node in found)
    names: defaultdict[int, set[str]] = defaultdict(set)
    for line, name in (pair for node in found for pair in _bound(node)):
        names[line].add(name)
    return Imports(frozenset(line for lines in covered for line in lines), names)


def _bound(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[int, str]]:
    for alias in node.names:
        plain = alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name
        yield alias.lineno - 1, alias.asname or plain


def parses(text: bytes) -> bool:
    """Whether a text is Python."""
    return _imports([text]) is not None
