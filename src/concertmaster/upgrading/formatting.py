"""Formats what an upgrade changes as the project does: with a ruff of our own, on copies, by settings alone.

The files lie in a folder of their own among empty ones of the same names, so that imports are sorted as at
home, and nothing of the project is there to be read or run.
"""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path

import tomlkit
from msgspec import Struct, field

from concertmaster.project.files import Project, UnreadableFileError, is_python
from concertmaster.upgrading.style import Style, Styles, read_styles
from concertmaster.upgrading.style_settings import Settings
from concertmaster.upgrading.tools import MissingToolError, Tool, Toolbox

SECONDS = 60
MAX_PATHS = 30_000
AT_ONCE = 500  # names on one command line
SORT = ("check", "--select", "I001", "--fix", "--exit-zero")
LAYOUT = ("format",)

Dress = Callable[[Mapping[str, bytes]], dict[str, bytes]]
Formatting = Callable[[Project], AbstractContextManager[tuple[Dress, "Told"]]]


class Told(Struct):
    """What became of the files; `failed` says why nothing more was formatted, `lacks` what the next run may have."""

    tools: set[str] = field(default_factory=set)
    dressed: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    failed: str = ""
    lacks: str = ""
    notes: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """For a person to read, in plain text."""
        whole = self.dressed - self.left
        if whole and not self.failed:
            tools = " and ".join(sorted(self.tools))
            yield f"Checked: {_files(whole)} in the layout that the settings of {tools} ask for."
        if self.left:
            yield f"Left: the layout of {_files(self.left)} where it was another before."
        if self.failed:
            yield f"Not done: formatting as the project is set up to, because {self.failed}."
        yield from (f"Not done: {note}." for note in self.notes)


def _files(paths: Collection[str]) -> str:
    return f"{len(paths):,} changed file{'' if len(paths) == 1 else 's'}"


class _FailedError(Exception):
    pass


@contextmanager
def unformatted(_: Project) -> Iterator[tuple[Dress, Told]]:
    """Leaves all texts as they are."""
    yield dict, Told()


@contextmanager
def formatter(project: Project, *, tools: Toolbox) -> Iterator[tuple[Dress, Told]]:
    """Gives what formats texts of the project's files, those alone that the project's own style fits already."""
    styles = read_styles(project)
    told = Told(notes=styles.notes)
    if not styles.found:
        yield dict, told
        return
    with tools.temporary("style") as folder:
        yield _Formatter(project, styles, Path(folder), tools.ruff, told).dress, told


class _Formatter(Struct, dict=True):
    project: Project
    styles: Styles
    folder: Path
    tool: Tool
    told: Told
    fits: dict[tuple[str, str], bool] = field(default_factory=dict)
    is_laid_out: bool = False

    def dress(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """The files with the order of imports and then the layout of the project."""
        dressed = dict(files)
        if self.told.failed:
            return dressed
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for path in files:
            style = self.styles.of(path)
            if is_python(path) and style is not None:
                groups[style.folder].append(path)
        try:
            for paths in groups.values():
                dressed |= self._in_style(paths, dressed)
        except MissingToolError as missing:
            self.told.failed, self.told.lacks = str(missing), "ruff" if missing.passing else ""
        except _FailedError as failed:
            self.told.failed = str(failed)
        except OSError as failed:
            self.told.failed = f"ruff could not be started ({type(failed).__name__})"
        if self.told.failed:
            return dict(files)
        return dressed

    def _in_style(self, paths: list[str], files: Mapping[str, bytes]) -> dict[str, bytes]:
        style = self.styles.of(paths[0]) or Style()
        self.told.tools.update(style.tools)
        current = {path: files[path] for path in paths}
        for command, settings in ((SORT, style.imports), (LAYOUT, style.layout)):
            if settings is None:
                continue
            fitting = self._fitting(paths, style, settings, command)
            current |= self._run({path: current[path] for path in fitting}, style, settings, command)
        return current

    def _fitting(
        self, paths: Iterable[str], style: Style, settings: Settings, command: tuple[str, ...]
    ) -> list[str]:
        """Files that were in the style before, and new ones."""
        kind = command[0]
        unknown = [path for path in paths if (path, kind) not in self.fits]
        old = {path: text for path in unknown if (text := self._old(path)) is not None}
        again = self._run(old, style, settings, command)
        for path in unknown:
            fits = again.get(path) == old.get(path)
            self.fits[path, kind] = fits
            (self.told.dressed if fits else self.told.left).add(path)
        return [path for path in paths if self.fits[path, kind]]

    def _old(self, path: str) -> bytes | None:
        if path not in self.project.paths:
            return None
        try:
            return self.project.read(path)
        except UnreadableFileError:
            return None

    def _run(
        self, files: Mapping[str, bytes], style: Style, settings: Settings, command: tuple[str, ...]
    ) -> dict[str, bytes]:
        if not files:
            return {}
        self._lay_out()
        home = self.folder / "files"
        for path, text in files.items():
            _written(home, path, text)
        _written(home, f"{style.folder}/pyproject.toml", _manifest(style, settings))
        options = ("--no-cache", "--quiet", "--force-exclude", "--no-respect-gitignore")
        for paths in _batched(files, AT_ONCE):
            self._call([self._program, *command, *options, "--", *paths], home)
        return {path: (home / path).read_bytes() for path in files}

    @cached_property
    def _program(self) -> Path:
        return self.tool(self.folder)

    def _call(self, command: list[Path | str], home: Path) -> None:
        try:
            ended = subprocess.run(
                command,
                cwd=home,
                env=_environment(str(self.folder / "home")),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _FailedError(f"ruff took longer than {SECONDS} seconds") from None
        if ended.returncode:
            lines = ended.stderr.decode(errors="replace").replace(str(home), "").strip().splitlines()
            raise _FailedError(f"ruff said: {' '.join(' '.join(lines[:4]).split())[:300]}")

    def _lay_out(self) -> None:
        """Empty files by the project's names: what is its own is seen from these."""
        if self.is_laid_out:
            return
        for path in [path for path in self.project.paths if is_python(path)][:MAX_PATHS]:
            _written(self.folder / "files", path, b"")
        self.is_laid_out = True


def _environment(home: str) -> dict[str, str]:
    """All that the program is told of where it runs."""
    return {"HOME": home, "XDG_CONFIG_HOME": home, "NO_COLOR": "1"}


def _batched(paths: Iterable[str], size: int) -> Iterator[list[str]]:
    waiting = list(paths)
    while waiting:
        yield waiting[:size]
        waiting = waiting[size:]


def _manifest(style: Style, settings: Settings) -> bytes:
    project = {"project": {"requires-python": style.python}} if style.python else {}
    return tomlkit.dumps({**project, "tool": {"ruff": dict(settings)}}).encode()


def _written(home: Path, path: str, text: bytes) -> None:
    place = home / path.lstrip("/")
    if not place.resolve().is_relative_to(home.resolve()):
        raise _FailedError("a path leads out of the project")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text)
