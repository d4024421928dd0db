"""Runs a command whose answer is kept, or says what is kept of the same question before."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import TextIO

from msgspec import Struct

from concertmaster.cli.saying import note
from concertmaster.remembering.again import Understood, folder_of, is_apart, tell
from concertmaster.remembering.files import Listing
from concertmaster.remembering.key import Notebook


class Answer(Struct, frozen=True):
    """How a command ended after what it wrote; one that is not `lasting` may be another one next time."""

    code: int
    lasting: bool = True


class Question(Struct, frozen=True):
    """What is asked, and of which files."""

    asked: str
    wanted: tuple[str, ...]


def remembered(question: Question, run: Callable[[], Answer]) -> int:
    """The exit code of a run, or of the same run before, with what it said."""
    notebook = Notebook(os.environ, sys.stdout, note)
    listing = Listing.of(folder_of(question.wanted))
    if not notebook.is_trusted(listing.root):
        note(
            f"Nothing was remembered: {notebook.folder} lies in what is judged. Set XDG_CACHE_HOME to another."
        )
        return run().code
    wanted = list(question.wanted)
    key = notebook.answer(question.asked, wanted, listing)
    known = tell(notebook.answers.recall(key))
    if known is not None:
        return known
    both = _Both(sys.stdout)
    with redirect_stdout(both):
        answer = run()
    if answer.lasting and answer.code in (0, 1):
        meanwhile = Listing.of(
            folder_of(wanted)
        )  # what is changed while it is judged is not what was asked of
        if notebook.answer(question.asked, wanted, meanwhile) == key:
            text = both.kept.getvalue().encode("utf-8", "surrogatepass")
            notebook.answers.keep(key, f"{answer.code}\n".encode() + text)
    return answer.code


def keep_understood(question: Question | None, values: str, command_line: Sequence[str]) -> None:
    """Keep what a command line stands for, so that it need not be taken apart the next time.

    Without a question it is one that no kept answer is for.
    """
    notebook = Notebook(os.environ, sys.stdout)
    if is_apart(notebook, command_line):
        found = Understood(values, question.asked if question else "", question.wanted if question else ())
        name = notebook.command_line(command_line)
        if notebook.command_lines.recall(name) != found.written():
            notebook.command_lines.keep(name, found.written())


class _Both(io.TextIOBase):
    """Writes through, and keeps what was written."""

    def __init__(self, out: TextIO) -> None:
        self._out, self.kept = out, io.StringIO()

    def write(self, text: str) -> int:
        self.kept.write(text)
        return self._out.write(text)

    def flush(self) -> None:
        self._out.flush()

    def isatty(self) -> bool:
        return self._out.isatty()

    def fileno(self) -> int:
        return self._out.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._out.encoding
