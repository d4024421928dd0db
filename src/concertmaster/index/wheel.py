"""A wheel as data: checked, bounded, read in memory and never unpacked."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct
from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from concertmaster.index.names import CORE, PACKAGES, ROOT
from concertmaster.messages.index import bad_wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILES = 10_000
MAX_SOURCE = 2_000_000
MAX_TOTAL = 50_000_000
BINARY = (".so", ".pyd", ".pyc")


class Wheel(Struct, frozen=True):
    """What the index needs of a wheel: sources, the folders they lie in, and what it requires.

    `renamed` says that the framework's names in it are spelled as before 5.0.
    """

    distribution: str
    release: str
    requires: tuple[str, ...]
    sources: dict[str, bytes]
    folders: frozenset[str]
    binaries: frozenset[str]
    renamed: bool = False


def read_wheel(content: bytes, *, distribution: str, release: str) -> Wheel:
    """Check a wheel and read it.

    Raises:
        UserError: it is damaged, hostile, too large, or not the wheel that was asked for.
    """
    label = f"{distribution} {release}"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, label, distribution, release)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as broken:
        raise bad_wheel(label, f"it is no readable zip archive ({type(broken).__name__})") from broken


def _read(archive: zipfile.ZipFile, label: str, distribution: str, release: str) -> Wheel:
    members = list(_checked(archive, label))
    budget = [MAX_TOTAL]
    requires = _requires(archive, members, label, budget, distribution, release)
    root = ROOT if PACKAGES[distribution] == CORE else PACKAGES[distribution]
    ours = [member for member in members if PurePosixPath(member.filename).parts[:1] == (root,)]
    names = {member.filename for member in ours}
    if not any(name.endswith(".py") for name in names):
        raise bad_wheel(label, f"it holds no module of {PACKAGES[distribution]}")
    return Wheel(
        distribution=distribution,
        release=release,
        requires=requires,
        sources={
            member.filename: _content(archive, member, label, budget)
            for member in ours
            if member.filename.endswith(".py")
        },
        folders=frozenset(str(parent) for name in names for parent in PurePosixPath(name).parents[:-1]),
        binaries=frozenset(name for name in names if name.endswith(BINARY)),
        renamed=root == ROOT and f"{ROOT}/__init__.py" in names,
    )


def _checked(archive: zipfile.ZipFile, label: str) -> Iterator[zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > MAX_FILES:
        raise bad_wheel(label, f"it holds more than {MAX_FILES} files")
    seen: set[str] = set()
    for member in members:
        if reason := _hostile(member, seen):
            raise bad_wheel(label, reason)
        seen.add(member.filename)
        if not member.is_dir():
            yield member


def _hostile(member: zipfile.ZipInfo, seen: set[str]) -> str | None:
    name = member.orig_filename
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        return f"the path {name!r} leads out of it"
    if not name.isprintable():
        return f"the path {name!r} has control characters"
    if member.filename in seen:
        return f"the path {name!r} occurs twice"
    if stat.S_ISLNK(member.external_attr >> 16):
        return f"{name!r} is a symbolic link"
    if member.flag_bits & 0x1:
        return f"{name!r} is encrypted"
    return None


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str, budget: list[int]) -> bytes:
    """Read one file; the size that the archive claims is not believed."""
    with archive.open(member) as stream:
        content = stream.read(MAX_SOURCE + 1)
    budget[0] -= len(content)
    if len(content) > MAX_SOURCE:
        raise bad_wheel(label, f"{member.filename!r} is larger than {MAX_SOURCE} bytes")
    if budget[0] < 0:
        raise bad_wheel(label, f"its sources are larger than {MAX_TOTAL} bytes together")
    return content


def _requires(
    archive: zipfile.ZipFile,
    members: list[zipfile.ZipInfo],
    label: str,
    budget: list[int],
    distribution: str,
    release: str,
) -> tuple[str, ...]:
    """The companions that the wheel asks for; its metadata must be of what was asked for."""
    found = [each for each in members if PurePosixPath(each.filename).match("*.dist-info/METADATA")]
    if len(found) != 1:
        raise bad_wheel(label, "it has no metadata, or more than one")
    metadata, _ = parse_email(_content(archive, found[0], label, budget))
    name, version = metadata.get("name", ""), metadata.get("version", "")
    if canonicalize_name(name) != distribution or Version(version) != Version(release):
        raise bad_wheel(label, f"its metadata is of {name!r} {version!r}")
    return tuple(sorted(_companions(metadata.get("requires_dist", []))))


def _companions(requirements: list[str]) -> Iterator[str]:
    """The indexed distributions among what is required without an extra, normalised."""
    for text in requirements:
        try:
            wanted = Requirement(text)
        except InvalidRequirement:
            continue
        name = canonicalize_name(wanted.name)
        if name in PACKAGES and "extra" not in str(wanted.marker or ""):
            yield f"{name}{wanted.specifier}"
