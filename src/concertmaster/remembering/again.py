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


class Understood:
    """What a command line stands for: all values, and what is asked of which files if an answer may be kept."""

    def __init__(self, values: str, asked: str, wanted: Sequence[str]) -> None:
        self.values, self.asked, self.wanted = values, asked, list(wanted)

    @classmethod
    def before(cls, arguments: Sequence[str]) -> Understood | None:
        """As the same command line was read before; None where that is not known."""
        notebook = Notebook(os.environ, sys.stdout)
        try:
            if not is_apart(notebook, arguments):
                return None
            found = notebook.command_lines.recall(notebook.command_line(arguments))
            values, asked, *wanted = os.fsdecode(found or b"").split("\0")
        except (OSError, ValueError):
            return None
        return cls(values, asked, wanted)

    def written(self) -> bytes:
        return os.fsencode("\0".join((self.values, self.asked, *self.wanted)))


def said_again(understood: Understood) -> int | None:
    """Say what the same was answered by, and return how it ended; None where it has to be run."""
    if not understood.asked:
        return None
    notebook = Notebook(os.environ, sys.stdout)
    try:
        listing = Listing.of(folder_of(understood.wanted))
        if not notebook.is_trusted(listing.root):
            return None
        key = notebook.answer(understood.asked, understood.wanted, listing)
    except (OSError, ValueError):  # the run itself meets it again, and tells
        return None
    return tell(notebook.answers.recall(key))


def is_apart(notebook: Notebook, arguments: Sequence[str]) -> bool:
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
