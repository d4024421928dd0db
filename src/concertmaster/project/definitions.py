"""What the project's own modules define and pass on: classes with their bases, names that are re-exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from posixpath import dirname

from concertmaster.project.modules import PLAIN_IMPORTS, Module, imported, read_module
from concertmaster.project.names import CORE, ROOT, canonical
from concertmaster.project.words import holders

MAX_STEPS = 40


class Definitions:
    """The project's modules, read when they are asked for.

    `likely` are names of which it may be asked whether somebody takes them: they are looked for together.
    """

    def __init__(
        self, paths: Iterable[str], read: Callable[[str], bytes | None], likely: Iterable[str] = ()
    ) -> None:
        self._paths = tuple(paths)
        self._read = read
        self._likely = frozenset(name.encode() for name in likely)
        self._modules: dict[str, Module] = {}
        self._seen: dict[tuple[str, str], str | None] = {}
        self._speaking: dict[str, bool] = {}
        self._held: dict[bytes, tuple[str, ...]] = {}

    def origin(self, dotted: str, importer: str) -> str:
        """The canonical name behind a name that the project's modules pass on; the name itself where none does.

        `dotted` is as an import in the file `importer` spells it, with leading dots where it is relative.
        Names that the project defines come back as `path:name`.
        """
        for _ in range(MAX_STEPS):
            found = self._place(dotted, importer)
            if found is None:
                return dotted if dotted.startswith(".") else canonical(dotted)
            importer, name = found
            following = self._following(self.module(importer), name)
            if following is None:
                return f"{importer}:{name}"
            dotted = following
        return dotted

    def ancestors(self, dotted: str, importer: str) -> frozenset[str]:
        """Canonical names of everything that a class derives from, itself included; outside classes end the chain."""
        seen: set[str] = set()
        pending = [(dotted, importer)]
        while pending and len(seen) < MAX_STEPS:
            origin = self.origin(*pending.pop())
            if origin in seen:
                continue
            seen.add(origin)
            path, colon, name = origin.rpartition(":")
            if colon:
                module = self.module(path)
                pending += [(self._spelled(module, base), path) for base in module.classes.get(name, ())]
        return frozenset(seen)

    def methods(self, dotted: str, importer: str) -> frozenset[str]:
        """The names of the methods that the project's own classes among a class and its ancestors define."""
        own = (origin.rpartition(":") for origin in self.ancestors(dotted, importer))
        return frozenset().union(
            *(self.module(path).methods.get(name, ()) for path, colon, name in own if colon)
        )

    def module(self, path: str) -> Module:
        """The names of a file; none where it cannot be read."""
        if path not in self._modules:
            source = self.source(path)
            self._modules[path] = read_module(source.decode("utf-8", "replace")) if source else Module()
        return self._modules[path]

    def source(self, path: str) -> bytes:
        """The text of a file; nothing where it cannot be read."""
        return self._read(path) or b""

    def reaches_framework(self, path: str, source: bytes) -> bool:
        """Whether a file imports a name of the framework from another module of the project.

        On the way only packages are looked through that do not speak of the framework themselves.
        """
        folder = dirname(path)
        for module, names in imported(source):
            if self._may_pass_on(module, folder):
                for name in names:
                    dotted = f"{module}{name}" if module.endswith(".") else f"{module}.{name}"
                    if self.origin(dotted, path).startswith(CORE):
                        return True
        return False

    def imports_own(self, path: str, source: bytes) -> bool:
        """Whether a file imports anything at all from the project's own modules."""
        folder = dirname(path)
        for module, names in imported(source):
            if self._is_own(module, folder):
                return True
            begin = module if module.endswith(".") else f"{module}."
            if any(self._is_own(f"{begin}{name}", folder) for name in names if name in self._by_last):
                return True
        plain = (name for match in PLAIN_IMPORTS.finditer(source) for name in match["names"].split(b","))
        modules = (name.split()[0].decode("ascii", "replace") for name in plain if name.strip())
        return any(self._is_own(module, folder) for module in modules)

    def _may_be_own(self, module: str) -> bool:
        """Whether the project has a file of this name at all: False is certain, and costs little."""
        return module.rpartition(".")[2] in self._by_last or module.startswith(".")

    def _is_own(self, module: str, folder: str) -> bool:
        return self._seen_from(folder, module) is not None

    def _may_pass_on(self, module: str, folder: str) -> bool:
        found = self._seen_from(folder, module)
        return found is not None and (found.endswith("__init__.py") or self._speaks(found))

    def _seen_from(self, folder: str, module: str) -> str | None:
        """The file of a module, for whatever file of a folder imports it."""
        if not self._may_be_own(module):
            return None
        key = (folder, module)
        if key not in self._seen:
            self._seen[key] = self.find(module, f"{folder}/_" if folder else "_")
        return self._seen[key]

    def _speaks(self, path: str) -> bool:
        if path not in self._speaking:
            self._speaking[path] = ROOT.encode() in self.source(path)
        return self._speaking[path]

    def _following(self, module: Module, name: str) -> str | None:
        """Where a name of a module comes from; None where the module defines it, or nothing tells."""
        if name in module.classes:
            return None
        if name in module.imports:
            return module.imports[name]
        if name in module.aliases:
            return self._spelled(module, module.aliases[name])
        return None

    def _spelled(self, module: Module, dotted: str) -> str:
        """A name as used in a module, spelled by the module's imports; its own names become relative ones."""
        first, _, rest = dotted.partition(".")
        start = module.imports.get(first) or module.aliases.get(first) or f".:{first}"
        return f"{start}.{rest}" if rest else start

    def _place(self, dotted: str, importer: str) -> tuple[str, str] | None:
        """The file of the project that holds a name, and the name in it; None for what lies outside."""
        if dotted.startswith(".:"):
            return importer, dotted[2:]
        module, _, name = dotted.rpartition(".")
        if not module or not name:
            return None
        path = self.find(module, importer)
        return None if path is None else (path, name)

    def find(self, module: str, importer: str) -> str | None:
        """The file of a module, seen from another file; None where the project has no such module."""
        if module.startswith("."):
            return self._relative(module, importer)
        tail = module.replace(".", "/")
        wanted = (f"{tail}.py", f"{tail}/__init__.py")
        candidates = [
            path
            for path in self._by_last.get(module.rpartition(".")[2], ())
            if any(path == end or path.endswith(f"/{end}") for end in wanted)
        ]
        return max(candidates, key=lambda path: _nearness(path, importer), default=None)

    def is_taken(self, path: str, name: str) -> bool:
        """Whether another file of the project takes a name from a module, by an import or as `module.name`."""
        stem = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
        spelled = f"{stem}.{name}".encode()
        return any(
            spelled in source or self._imports(other, source, path, name)
            for other in self._holding(name.encode())
            if other != path and (source := self.source(other))
        )

    def _holding(self, word: bytes) -> tuple[str, ...]:
        """The Python files that hold a word, looked for once: many files rename the same names."""
        if word not in self._held:
            words = self._likely if word in self._likely else (word,)
            python = (path for path in self._paths if path.endswith(".py"))
            self._held.update(holders(words, python, self._read))
        return self._held[word]

    def _imports(self, importer: str, source: bytes, path: str, name: str) -> bool:
        return any(
            name in tuple(names) and self.find(module, importer) == path for module, names in imported(source)
        )

    def has(self, path: str) -> bool:
        """Whether the project has a file."""
        return path in self._known

    def _relative(self, module: str, importer: str) -> str | None:
        level = len(module) - len(module.lstrip("."))
        folder = dirname(importer)
        for _ in range(level - 1):
            folder = dirname(folder)
        inner = module[level:].replace(".", "/")
        base = "/".join(part for part in (folder, inner) if part)
        options = (f"{base}.py", f"{base}/__init__.py" if base else "__init__.py")
        return next((path for path in options if path in self._known), None)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._paths)

    @cached_property
    def _by_last(self) -> dict[str, list[str]]:
        """Python files by the last part of their module's name."""
        table: dict[str, list[str]] = {}
        for path in self._paths:
            if path.endswith(".py"):
                stem = path[:-3].removesuffix("/__init__")
                table.setdefault(stem.rpartition("/")[2], []).append(path)
        return table


def _nearness(path: str, importer: str) -> tuple[int, int]:
    """More shared folders first, then the shorter path: the module of the same project in a repository of many."""
    shared = 0
    for one, other in zip(path.split("/"), importer.split("/"), strict=False):
        if one != other:
            break
        shared += 1
    return shared, -len(path)
