"""One name for everything that an answer depends on."""

from __future__ import annotations

import hashlib
import os
import sys

from concertmaster.index.places import cache_place
from concertmaster.remembering.files import Listing
from concertmaster.remembering.memory import FORMAT, Memory, no_word
from concertmaster.remembering.states import digest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TextIO

#: This program: what runs the rules, the rules, and the index of names.
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
#: What the looks of a terminal depend on, besides its size.
LOOKS = tuple(
    "NO_COLOR TERM COLORTERM FORCE_COLOR LANG LC_ALL COLUMNS LINES FORCE_HYPERLINK TERM_PROGRAM VTE_VERSION "
    "WT_SESSION KONSOLE_VERSION TTY_COMPATIBLE".split()
)
OWN, WORKSPACE = ("CONCERTMASTER", "_CONCERTMASTER"), "GITHUB_WORKSPACE"


class Notebook:
    """What is kept for one user: answers, what files were like, and how command lines were understood."""

    def __init__(
        self, environment: Mapping[str, str], out: TextIO, tell: Callable[[str], None] = no_word
    ) -> None:
        self.folder = cache_place(environment, os.path.expanduser("~"))
        self.answers = Memory(f"{self.folder}/answers", tell)
        self.command_lines = Memory(f"{self.folder}/command-lines")
        self._files = Memory(f"{self.folder}/files")
        self._environment, self._out = environment, out
        self._self: bytes | None = None

    def is_trusted(self, root: str) -> bool:
        """Whether it lies outside of what is judged, links followed: there, anybody may have filled it."""
        real = os.path.realpath(self.folder)
        roots = (os.path.realpath(root) for root in (root, self._environment.get(WORKSPACE)) if root)
        return not any(f"{real}/".startswith(f"{root.rstrip('/')}/") for root in roots)

    def command_line(self, arguments: Sequence[str]) -> str:
        """The key of how a command line was understood: what it is taken for depends on nothing else."""
        own = sorted(item for item in self._environment.items() if item[0].startswith(OWN))
        return _key(b"command line", repr((list(arguments), os.getcwd(), own)).encode(), *self._program())

    def answer(self, asked: str, wanted: list[str], listing: Listing) -> str:
        """The key of an answer, by everything that it depends on."""
        real = [os.path.realpath(path) for path in wanted]
        names = listing.ours()
        return _key(
            repr((asked, wanted, real, listing.root, look(self._environment, self._out))).encode(),
            *self._program(),
            digest_of(self.folder, b"", [b"names.index"], self._files),
            digest_of(listing.root, listing.names, names, self._files),
        )

    def _program(self) -> Iterator[bytes]:
        yield repr((sys.version, sys.implementation.cache_tag, PACKAGE, os.geteuid())).encode()
        yield libraries(sys.path)
        if self._self is None:
            names = sorted(_own(os.fsencode(PACKAGE)))
            self._self = digest_of(PACKAGE, b"\0".join(names), names, self._files)
        yield self._self


def _own(package: bytes) -> Iterator[bytes]:
    """The files of this program, without what Python makes of them."""
    for folder, folders, files in os.walk(package):
        folders[:] = [name for name in folders if name != b"__pycache__"]
        below = folder[len(package) + 1 :]
        yield from (below + b"/" + name if below else name for name in files)


def libraries(places: list[str]) -> bytes:
    """The names and versions of everything that is installed: those of the folders that say so."""
    found = []
    for place in places:
        try:
            names = os.listdir(place or ".")
        except OSError:
            continue
        found.append(sorted(name for name in names if name.endswith((".dist-info", ".egg-info"))))
    return repr(found).encode()


def look(environment: Mapping[str, str], out: TextIO) -> tuple[object, ...]:
    """What the looks of a report depend on."""
    if not out.isatty():
        return (False,)
    try:
        size: object = tuple(os.get_terminal_size(out.fileno()))
    except (OSError, ValueError):
        size = None
    return (True, size, *(environment.get(name) for name in LOOKS))


def _key(*parts: bytes) -> str:
    digest = hashlib.blake2b(FORMAT, digest_size=24)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
