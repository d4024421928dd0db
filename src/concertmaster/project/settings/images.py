"""Container images that a file names, and the program that each is run as."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.settings.dockerfile import joined
from concertmaster.project.settings.nodes import Node, documents
from concertmaster.project.settings.programs import Frame

_REFERENCE = r"(?:[\w.-]+(?::\d+)?/)*[a-z0-9][\w.-]*(?::[\w.${}-]+)?(?:@sha256:[0-9a-f]{64})?"
_FROM = re.compile(
    rf"^[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?(?P<image>{_REFERENCE})", re.MULTILINE | re.IGNORECASE
)
#: Lists of images that run beside a job.
_BESIDE = frozenset(("services",))


@dataclass(frozen=True, slots=True)
class Image:
    """An image as it is written. `tag_at` is set where the tag stands apart from the `name`."""

    name: str
    tag: str
    at: tuple[int, int]
    tag_at: tuple[int, int] | None = None
    frame: Frame | None = None
    digest: bool = False

    @property
    def service(self) -> str:
        """What the program is called that it is run as."""
        if self.frame is None:
            return ""
        return self.frame.node.text("name") if not self.frame.key else self.frame.key


def split(reference: str) -> tuple[str, str, bool]:
    """Name, tag, and whether a digest pins it."""
    bare, at, _ = reference.partition("@")
    name, colon, tag = bare.rpartition(":")
    return (name, tag, bool(at)) if colon and "/" not in tag else (bare, "", bool(at))


def in_yaml(text: Manifest) -> Iterator[Image]:
    """`image: name:tag`, `image: {repository: …, tag: …}`, and the services of a job.

    Raises:
        NotUnderstood: it is not well-formed.
    """
    for root in documents(text.text):
        pending = [Frame(root)]
        while pending:
            frame = pending.pop()
            yield from _of(text, frame)
            pending += reversed(frame.below())


def _of(text: Manifest, frame: Frame) -> Iterator[Image]:
    image = frame.node.get("image")
    if image is not None and image.is_text:
        yield from _written(text, image, frame)
    repository, tag = frame.node.get("repository"), frame.node.get("tag")
    if frame.key == "image" and repository is not None and repository.is_text and tag is not None:
        place = _inner(repository)
        at, tag_at = text.bytes_at(*place), text.bytes_at(*_inner(tag))
        yield Image(repository.value, tag.value, at, tag_at, frame.up)
    if frame.node.kind == "list" and frame.key in _BESIDE:
        for item in frame.node.items():
            named = item.get("name") if item.kind == "mapping" else item
            if named is not None and named.is_text:
                yield from _written(text, named, Frame(item, None, frame))


def _written(text: Manifest, node: Node, frame: Frame) -> Iterator[Image]:
    start, end = _inner(node)
    if text.text[start:end] == node.value and node.value:
        name, tag, digest = split(node.value)
        yield Image(name, tag, text.bytes_at(start, end), None, frame, digest)


def _inner(node: Node) -> tuple[int, int]:
    return (node.start + 1, node.end - 1) if node.style in ("'", '"') else (node.start, node.end)


def in_dockerfile(text: Manifest) -> Iterator[Image]:
    """The images that an image is built on."""
    for match in _FROM.finditer(joined(text.text)):
        name, tag, digest = split(match["image"])
        yield Image(name, tag, text.bytes_at(*match.span("image")), digest=digest)
