"""Which programs of Kubernetes take their environment from which ConfigMap or Secret (guard rule G-13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct, field

from concertmaster.project.manifests.model import Manifest, NotUnderstood
from concertmaster.project.settings.model import Reader
from concertmaster.project.settings.nodes import Node, documents
from concertmaster.project.settings.programs import Frame, Programs

LIMIT = 256 * 1024
WORDS = (b"envFrom", b"KeyRef")
_WHOLE = ("configMapRef", "secretRef")
_KEYS = ("configMapKeyRef", "secretKeyRef")


class Configs(Struct, frozen=True):
    """The programs that a ConfigMap or Secret is given to as a whole, and those that take single keys of it."""

    whole: dict[str, list[Reader]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[tuple[str, str], list[Reader]] = field(default_factory=lambda: defaultdict(list))

    def read(self, path: str, source: bytes) -> None:
        """Add what a manifest tells; one that cannot be read tells nothing."""
        if not any(word in source for word in WORDS):
            return
        try:
            roots = documents(Manifest(path, source, limit=LIMIT).text)
        except NotUnderstood:
            return  # told where the file itself is judged
        programs = Programs(roots)
        for root in roots:
            for frame in _environments(Frame(root)):
                for reader in programs.readers(frame):
                    self._add(frame.node, reader)

    def _add(self, environment: Node, reader: Reader) -> None:
        for item in environment.items():
            for name in _names(item, _WHOLE):
                self.whole[name.text("name")].append(reader)
            given = item.get("valueFrom")
            for name in _names(given, _KEYS) if given is not None else ():
                self.keys[name.text("name"), name.text("key")].append(reader)


def _environments(root: Frame) -> Iterator[Frame]:
    pending = [root]
    while pending:
        frame = pending.pop()
        if frame.key in ("env", "envFrom"):
            yield frame
        pending += frame.below()


def _names(item: Node, keys: tuple[str, ...]) -> Iterator[Node]:
    yield from (found for key in keys if (found := item.get(key)) is not None)
