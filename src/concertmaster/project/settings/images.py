"""Container images that a file names, and the program that each is run as."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

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


class Image(Struct, frozen=True):
    """An image as it is written, and the name of the program that it is run as.

    `tag_at` is set where the tag stands apart from the `name`.
    """

    name: str
    tag: str
    at: tuple[int, int]
    tag_at: tuple[int, int] | None = None
    frame: Frame | None = None
    digest: bool = False
    service: str = ""


def split(reference: str) -> tuple[str, str, bool]:
    """Name, tag, and whether a digest pins it."""
    bare, at, _ = reference.partition("@")
    place, slash, last = bare.rpartition("/") if "{" not in bare else ("", "", bare)
    name, _, tag = last.partition(":")
    return f"{place}{slash}{name}", tag, bool(at)


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
        yield from _written(text, image, frame, frame.key or frame.node.text("name"))
    repository, tag = frame.node.get("repository"), frame.node.get("tag")
    if frame.key == "image" and repository is not None and repository.is_text and tag is not None:
        place = _inner(repository)
        at, tag_at = text.bytes_at(*place), text.bytes_at(*_inner(tag))
        yield Image(
            repository.value, tag.value, at, tag_at, frame.up, service=frame.up.key if frame.up else ""
        )
    if frame.node.kind == "list" and frame.key in _BESIDE:
        for item in frame.node.items():
            named = item.get("name") if item.kind == "mapping" else item
            if named is not None and named.is_text:
                called = item.text("alias") or split(named.value)[0].rpartition("/")[2]
                yield from _written(text, named, Frame(item, None, frame), called)


def _written(text: Manifest, node: Node, frame: Frame, service: str) -> Iterator[Image]:
    start, end = _inner(node)
    if text.text[start:end] == node.value and node.value:
        name, tag, digest = split(node.value)
        yield Image(name, tag, text.bytes_at(start, end), None, frame, digest, service)


def _inner(node: Node) -> tuple[int, int]:
    return (node.start + 1, node.end - 1) if node.style in ("'", '"') else (node.start, node.end)


def in_dockerfile(text: Manifest) -> Iterator[Image]:
    """The images that an image is built on."""
    for match in _FROM.finditer(joined(text.text)):
        name, tag, digest = split(match["image"])
        yield Image(name, tag, text.bytes_at(*match.span("image")), digest=digest)
