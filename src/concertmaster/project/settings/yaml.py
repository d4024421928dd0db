"""Settings in YAML: compose files, Kubernetes manifests, Helm values, workflows of continuous integration."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.settings.fallbacks import narrowed
from concertmaster.project.settings.model import Group, Kind, Setting, Written
from concertmaster.project.settings.nodes import Node, documents
from concertmaster.project.settings.programs import Frame, Programs
from concertmaster.project.settings.scripts import SCRIPTS, scripts, written

KEY = re.compile(r"[A-Z][A-Z0-9_]{2,63}")
ITEM = re.compile(r"(?P<key>[A-Z][A-Z0-9_]{2,63})(?:=(?P<value>.*))?", re.DOTALL)
_TRAILING = re.compile(r"[ \t]*,")
#: Keys below which names in capitals are no variables of a program.
_ELSEWHERE = frozenset(("args", "build-args", "build_args", "labels", "annotations", "matrix"))
_ELSEWHERE_IN_CI = _ELSEWHERE | {"secrets", "outputs", "inputs", "with"}
_CONFIGS = frozenset(("ConfigMap", "Secret"))
_LISTS = frozenset(
    ("environment", "env", "envs", "envvars", "env_vars", "variables", "extraenv", "extraenvs")
)


def read_yaml(text: Manifest) -> Iterator[Setting]:
    """Every variable that a file sets, document by document.

    Raises:
        NotUnderstood: it is not well-formed.
    """
    roots = documents(text.text)
    programs = Programs(roots)
    elsewhere = _ELSEWHERE_IN_CI if ".github/" in f"/{text.path}" else _ELSEWHERE
    for root in roots:
        for frame in frames(Frame(root)):
            if frame.name not in elsewhere:
                yield from _Reader(text, frame, programs).settings()


def frames(root: Frame) -> Iterator[Frame]:
    """Every mapping and list of a document with what is above it, in its order."""
    pending = [root]
    while pending:
        frame = pending.pop()
        if frame.node.kind in ("mapping", "list"):
            yield frame
            pending.extend(reversed(frame.below()))


class _Reader(Struct, frozen=True):
    """Reads one mapping or list."""

    text: Manifest
    frame: Frame
    programs: Programs

    def settings(self) -> Iterator[Setting]:
        node = self.frame.node
        yield from self._scripts()
        in_script = self.frame.name in SCRIPTS and node.kind == "list"
        found = [] if in_script else list(self._entries() if node.kind == "mapping" else self._items())
        if not found:
            return
        count = len(node.children) // (2 if node.kind == "mapping" else 1)
        whole = self._whole() if len(found) == count else (0, 0)
        readers, around = self.programs.readers(self.frame), self.programs.place(self.frame)
        places = (self.text.bytes_at(*whole), self.text.bytes_at(*around))
        group = Group(node.start, readers, *places, config=self._config())
        for each in found:
            yield narrowed(each).on(self.text, group, Kind.YAML)

    def _scripts(self) -> Iterator[Setting]:
        """What the commands at the keys of a mapping set."""
        for key, value in self.frame.node.pairs():
            for node in scripts(value) if key.value in SCRIPTS else ():
                group = Group(node.start, self.programs.readers(self.frame))
                for each in written(self.text, node):
                    yield each.on(self.text, group, Kind.SHELL)

    def _config(self) -> str:
        """What a ConfigMap or Secret of Kubernetes is called, in its data; empty elsewhere."""
        up, key = self.frame.up, self.frame.key
        is_data = up is not None and up.up is None and key in ("data", "stringData")
        return self.programs.name(up.node) if up and is_data and up.node.text("kind") in _CONFIGS else ""

    def _is_encoded(self) -> bool:
        up = self.frame.up
        return (
            self.frame.key == "data"
            and bool(self._config())
            and up is not None
            and up.node.text("kind") == "Secret"
        )

    def _entries(self) -> Iterator[Written]:
        """`KEY: value`, and `KEY: {value: …}` as GitLab has it."""
        pairs = list(self.frame.node.pairs())
        spans = [(key.start, value.end) for key, value in pairs]
        encoded = self._is_encoded()
        for index, (key, value) in enumerate(pairs):
            if key.is_text and KEY.fullmatch(key.value) and value.kind != "list":
                inner = value.get("value") if value.kind == "mapping" else value
                if inner is not None:
                    entry = self._entry(spans, index, value)
                    each = self._written(key.value, self._inner(key)[0], inner, entry)
                    yield _decoded(each) if encoded else each

    def _items(self) -> Iterator[Written]:
        """`- KEY=value`, `- KEY`, and `- name: KEY` with its value."""
        items = self.frame.node.items()
        spans = [(item.start, item.end) for item in items]
        for index, item in enumerate(items):
            entry = self._entry(spans, index, item)
            name = item.get("name")
            if name is not None and KEY.fullmatch(name.value) and ({"value", "valueFrom"} & _names(item)):
                inner = item.get("value")
                yield self._written(name.value, self._inner(name)[0], inner, entry)
            elif item.is_text and (match := ITEM.fullmatch(item.value)) and self._is_variable(match):
                yield self._item(item, match, entry)

    def _is_variable(self, match: re.Match[str]) -> bool:
        return match["value"] is not None or self.frame.name.lower() in _LISTS

    def _item(self, item: Node, match: re.Match[str], entry: tuple[int, int]) -> Written:
        start, end = self._inner(item)
        if match["value"] is None or self.text.text[start:end] != item.value:
            return Written(match["key"], start, entry, match["value"])
        value_at = (start + match.start("value"), end)
        return Written(match["key"], start, entry, match["value"], value_at, quote="=")

    def _written(self, key: str, start: int, value: Node | None, entry: tuple[int, int]) -> Written:
        if value is None or not value.is_text:
            return Written(key, start, entry)
        if value.is_null:
            return Written(key, start, entry, None, (value.start, value.end))
        inner = self._inner(value)
        faithful = self.text.text[slice(*inner)] == value.value
        return Written(key, start, entry, value.value, inner if faithful else None, value.style)

    def _inner(self, node: Node) -> tuple[int, int]:
        quoted = node.style in ("'", '"')
        return (node.start + 1, node.end - 1) if quoted else (node.start, node.end)

    def _entry(self, spans: list[tuple[int, int]], index: int, value: Node) -> tuple[int, int]:
        """What goes with an entry: its lines, or in braces it and a comma; nowhere where others refer to it."""
        start, end = spans[index]
        if any(node.anchor for node in value.walk() if node.kind != "alias"):
            return (0, 0)
        if not self.frame.node.flow:
            return self._lines(start, end)
        if index + 1 < len(spans):
            return start, spans[index + 1][0]
        if index:
            return spans[index - 1][1], end
        comma = _TRAILING.match(self.text.text, end)
        return start, comma.end() if comma else end

    def _lines(self, start: int, end: int) -> tuple[int, int]:
        text = self.text.text
        first = text.rfind("\n", 0, start) + 1
        lead = "-" if self.frame.node.kind == "list" else ""
        if text[first:start].strip() != lead:
            return (0, 0)
        last = end if text[end - 1 : end] == "\n" else text.find("\n", end) + 1
        return first, last or len(text)

    def _whole(self) -> tuple[int, int]:
        """The key that the mapping or list stands at, with all of it."""
        node, up, key = self.frame.node, self.frame.up, self.frame.name_node
        if (
            up is None
            or key is None
            or up.node.kind != "mapping"
            or up.node.flow
            or len(up.node.children) < 4
        ):
            return (0, 0)
        if any(each.anchor for each in node.walk() if each.kind != "alias"):
            return (0, 0)
        return _Reader(self.text, up, self.programs)._lines(key.start, node.end)


def _decoded(each: Written) -> Written:
    """A value of a Secret's data: read, but not to be written."""
    try:
        value: str | None = base64.b64decode(each.value or "", validate=True).decode()
    except ValueError:
        value = None
    return replace(each, value=value, value_at=None, problem="its value is encoded with base64")


def _names(item: Node) -> set[str]:
    return {key.value for key, _ in item.pairs()}
