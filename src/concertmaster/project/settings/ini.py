"""Settings in INI files: environments of tox and pytest, and Alembic's own URL."""

from __future__ import annotations

import re
from collections.abc import Iterator

from concertmaster.project.manifests.model import Manifest
from concertmaster.project.settings.known import runs_tests, speaks_of_framework
from concertmaster.project.settings.model import Group, Kind, Reader, Setting, Written

LISTS = frozenset(("setenv", "set_env", "env", "pass_env", "passenv", "env_vars", "environment"))
KEY = re.compile(r"[A-Z][A-Z0-9_]{2,63}")
ITEM = re.compile(
    r"[ \t]*(?:[A-Za-z0-9_,{}!-]+:[ \t]+|(?:[DR]:){1,2})?(?P<key>[A-Z][A-Z0-9_]{2,63})[ \t]*"
    r"(?:=[ \t]*(?P<value>[^\n]*))?"
)
_SECTION = re.compile(r"\[(?P<name>[^\]\n]+)\]\s*\Z")
_OPTION = re.compile(r"(?P<name>[A-Za-z][\w.-]*)[ \t]*[=:][ \t]*")
_URL = "sqlalchemy.url"


def reader_of(path: str, section: str) -> Reader:
    """The program that a section of a file configures."""
    said = f"{path} {section}"
    return Reader(section, speaks_of_framework(said), tests=runs_tests(said.replace(":", " ")))


def read_ini(text: Manifest) -> Iterator[Setting]:
    """What `setenv` and `env` of a section list, and options in capitals."""
    option, group, offset = "", Group(0), 0
    for line in text.text.split("\n"):
        start, offset = offset, offset + len(line) + 1
        if line.lstrip().startswith(("#", ";")):
            continue
        if section := _SECTION.match(line.rstrip("\r")):
            name = section["name"]
            option, group = "", Group(start, (reader_of(text.path, name),))
        elif given := _OPTION.match(line):
            option = given["name"]
            written = _option(line, start, given)
        else:
            written = _item(line, start, 0) if option in LISTS and line[:1] in (" ", "\t") else None
        if not section and written is not None:
            yield written.on(text, group, Kind.INI)


def _option(line: str, start: int, given: re.Match[str]) -> Written | None:
    name = given["name"]
    if name in LISTS:
        return _item(line, start, given.end())
    if name != _URL and not KEY.fullmatch(name):
        return None
    value = line[given.end() :].rstrip()
    place = (start + given.end(), start + given.end() + len(value))
    return Written(name, start, (start, start + len(line) + 1), value, place)


def _item(line: str, start: int, position: int) -> Written | None:
    match = ITEM.match(line, position)
    if match is None:
        return None
    value = None if match["value"] is None else match["value"].rstrip()
    if value is None and line[match.end() :].strip():
        return None
    place = (
        None if value is None else (start + match.start("value"), start + match.start("value") + len(value))
    )
    entry = (0, 0) if position else (start, start + len(line) + 1)
    return Written(match["key"], start + match.start("key"), entry, value, place)
