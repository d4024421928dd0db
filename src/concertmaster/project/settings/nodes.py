"""YAML as it is written: every node with its place, aliases left unresolved, nothing constructed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct, field
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from concertmaster.project.manifests.model import NotUnderstood

MAX_DEPTH = 100
_PROPERTIES = re.compile(r"(?:[!&]\S*\s+)*")
_COLON = re.compile(r"\s*:")


class Node(Struct, eq=False):
    """A scalar, an alias, a mapping or a list; places are characters of the text.

    A collection ends where its last member does, and a scalar starts behind its tag and its anchor.
    `children` of a mapping are keys and values in turn.
    """

    kind: str
    start: int
    end: int
    value: str = ""
    style: str = ""
    anchor: str = ""
    flow: bool = False
    children: list[Node] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        return self.kind == "scalar"

    @property
    def is_null(self) -> bool:
        """A plain scalar that stands for nothing."""
        return self.is_text and not self.style and self.value in ("", "~", "null", "Null", "NULL")

    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """The entries of a mapping; none for everything else."""
        if self.kind == "mapping":
            yield from zip(self.children[::2], self.children[1::2], strict=False)

    def items(self) -> list[Node]:
        """The members of a list; none for everything else."""
        return self.children if self.kind == "list" else []

    def get(self, key: str) -> Node | None:
        """The value of a key; the last one where it is written twice."""
        found = [value for name, value in self.pairs() if name.is_text and name.value == key]
        return found[-1] if found else None

    def text(self, key: str) -> str:
        """The scalar at a key; empty where there is none."""
        value = self.get(key)
        return value.value if value is not None and value.is_text else ""

    def walk(self) -> Iterator[Node]:
        """This node and everything below it."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending.extend(reversed(node.children))


@lru_cache(maxsize=2)
def documents(text: str) -> list[Node]:
    """The root node of each document.

    Raises:
        NotUnderstood: it is not well-formed, or nested too deeply.
    """
    try:
        return list(_documents(text))
    except (YAMLError, ValueError, RecursionError) as error:
        reason = getattr(error, "problem", None) or type(error).__name__
        raise NotUnderstood(f"not valid YAML: {reason}") from None


def _documents(text: str) -> Iterator[Node]:
    open_nodes: list[Node] = []
    for event in YAML(typ="safe", pure=True).parse(text):
        if isinstance(event, DocumentStartEvent):
            open_nodes.clear()
        elif isinstance(event, CollectionEndEvent):
            _close(open_nodes.pop(), event)
        elif isinstance(event, NodeEvent):
            node = _node(event, text)
            if open_nodes:
                _add(open_nodes[-1], node, text)
            else:
                yield node
            if node.kind in ("mapping", "list"):
                open_nodes.append(node)
        if len(open_nodes) > MAX_DEPTH:
            raise NotUnderstood("nested too deeply to be read")


def _close(node: Node, event: CollectionEndEvent) -> None:
    if node.flow:
        node.end = event.end_mark.index
    elif node.children:
        node.end = max(node.end, node.children[-1].end)


def _add(parent: Node, node: Node, text: str) -> None:
    """Nothing at all stands directly behind the colon, wherever the parser has looked on to."""
    if node.is_text and node.start >= node.end and len(parent.children) % 2 and parent.kind == "mapping":
        colon = _COLON.match(text, parent.children[-1].end)
        node.start = node.end = colon.end() if colon else parent.children[-1].end
    parent.children.append(node)


def _node(event: NodeEvent, text: str) -> Node:
    start, end, anchor = event.start_mark.index, event.end_mark.index, event.anchor or ""
    if isinstance(event, ScalarEvent):
        properties = _PROPERTIES.match(text, start, end)
        start = properties.end() if properties else start
        return Node("scalar", start, end, event.value, event.style or "", anchor)
    if isinstance(event, AliasEvent):
        return Node("alias", start, end, anchor)
    kind = "mapping" if isinstance(event, MappingStartEvent) else "list"
    flow = bool(getattr(event, "flow_style", False))
    assert isinstance(event, (MappingStartEvent, SequenceStartEvent))  # noqa: S101
    return Node(kind, start, end if flow else start, anchor=anchor, flow=flow)
