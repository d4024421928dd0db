"""Which program a part of a YAML file is meant for: a service, a container, a job, a section of values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import takewhile

from msgspec import Struct

from concertmaster.project.settings.known import runs_tests, speaks_of_framework
from concertmaster.project.settings.model import Reader
from concertmaster.project.settings.nodes import Node

#: A mapping with one of these describes a program.
_PROGRAM = frozenset(("image", "command", "entrypoint", "build", "script", "steps"))
#: What these say is not said of the program itself.
_UNTOLD = frozenset(
    """environment env envfrom env_file variables volumes depends_on needs networks labels annotations links
    healthcheck ports secrets configs services volumemounts""".split()
)
_LIMIT = 20_000
_MAX_USERS = 20


class Frame(Struct, frozen=True, eq=False):
    """A node with the key that it stands at, and what is around it."""

    node: Node
    name_node: Node | None = None
    up: Frame | None = None

    @property
    def key(self) -> str:
        """The key that it stands at; empty for the members of a list."""
        return self.name_node.value if self.name_node is not None else ""

    def below(self) -> list[Frame]:
        """What stands in it, in its order."""
        pairs = [Frame(value, key, self) for key, value in self.node.pairs()]
        return pairs or [Frame(item, None, self) for item in self.node.items()]

    @property
    def name(self) -> str:
        """The nearest key above, through lists."""
        return next((frame.key for frame in self.upwards() if frame.key), "")

    def upwards(self) -> Iterator[Frame]:
        """This frame and those around it, from the inside."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.up


class Programs:
    """What a file says of the programs in it."""

    def __init__(self, roots: Sequence[Node]) -> None:
        self._roots = roots
        self._told: dict[int, tuple[bool, bool]] = {}
        self._programs: dict[int, bool] = {}
        self._names: dict[int, str] = {}

    def readers(self, frame: Frame) -> tuple[Reader, ...]:
        """The programs that get what stands in a mapping or list, those that take it in by an alias included."""
        around = self._program(frame)
        inside = list(takewhile(lambda each: each is not around, frame.upwards()))
        own = self._own(frame, around, " ".join(each.key for each in reversed(inside) if each.key))
        anchors = [each.node.anchor for each in (*inside, around) if each is not None]
        users = [reader for anchor in anchors for reader in self._by_alias.get(anchor, ())]
        if around is None and users:
            return tuple(users)
        return (own, *(reader for reader in users if reader.name != own.name))

    def place(self, frame: Frame) -> tuple[int, int]:
        """Where the program around a mapping or list is described."""
        around = self._program(frame)
        return (0, 0) if around is None else (around.node.start, around.node.end)

    def _own(self, frame: Frame, around: Frame | None, path: str) -> Reader:
        """A manifest is called by its metadata; variables of a whole file are for everything in it."""
        root = list(frame.upwards())[-1]
        name = self.name(root.node)
        ours = speaks_of_framework(f"{name} {around.name if around else ''} {path}")
        if around is not None:
            return self._reader(around, ours)
        if frame.up is root and frame.node.kind == "mapping" and not name:
            speaks, tests = self._tells(root.node)
            return Reader(frame.name, ours or speaks, tests=tests)
        return Reader(name or frame.name, ours)

    def name(self, root: Node) -> str:
        """What a document calls itself."""
        if id(root) not in self._names:
            metadata = root.get("metadata")
            self._names[id(root)] = metadata.text("name") if metadata is not None else ""
        return self._names[id(root)]

    def _program(self, frame: Frame) -> Frame | None:
        return next((each for each in frame.upwards() if self._is_program(each.node)), None)

    def _is_program(self, node: Node) -> bool:
        if id(node) not in self._programs:
            self._programs[id(node)] = _is_program(node)
        return self._programs[id(node)]

    def _speaks(self, node: Node) -> bool:
        """Whether a program tells by itself, or by having the same image as one that does."""
        return self._tells(node)[0] or not _origins(node).isdisjoint(self._origins)

    def _tells(self, node: Node) -> tuple[bool, bool]:
        """Whether a program's scalars, but for its settings and wiring, tell of the framework, and of tests."""
        if id(node) not in self._told:
            said = " ".join(_scalars(node))[:_LIMIT]
            self._told[id(node)] = speaks_of_framework(said), runs_tests(said)
        return self._told[id(node)]

    @cached_property
    def _origins(self) -> frozenset[str]:
        """Images and build contexts of programs that are surely built on the framework."""
        frames = (frame for root in self._roots for frame in _programs(Frame(root)))
        sure = (frame for frame in frames if speaks_of_framework(frame.key) or self._tells(frame.node)[0])
        return frozenset(origin for frame in sure for origin in _origins(frame.node))

    def named(self, frame: Frame) -> Reader:
        """A program by its own mapping."""
        return self._reader(frame, speaks_of_framework(frame.name))

    def _reader(self, frame: Frame, ours: bool) -> Reader:
        ours = ours or self._speaks(frame.node)
        tests = self._tells(frame.node)[1]
        made = {key.value for key, _ in frame.node.pairs()} & {"build", "steps", "script"}
        foreign = not ours and not made and bool(frame.node.text("image"))
        return Reader(_called(frame), ours, foreign, tests)

    @cached_property
    def _by_alias(self) -> dict[str, list[Reader]]:
        """The programs that take in what an anchor names."""
        users: dict[str, list[Reader]] = {}
        for frame in (frame for root in self._roots for frame in _programs(Frame(root))):
            reader = self.named(frame)
            for name in sorted({node.value for node in frame.node.walk() if node.kind == "alias"}):
                readers = users.setdefault(name, [])
                if len(readers) < _MAX_USERS:
                    readers.append(reader)
        return users


def _origins(node: Node) -> frozenset[str]:
    build = node.get("build")
    context = build.text("context") if build is not None and build.kind == "mapping" else node.text("build")
    return frozenset(origin for origin in (node.text("image"), context and f"build {context}") if origin)


def _is_program(node: Node) -> bool:
    return any(key.value in _PROGRAM for key, _ in node.pairs())


def _called(frame: Frame) -> str:
    """A container's name, or the key that a program stands at."""
    return frame.node.text("name") or frame.node.text("container_name") or frame.name


def _programs(root: Frame) -> Iterator[Frame]:
    pending = [root]
    while pending:
        frame = pending.pop()
        if _is_program(frame.node):
            yield frame
        pending += frame.below()


def _scalars(node: Node) -> Iterator[str]:
    pending = [node]
    while pending:
        each = pending.pop()
        if each.is_text:
            yield each.value
        below = [value for key, value in each.pairs() if key.value.lower() not in _UNTOLD]
        pending += reversed(below or each.items())
