"""A Python file under review: bytes first, the tree on demand, names resolved through imports and scopes."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar, overload

from concertmaster.project.names import ROOT, canonical
from concertmaster.project.scopes import Imported, Scope
from concertmaster.project.suppressions import Suppression, python_suppressions
from concertmaster.project.surroundings import Surroundings as Surroundings
from concertmaster.project.text import TextFile
from concertmaster.project.text import Unreadable as Unreadable
from concertmaster.project.walker import Walker, parsed, walked

Node = TypeVar("Node", bound=ast.AST)
Other = TypeVar("Other", bound=ast.AST)
MAX_BYTES = 1024 * 1024
_LONE_CR = re.compile(rb"\r(?!\n)")


class PythonFile(TextFile):
    """One file with everything a rule may ask of it. Offsets are byte offsets in `source`."""

    def __init__(self, path: str, source: bytes, around: Surroundings) -> None:
        super().__init__(path, source, around.window)
        self._qualified: dict[ast.AST, str | None] = {}
        self._modules: dict[ast.ImportFrom, str | None] = {}
        self._by_import: dict[type[ast.AST], Sequence[ast.AST]] = {}
        self._heads: dict[tuple[Scope, str], str | None] = {}
        self.origins: dict[ast.AST, str | None] = {}  # of `reexports.origin`
        self.memo: dict[Hashable, Any] = {}  # what is worked out once for all rules that look at the file
        self.around = around

    @cached_property
    def encoding(self) -> str:
        """The declared encoding.

        Raises:
            Unreadable: it is unknown, or contradicts a byte order mark.
        """
        try:
            name, _ = tokenize.detect_encoding(io.BytesIO(self.source).readline)
        except (SyntaxError, UnicodeDecodeError) as error:
            raise Unreadable(f"encoding: {error}") from None
        return "utf-8" if name == "utf-8-sig" else name

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree.

        Raises:
            Unreadable: the file is no Python that this interpreter can parse.
        """
        reason = unreadable_bytes(self.source)
        if reason:
            raise Unreadable(reason)
        try:
            return parsed(self.source)
        except SyntaxError as error:
            line = f"line {error.lineno}: " if error.lineno else ""
            raise Unreadable(f"syntax error, {line}{error.msg}") from None
        except (ValueError, UnicodeDecodeError) as error:
            raise Unreadable(f"not valid text: {error}") from None
        except (RecursionError, MemoryError):
            raise Unreadable("nested too deeply to be parsed") from None

    def _read_suppressions(self) -> tuple[Suppression, ...]:
        return python_suppressions(self.source.decode(self.encoding).removeprefix("\ufeff"), self.tree)

    @cached_property
    def _walk(self) -> Walker:
        return walked(self.source, self.tree)

    @overload
    def nodes(self, one: type[Node], /) -> Iterator[Node]: ...

    @overload
    def nodes(self, one: type[Node], two: type[Other], /) -> Iterator[Node | Other]: ...

    def nodes(self, *types: type[ast.AST]) -> Iterator[ast.AST]:
        """All nodes of exactly these types, in source order per type."""
        for kind in types:
            yield from self._walk.by_type.get(kind, ())

    def nodes_of(self, kind: type[ast.AST]) -> Sequence[ast.AST]:
        """All nodes of exactly this type, in source order."""
        return self._walk.by_type.get(kind, ())

    def imported_nodes(self, kind: type[ast.AST]) -> Sequence[ast.AST]:
        """The nodes of a type that begin with an imported name, in source order: all that can have an origin."""
        if kind not in self._by_import:
            self._by_import[kind] = list(_rooted_in(self.imported_names, self.nodes_of(kind)))
        return self._by_import[kind]

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self._walk.parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, innermost first."""
        while (up := self.parent(node)) is not None:
            yield up
            node = up

    def statement(self, node: ast.AST) -> ast.stmt:
        """The statement that holds a node, or the node itself."""
        while not isinstance(node, ast.stmt):
            up = self.parent(node)
            if up is None:
                return self.tree.body[0]
            node = up
        return node

    @property
    def module_scope(self) -> Scope:
        return self._walk.root

    def scope(self, node: ast.AST) -> Scope:
        """The scope that a node is evaluated in."""
        known = self._walk.scopes
        if isinstance(node, ast.Name) and node in known:
            return known[node]
        for up in self.ancestors(node):
            if up in known:
                return known[up]
        return self._walk.root

    # -- names ---------------------------------------------------------------------------------

    def bindings(self, name: ast.Name) -> list[Imported]:
        """The imports that a name refers to; empty when it may be anything else."""
        scope = self.scope(name).find(name.id)
        if scope is None or name.id in scope.others:
            return []
        return scope.imports[name.id]

    def dotted(self, node: ast.AST) -> str | None:
        """`a.b.c` for a chain of attributes on an imported name, as the imports spell it."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.imported_names:
            return None
        head = self._head(node)
        return head if head is None or not parts else ".".join((head, *reversed(parts)))

    @cached_property
    def imported_names(self) -> frozenset[str]:
        """The names that imports bind anywhere in the file: most names are none of them."""
        return frozenset(
            alias.asname or alias.name.partition(".")[0]
            for node in self.nodes(ast.Import, ast.ImportFrom)
            for alias in node.names
        )

    def _head(self, name: ast.Name) -> str | None:
        """What an imported name stands for where it is read; None when that is not certain."""
        key = (self.scope(name), name.id)
        if key not in self._heads:
            origins = {imported.dotted for imported in self.bindings(name)}
            is_certain = len({self.canonical(origin) for origin in origins}) == 1
            self._heads[key] = min(origins) if is_certain else None
        return self._heads[key]

    def qualified(self, node: ast.AST) -> str | None:
        """The canonical name that an expression stands for; None when that is not certain.

        Names of the framework come in the spelling of 5.0 and later whatever the file writes:
        `orchestrator.types.State` is `orchestrator.core.types.State`.
        """
        if node not in self._qualified:
            dotted = self.dotted(node)
            self._qualified[node] = None if dotted is None else self.canonical(dotted)
        return self._qualified[node]

    def canonical(self, dotted: str, *, module: bool = False) -> str:
        """`names.canonical`, unless the project's own package of that name is meant."""
        if self.around.shadow is not None and dotted.startswith(ROOT + "."):
            first = dotted.split(".")[1]
            if first in self.around.shadow:
                return f"<local>.{dotted}"
        return canonical(dotted, module=module)

    def imported_module(self, node: ast.ImportFrom) -> str | None:
        """The canonical module of a `from … import`; None for relative imports."""
        if node not in self._modules:
            known = None if node.level or not node.module else self.canonical(node.module, module=True)
            self._modules[node] = known
        return self._modules[node]

    # -- text ----------------------------------------------------------------------------------

    def offset(self, line: int, column: int) -> int:
        """The byte offset of an `ast` position (line from 1, column in UTF-8 bytes)."""
        start = self._lines[line - 1] + (self._bom if line == 1 else 0)
        if self.encoding == "utf-8":
            return start + column
        end = self._lines[line] if line < len(self._lines) else len(self.source)
        text = self.source[start:end].decode(self.encoding)
        return start + len(text.encode()[:column].decode().encode(self.encoding))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """The byte offsets at which a node starts and ends."""
        assert isinstance(node, (ast.expr, ast.stmt, ast.alias, ast.arg, ast.keyword, ast.excepthandler))  # noqa: S101
        start = self.offset(node.lineno, node.col_offset)
        assert node.end_lineno is not None and node.end_col_offset is not None  # noqa: S101, PT018
        return start, self.offset(node.end_lineno, node.end_col_offset)

    def text(self, node: ast.AST) -> str:
        """The source of a node as it is written."""
        start, end = self.span(node)
        return self.source[start:end].decode(self.encoding)


def _rooted_in(names: frozenset[str], nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The calls and chains of attributes that begin with one of these names."""
    for node in nodes:
        root: Any = node.func if isinstance(node, ast.Call) else node
        while root.__class__ is ast.Attribute:
            root = root.value
        if root.__class__ is ast.Name and root.id in names:
            yield node


def unreadable_bytes(source: bytes) -> str | None:
    """Why these bytes are not looked at as Python; None when they are."""
    if len(source) > MAX_BYTES:
        return f"larger than {MAX_BYTES // 1024} KiB"
    if b"\0" in source:
        return "holds NUL bytes"
    if _LONE_CR.search(source):
        return "uses lone carriage returns as line endings"
    return None
