"""Small wheels made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from textwrap import dedent

from concertmaster.index import codec
from concertmaster.index.build import modules
from concertmaster.index.codec import ReleaseFacts
from concertmaster.index.reading import Fetched, read_facts
from concertmaster.index.store import Index
from concertmaster.index.wheel import read_wheel

CORE = "orchestrator-core"


def wheel(
    files: Mapping[str, str | bytes],
    *,
    distribution: str = CORE,
    release: str = "5.0.0",
    requires: tuple[str, ...] = (),
) -> bytes:
    """A wheel of these files; text is dedented."""
    stem = f"{distribution.replace('-', '_')}-{release}.dist-info"
    wanted = "".join(f"Requires-Dist: {each}\n" for each in requires)
    metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {release}\n{wanted}"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in {**files, f"{stem}/METADATA": metadata}.items():
            content_of = text if isinstance(text, bytes) else dedent(text)
            packed = zipfile.ZIP_DEFLATED if len(content_of) > 1_000 else zipfile.ZIP_STORED
            archive.writestr(name, content_of, packed)
    return content.getvalue()


def facts(
    files: Mapping[str, str | bytes],
    *,
    distribution: str = CORE,
    release: str = "5.0.0",
    requires: tuple[str, ...] = (),
) -> ReleaseFacts:
    content = wheel(files, distribution=distribution, release=release, requires=requires)
    return read_facts(Fetched(distribution, release, content))


def index(*releases: ReleaseFacts) -> Index:
    """An index of these releases that went through its bytes once."""
    return Index(codec.decode(codec.encode(releases), where="a test"))


def module(source: str) -> Index:
    """An index of one release with one module, `orchestrator.core.m`."""
    files = {"orchestrator/core/__init__.py": "", "orchestrator/core/m.py": source}
    return index(facts(files))


def names(content: bytes, *, distribution: str = CORE, release: str = "5.0.0") -> set[str]:
    return set(modules(read_wheel(content, distribution=distribution, release=release)))
