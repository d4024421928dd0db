"""A survey as a file, so that it can go on later: written whole after every page, read as data of nobody's."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from concertmaster.fleet.model import Survey, Wanted, is_repository
from concertmaster.messages.fleet import malformed_state
from concertmaster.writer import write

VERSION = 1
MAX_BYTES = 32 * 1024 * 1024


class _State(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=VERSION, le=VERSION)
    survey: Survey


def keep(path: Path, survey: Survey) -> None:
    """Write how far a survey has come.

    Raises:
        UserError: the file cannot be written.
    """
    try:
        text = _State(version=VERSION, survey=survey).model_dump_json()
        write(path.parent, path.name, text.encode())
    except OSError as error:
        raise malformed_state(str(path), f"It cannot be written: {error.strerror or error}") from None


def resumed(path: Path, wanted: Wanted) -> Survey:
    """The survey that a file holds; a new one where there is no file yet.

    Raises:
        UserError: the file holds something else, or a survey of something else.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Survey(wanted)
    except OSError as error:
        raise malformed_state(str(path), f"It cannot be read: {error.strerror or error}") from None
    try:
        if len(data) > MAX_BYTES:
            raise ValueError
        survey = _State.model_validate_json(data).survey
    except (ValidationError, ValueError):
        raise malformed_state(str(path), "It is none of the files that --resume writes") from None
    if survey.wanted != wanted:
        raise malformed_state(str(path), "It is a plan with another organization or other options")
    names = (*(item.repository for item in survey.found), *survey.unread)
    if not all(map(is_repository, names)):
        raise malformed_state(str(path), "It names what is no repository")
    return survey
