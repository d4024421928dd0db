"""What is said again without loading what would find it out anew."""

from __future__ import annotations

import os
import stat
import sys

from concertmaster.remembering.files import Listing
from concertmaster.remembering.key import Notebook

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def said_again(arguments: list[str]) -> int | None:
    """Say what the same command line was answered by, and return how it ended; None where it has to be run."""
    try:
        notebook = Notebook(os.environ, sys.stdout)
        if not _is_apart(notebook, arguments):
            return None
        asked, *wanted = _understood(notebook, arguments)
        listing = Listing.of(folder_of(wanted)) if asked else None
        if listing is None or not notebook.is_trusted(listing.root):
            return None
        return tell(notebook.answers.recall(notebook.answer(asked, wanted, listing)))
    except (OSError, ValueError):  # the run itself meets it again, and tells
        return None


def _is_apart(notebook: Notebook, arguments: list[str]) -> bool:
    """Whether nothing that may be asked about can hold what is kept: not yet knowing what is, all that could be."""
    named = [os.path.abspath(text) for text in arguments if os.path.lexists(text)]
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in (*named, os.getcwd())]
    if named:
        folders.append(os.path.commonpath(folders[:-1]))
    return all(map(notebook.is_trusted, folders)) and not _in_repository(os.path.realpath(notebook.folder))


def _in_repository(folder: str) -> bool:
    """Whether git would take a folder for a part of a repository."""
    above = os.path.dirname(folder)
    return os.path.lexists(f"{folder}/.git") or (above != folder and _in_repository(above))


def _understood(notebook: Notebook, arguments: list[str]) -> list[str]:
    """What is asked, and of which files, as it was read from the same command line before."""
    found = notebook.command_lines.recall(notebook.command_line(arguments))
    return os.fsdecode(found or b"\0").split("\0")


def folder_of(wanted: Sequence[str]) -> str:
    """The folder that holds all of some paths.

    Raises:
        OSError: one of them is not there.
    """
    kinds = {path: stat.S_IFMT(os.stat(path).st_mode) for path in wanted}
    common = os.path.commonpath(wanted)
    return common if stat.S_ISDIR(kinds.get(common, stat.S_IFDIR)) else os.path.dirname(common)


def tell(answer: bytes | None) -> int | None:
    """Write a kept answer as it was written, and return the exit code that came with it."""
    if answer is None:
        return None
    code, _, text = answer.partition(b"\n")
    sys.stdout.write(text.decode("utf-8", "surrogatepass"))
    return int(code)
