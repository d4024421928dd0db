"""Reads a commit's files out of the archive that GitHub makes of it: in memory, within limits, by their bytes alone.

Nothing is extracted. A name in there only says whether a file is looked at; what it holds is believed where its
object id is the one that the commit's tree names, so that neither links nor names nor attributes matter.
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Iterator, Mapping, MutableMapping
from typing import IO, cast

from msgspec import Struct

from concertmaster.github.shapes import object_id

MIB = 1024 * 1024
MAX_COMPRESSED, MAX_EXPANDED = 512 * MIB, 2_048 * MIB
MAX_KEPT = 160 * MIB
MAX_MEMBERS = 200_000
#: Headers that hold a long name or a comment; tarfile would read one of any size into memory.
MAX_HEADER = 64 * 1024
_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)


class ArchiveError(Exception):
    """An archive that is none, or is larger than it may be; the text says which."""


class _Bounded(Struct):
    """A stream of which only so much is read."""

    stream: IO[bytes]
    left: int
    what: str

    def read(self, size: int = -1) -> bytes:
        found = self.stream.read(size if size >= 0 else self.left + 1)
        self.left -= len(found)
        if self.left < 0:
            raise ArchiveError(f"the archive is larger than what is read of it ({self.what})")
        return found


class _Member(tarfile.TarInfo):
    """An entry whose headers are of bounded length."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Member:
        made = super().frombuf(buf, encoding, errors)
        if made.type in _HEADERS and made.size > MAX_HEADER:
            raise ArchiveError("the archive holds a header that is too long")
        return made


def read_archive(
    stream: IO[bytes], wanted: Mapping[str, str], most: int, found: MutableMapping[str, bytes]
) -> None:
    """Put into `found`, by object id, the files that are `wanted` (paths to object ids), up to `most` bytes each.

    Reading ends where all of them are there.

    Raises:
        ArchiveError: it is no archive, or larger than it may be; what was found till then is there.
    """
    missing = set(wanted.values()) - found.keys()
    kept = 0
    for path, data in _files(stream, wanted, most):
        text = next((text for text in _forms(data) if object_id(text) == wanted[path]), None)
        if text is None or wanted[path] not in missing:
            continue
        kept += len(text)
        if kept > MAX_KEPT:
            raise ArchiveError("the archive holds more than can be kept")
        found[wanted[path]] = text
        missing.discard(wanted[path])
        if not missing:
            return


def _forms(data: bytes) -> Iterator[bytes]:
    """As it is, and with the line endings that attributes may have changed on the way into the archive."""
    yield data
    if b"\r\n" in data:
        yield data.replace(b"\r\n", b"\n")


def _files(stream: IO[bytes], wanted: Mapping[str, str], most: int) -> Iterator[tuple[str, bytes]]:
    """The wanted regular files, without the folder around everything."""
    packed = cast(IO[bytes], _Bounded(stream, MAX_COMPRESSED, "compressed"))
    try:
        with gzip.GzipFile(fileobj=packed) as plain:
            expanded = cast(IO[bytes], _Bounded(cast(IO[bytes], plain), MAX_EXPANDED, "expanded"))
            with tarfile.open(fileobj=expanded, mode="r|", tarinfo=_Member) as archive:
                yield from _members(archive, wanted, most)
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError) as error:
        raise ArchiveError(f"no archive ({type(error).__name__})") from None


def _members(archive: tarfile.TarFile, wanted: Mapping[str, str], most: int) -> Iterator[tuple[str, bytes]]:
    for _ in range(MAX_MEMBERS):
        member = archive.next()
        if member is None:
            return
        archive.members.clear()  # type: ignore[attr-defined]  # else all of them are kept
        path = member.name.partition("/")[2]
        if path in wanted and member.type in _PLAIN and member.size <= most:
            file = archive.extractfile(member)
            if file is not None:
                yield path, file.read()
    raise ArchiveError(f"the archive holds more than {MAX_MEMBERS:,} entries")
