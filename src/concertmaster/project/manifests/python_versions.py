"""Versions of Python wherever a project names them: metadata, tools, images and continuous integration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from concertmaster.project.manifests.constraints import checked, of_poetry
from concertmaster.project.manifests.model import Found, Manifest, Style, Written
from concertmaster.project.manifests.shell import read_shell
from concertmaster.project.manifests.toml import Toml, Value

NAME = "python"
TOOL = "env:tools"
MATRIX = "env:matrix"
#: Ranges, and the grammar that they are written in.
RANGES = {
    ("project", "requires-python"): Style.PEP508,
    ("tool", "flit", "metadata", "requires-python"): Style.PEP508,
    ("tool", "poetry", "dependencies", "python"): Style.POETRY,
}
#: Single versions that a tool is told.
POINTS = (
    ("tool", "ruff", "target-version"),
    ("tool", "black", "target-version"),
    ("tool", "mypy", "python_version"),
    ("tool", "pyright", "pythonVersion"),
)
_POINT = re.compile(r"(?P<tag>py)?(?P<major>3)(?(tag)|\.)(?P<minor>\d+)(?:\.\d+)?")
_FROM = re.compile(
    r"^[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?(?P<image>(?:docker\.io/)?(?:library/)?python:"
    r"(?P<version>3\.\d+(?:\.\d+)?)(?P<variant>[\w.-]*))",
    re.MULTILINE | re.IGNORECASE,
)
_CI = re.compile(r"(?:^[ \t-]*|[{,][ \t]*)[\"']?python-version[\"']?:[ \t]*(?P<value>[^\n#]*)", re.MULTILINE)
_IMAGE = re.compile(
    r"^[ \t]*(?:-[ \t]+)?(?:image|container|name):[ \t]*[\"']?(?:docker\.io/)?(?:library/)?python:"
    r"(?P<version>3\.\d+(?:\.\d+)?)(?![\d.])",
    re.MULTILINE,
)
_NUMBER = re.compile(r"(?<![\w.])3\.\d+(?![\w.])")
_FILE = re.compile(r"^(?:python[ \t-]+)?(?P<version>3\.\d+(?:\.\d+)?)[ \t]*\r?$", re.MULTILINE)


def in_pipfile(toml: Toml) -> Iterator[Written]:
    """The version of Python that a `Pipfile` asks for."""
    for _, item in toml.select(("requires", "python_version")):
        value = toml.string(item)
        found = (
            of_point(value.text, value.inner[0], group="env:interpreter") if value and value.inner else None
        )
        if found:
            yield found


def in_pyproject(toml: Toml) -> Iterator[Written]:
    """What a `pyproject.toml` says of Python, for installers and for tools."""
    for pattern, style in RANGES.items():
        for _, item in toml.select(pattern):
            value = toml.string(item)
            if value and value.inner:
                yield of_range(value.text, value.inner[0], style=style)
    for pattern in POINTS:
        for _, item in toml.select(pattern):
            yield from _points(toml, item)


def of_range(text: str, start: int, *, style: Style = Style.PEP508) -> Written:
    """A range of versions that is written at an offset."""
    specifier = of_poetry(text) if style is Style.POETRY else checked(text)
    problem = "" if specifier is not None else f"the range {text!r} is not understood"
    place = (start, start + len(text))
    return Written(NAME, *place, style, specifier or "", version=place, problem=problem)


def _points(toml: Toml, item: object) -> Iterator[Written]:
    several = isinstance(item, Sequence) and not isinstance(item, str)
    members = list(item) if isinstance(item, Sequence) and several else [item]
    for member in members:
        value = toml.string(member)
        if isinstance(value, Value) and value.inner:
            found = of_point(value.text, value.inner[0], group=MATRIX if len(members) > 1 else TOOL)
            if found:
                yield found


def of_point(text: str, start: int, *, group: str) -> Written | None:
    """One version, such as `3.9`, `3.9.18` or `py39`; None where it is none."""
    match = _POINT.fullmatch(text)
    if match is None:
        return None
    place = (start, start + len(text))
    specifier = f"==3.{match['minor']}.*"
    return Written(NAME, *place, Style.PYTHON, specifier, group=group, version=place)


def read_dockerfile(manifest: Manifest) -> Found:
    """Install commands, and the official image of Python that is built upon."""
    yield from read_shell(manifest)
    for match in _FROM.finditer(manifest.text):
        found = of_point(match["version"], match.start("version"), group="image")
        if found:
            yield found


def read_ci(manifest: Manifest) -> Found:
    """Install commands, and the versions of Python that jobs run on."""
    yield from read_shell(manifest)
    for line in _CI.finditer(manifest.text):
        numbers = list(_NUMBER.finditer(line["value"]))
        for number in numbers:
            start = line.start("value") + number.start()
            group = MATRIX if len(numbers) > 1 or "[" in line["value"] else "env:ci"
            found = of_point(number[0], start, group=group)
            if found:
                yield found
    for image in _IMAGE.finditer(manifest.text):
        found = of_point(image["version"], image.start("version"), group="image")
        if found:
            yield found


def read_version_file(manifest: Manifest) -> Found:
    """`.python-version`, `.tool-versions` and `runtime.txt`."""
    for match in _FILE.finditer(manifest.text):
        found = of_point(match["version"], match.start("version"), group="env:interpreter")
        if found:
            yield found
