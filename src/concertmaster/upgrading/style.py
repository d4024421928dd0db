"""How a project formats its Python and sorts its imports, by the settings of ruff, black and isort that it has.

Only settings that say how text looks are taken over: nothing is extended from elsewhere, nothing names a
program or a version, and no path leads out of the project.
"""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterator

from msgspec import Struct, field

from concertmaster.apart import LostError, apart
from concertmaster.project.files import Project, UnreadableFileError
from concertmaster.upgrading.style_settings import (
    Settings,
    black,
    imports,
    inside,
    isort,
    layout,
    sorts,
    table,
)

MAX_BYTES = 256 * 1024
MAX_EXTENDED = 5
RUFF_FILES = (".ruff.toml", "ruff.toml", "pyproject.toml")


class Style(Struct, frozen=True):
    """The settings of one folder and all below it, in the words of ruff; None where nothing is configured."""

    folder: str = ""
    layout: Settings | None = None
    imports: Settings | None = None
    python: str = ""
    tools: tuple[str, ...] = ()


class Styles(Struct, frozen=True):
    """All styles of a project, and what of its settings is not followed."""

    found: tuple[Style, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, path: str) -> Style | None:
        """The style of a file: that of the nearest folder that has one."""
        around = (one for one in self.found if not one.folder or path.startswith(f"{one.folder}/"))
        return max(around, key=lambda one: len(one.folder), default=None)


class _Reader(Struct):
    project: Project
    notes: list[str] = field(default_factory=list)

    def toml(self, path: str) -> Settings | None:
        text = self.text(path)
        try:
            return None if text is None else apart(_toml, text)
        except LostError:
            self.notes.append(f"{path} is no valid TOML, so its style is not followed")
            return None

    def text(self, path: str) -> str | None:
        if path not in self.project.paths:
            return None
        try:
            source = self.project.read(path)
            return source.decode() if len(source) <= MAX_BYTES else None
        except (UnreadableFileError, UnicodeDecodeError):
            return None


def read_styles(project: Project) -> Styles:
    """The styles that a project configures; one whose settings cannot be followed is left out and told."""
    reader = _Reader(project)
    names = {*RUFF_FILES, "setup.cfg", ".isort.cfg", "tox.ini"}
    folders = {path.rpartition("/")[0] for path in project.paths if path.rpartition("/")[2] in names}
    styles = (_style(folder, reader) for folder in sorted(folders))
    found = tuple(one for one in styles if one is not None)
    return Styles(found, tuple(dict.fromkeys(reader.notes)))


def _style(folder: str, reader: _Reader) -> Style | None:
    manifest = reader.toml(_join(folder, "pyproject.toml")) or {}
    tools = table(manifest, "tool")
    with_ruff, with_black = _ruff(folder, reader), table(tools, "black")
    with_isort = None if sorts(with_ruff) else _isort(folder, reader, table(tools, "isort"))
    is_black = with_black is not None and not table(with_ruff, "format")
    written = black(with_black) if is_black and with_black is not None else layout(with_ruff)
    sorting = imports(with_ruff) if sorts(with_ruff) else with_isort
    if written is None and sorting is None:
        return None
    named = (("black", is_black), ("ruff", with_ruff is not None), ("isort", with_isort is not None))
    python = (table(manifest, "project") or {}).get("requires-python")
    used = tuple(name for name, is_used in named if is_used)
    return Style(folder, written, sorting, python if isinstance(python, str) else "", used)


# -- ruff ----------------------------------------------------------------------------------------


def _ruff(folder: str, reader: _Reader) -> Settings | None:
    """The settings of the first file that has some, with those that it extends below them."""
    for name in RUFF_FILES:
        path = _join(folder, name)
        found = _section(path, reader)
        if found is not None:
            return _extended(found, path, reader)
    return None


def _section(path: str, reader: _Reader) -> Settings | None:
    data = reader.toml(path)
    return table(table(data, "tool"), "ruff") if path.endswith("pyproject.toml") else data


def _extended(settings: Settings, path: str, reader: _Reader) -> Settings | None:
    seen = {path}
    while isinstance(other := settings.get("extend"), str):
        target = inside(path.rpartition("/")[0], other)
        found = _section(target, reader) if target and target not in seen else None
        if target is None or found is None or len(seen) > MAX_EXTENDED:
            reader.notes.append(f"{path} extends a file that is not followed, so its style is not either")
            return None
        seen.add(target)
        path, settings = target, _merged(found, settings)
    return settings


def _merged(below: Settings, above: Settings) -> Settings:
    """One table over another; `extend` is that of the lower one, whose turn is next."""
    merged = {key: value for key, value in above.items() if key != "extend"}
    for key, value in below.items():
        mine = merged.get(key)
        if isinstance(value, dict) and isinstance(mine, dict):
            merged[key] = {**value, **mine}
        else:
            merged.setdefault(key, value)
    return merged


# -- isort ---------------------------------------------------------------------------------------


def _isort(folder: str, reader: _Reader, manifest: Settings | None) -> Settings | None:
    found = manifest or next(_sections(folder, reader), None)
    if not found:
        return None
    sorting = isort(found)
    if sorting is None:
        reader.notes.append("the settings of isort are not followed: run isort on what has changed")
    return sorting


def _sections(folder: str, reader: _Reader) -> Iterator[Settings]:
    for name, section in ((".isort.cfg", "settings"), ("setup.cfg", "isort"), ("tox.ini", "isort")):
        text = reader.text(_join(folder, name))
        try:
            found = apart(_ini, (text, section)) if text else None
        except LostError:
            continue
        if found is not None:
            yield found


def _toml(text: str) -> Settings:
    return tomllib.loads(text)


def _ini(given: tuple[str, str]) -> Settings | None:
    text, section = given
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return dict(parser[section]) if parser.has_section(section) else None


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
