"""Runs a command whose answer is kept, or says what is kept of the same question before."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TextIO

import typer

from concertmaster.remembering.again import folder_of, tell
from concertmaster.remembering.files import Listing
from concertmaster.remembering.key import Notebook


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended after what it wrote; one that is not `lasting` may be another one next time."""

    code: int
    lasting: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of which files; and the command line that says so, if it says nothing else."""

    asked: tuple[object, ...]
    wanted: tuple[str, ...]
    command_line: Sequence[str] = ()


def remembered(question: Question, run: Callable[[], Answer]) -> int:
    """The exit code of a run, or of the same run before, with what it said."""
    notebook = Notebook(os.environ, sys.stdout, lambda text: typer.echo(text, err=True))
    listing = Listing.of(folder_of(question.wanted))
    if not notebook.is_trusted(listing.root):
        typer.echo(
            f"Nothing was remembered: {notebook.folder} lies in what is judged. Set XDG_CACHE_HOME to another.",
            err=True,
        )
        return run().code
    return _answered(notebook, question, listing, run)


def _answered(notebook: Notebook, question: Question, listing: Listing, run: Callable[[], Answer]) -> int:
    asked, wanted = repr(question.asked), list(question.wanted)
    key = notebook.answer(asked, wanted, listing)
    known = tell(notebook.answers.recall(key))
    if known is not None:
        _note(notebook, question)
        return known
    both = _Both(sys.stdout)
    with redirect_stdout(both):
        answer = run()
    if answer.lasting and answer.code in (0, 1):
        meanwhile = Listing.of(
            folder_of(wanted)
        )  # what is changed while it is judged is not what was asked of
        if notebook.answer(asked, wanted, meanwhile) == key:
            text = both.kept.getvalue().encode("utf-8", "surrogatepass")
            notebook.answers.keep(key, f"{answer.code}\n".encode() + text)
            _note(notebook, question)
    return answer.code


def _note(notebook: Notebook, question: Question) -> None:
    """Keep how the command line was understood, so that it need not be taken apart the next time."""
    if question.command_line:
        name = notebook.command_line(list(question.command_line))
        understood = "\0".join((repr(question.asked), *question.wanted))
        notebook.command_lines.keep(name, os.fsencode(understood))


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
