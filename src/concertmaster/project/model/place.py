"""Where a fact of the model is written."""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Callable, Mapping
from functools import cached_property

from msgspec import Struct, field

from concertmaster.project.definitions import Definitions
from concertmaster.project.python import unreadable_bytes
from concertmaster.project.walker import parse
from concertmaster.project.words import holders


class Place(Struct, frozen=True, order=True):
    """A span of bytes in a file of the project."""

    path: str
    start: int
    end: int


class Parsed(Struct, frozen=True, dict=True):
    """A Python file with its tree, and byte offsets for the tree's positions."""

    path: str
    source: bytes
    tree: ast.Module

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(rb"\n", self.source))]

    def place(self, node: ast.AST) -> Place:
        """Where a node stands; a definition by its first line."""
        assert isinstance(node, (ast.expr, ast.stmt, ast.keyword, ast.alias))  # noqa: S101
        start = self._offset(node.lineno, node.col_offset)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            following = self._lines[node.lineno] if node.lineno < len(self._lines) else len(self.source)
            return Place(self.path, start, max(start, len(self.source[:following].rstrip())))
        return Place(self.path, start, self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0))

    def _offset(self, line: int, column: int) -> int:
        bom = 3 if line == 1 and self.source.startswith(b"\xef\xbb\xbf") else 0
        return self._lines[line - 1] + bom + column

    def line_of(self, offset: int) -> int:
        return bisect.bisect_right(self._lines, offset)

    def text(self, node: ast.AST) -> str:
        place = self.place(node)
        return self.source[place.start : place.end].decode("utf-8", "replace")


#: All words that may be asked for, since files are read once for all of them.
LOOKED_FOR = frozenset(
    b"""
    ALL_WORKFLOWS.update ALL_WORKFLOWS[ LazyWorkflowInstance OrchestratorCore ProductBlockModel
    SUBSCRIPTION_MODEL_REGISTRY _workflow( cli.main down_revision initialise_celery is_base lifecycle
    product_block_name task version_locations workflow
    """.split()
)
#: Bytes of source of which trees are held, each some twenty times as large, and of which the text is.
MOST_TREES, MOST_TEXTS = 2_000_000, 32_000_000


class Trees:
    """Trees of files in UTF-8, as many as may be held; a model is built several times."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, bytes], Parsed | None] = {}
        self._size = 0

    def of(self, path: str, source: bytes) -> Parsed | None:
        """The tree of a file; None where there is none."""
        key = (path, source)
        if key not in self._held:
            if self._size > MOST_TREES:
                self._held.clear()
                self._size = 0
            self._held[key] = _parse(path, source)
            self._size += len(source)
        return self._held[key]

    def let_go(self, path: str, source: bytes) -> None:
        if self._held.pop((path, source), None) is not None:
            self._size -= len(source)


TREES = Trees()


def _parse(path: str, source: bytes) -> Parsed | None:
    if unreadable_bytes(source) is not None:
        return None
    try:
        source.decode("utf-8")
        return Parsed(path, source, parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class Sources(Struct, dict=True):
    """The files of one project, read and parsed when they are asked for."""

    paths: tuple[str, ...]
    read: Callable[[str], bytes | None]
    _parsed: dict[str, Parsed | None] = field(default_factory=dict)
    _contents: dict[str, bytes | None] = field(default_factory=dict)
    _held: int = 0
    _trees: int = 0

    @cached_property
    def definitions(self) -> Definitions:
        return Definitions(self.paths, self.source)

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.paths)

    @cached_property
    def python(self) -> tuple[str, ...]:
        return tuple(path for path in self.paths if path.endswith(".py"))

    def source(self, path: str) -> bytes | None:
        """The bytes of a file; of a very large project those that come too late to be held are read again."""
        if path in self._contents:
            return self._contents[path]
        found = self.read(path)
        if self._held < MOST_TEXTS:
            self._contents[path] = found
            self._held += len(found or b"")
        return found

    def parsed(self, path: str) -> Parsed | None:
        if path not in self._parsed:
            source = self.source(path)
            self._parsed[path] = None if source is None else TREES.of(path, source)
            self._trees += len(source or b"")
        return self._parsed[path]

    def let_go(self, path: str) -> bool:
        """Hold the tree of a file no longer that is of no use, where many are held; whether it is gone."""
        file = self._parsed.get(path)
        if file is None or self._trees <= MOST_TREES:
            return False
        del self._parsed[path]
        self._trees -= len(file.source)
        TREES.let_go(path, file.source)
        return True

    def holding(self, *words: bytes) -> tuple[str, ...]:
        """The Python files that hold one of these words."""
        if not LOOKED_FOR.issuperset(words):
            raise ValueError(f"not all of {words} are looked for")
        there = {path for word in words for path in self._holders[word]}
        return tuple(path for path in self.python if path in there)

    @cached_property
    def _holders(self) -> Mapping[bytes, tuple[str, ...]]:
        return holders(LOOKED_FOR, self.python, self.read)
