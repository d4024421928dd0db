"""What a job shows besides the review: its log, annotations beside lines, outputs, and the summary page.

The runner reads commands from everything that is printed, so no text reaches the log as it is.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from concertmaster.messages.github import malformed_input
from concertmaster.report.annotations import command
from concertmaster.report.markdown import visible
from concertmaster.writer import write

#: A step's summary may have 1 MiB.
MAX_SUMMARY = 900_000


def log(text: str) -> None:
    """A line that is no command."""
    shown = visible(text).replace("##[", "## [").replace("::", ": :")
    sys.stdout.write(f"{shown}\n")


def annotate(level: str, text: str) -> None:
    """A note of the job as a whole."""
    commands([command(level, visible(text))])


def commands(lines: Iterable[str]) -> None:
    """Workflow commands that are already escaped."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def quote(lines: Iterable[str]) -> None:
    """Text with commands switched off, by a word that nobody can guess."""
    word = secrets.token_hex(16)
    sys.stdout.write(f"::stop-commands::{word}\n")
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.write(f"::{word}::\n")


#: All outputs of the action. What a run cannot say stays empty.
OUTPUTS = (
    "result verdict conclusion installed target findings errors warnings notices new suggestions unanalysed "
    "sarif report review-url pull-request"
).split()


def begin_outputs(environment: Mapping[str, str]) -> None:
    """What the outputs are if the step is killed; those of a step that goes on take their place."""
    write_outputs(environment, dict.fromkeys(OUTPUTS, "") | {"result": "failed", "conclusion": "error"})


def write_outputs(environment: Mapping[str, str], values: Mapping[str, object]) -> None:
    """The outputs of the step, each between marks that nobody can guess."""
    parts = []
    for name, value in values.items():
        mark = f"end-{secrets.token_hex(16)}"
        parts.append(f"{name}<<{mark}\n{value}\n{mark}\n")
    _append(environment.get("GITHUB_OUTPUT"), "".join(parts))


def fitting(text: Callable[[int], str]) -> str:
    """A text of at most so many characters that it fits into the page of the job, which is measured in bytes."""
    limit = MAX_SUMMARY
    for _ in range(3):
        found = text(limit)
        size = len(found.encode("utf-8", "replace"))
        if size <= MAX_SUMMARY:
            break
        limit = len(found) * MAX_SUMMARY // size - 1_000
    return found


def write_summary(environment: Mapping[str, str], text: str) -> None:
    """What the page of the job shows."""
    _append(environment.get("GITHUB_STEP_SUMMARY"), f"{text}\n\n")


def write_page(workspace: Path | None, path: str, page: str) -> None:
    """The review as a page, where the workflow wants it.

    Raises:
        UserError: there is no workspace, or no such folder in it.
    """
    if workspace is None:
        raise malformed_input("report", path, "left away where the job has no workspace")
    write_report(workspace, path, page, name="report")


def write_report(workspace: Path, path: str, text: str, *, name: str = "sarif") -> None:
    """A file in the workspace, which holds what a stranger wrote: no link in there leads the file elsewhere.

    Raises:
        UserError: there is no such folder within the workspace.
    """
    folder = (workspace / path).parent
    try:
        inside = folder.resolve(strict=True).is_relative_to(workspace.resolve(strict=True))
        is_file = not (workspace / path).is_dir()
    except OSError:
        inside = is_file = False
    if not inside or not is_file:
        raise malformed_input(name, path, "a file in a folder that the workspace has")
    write(workspace, path, text.encode())


def _append(path: str | None, text: str) -> None:
    if path:
        with Path(path).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
