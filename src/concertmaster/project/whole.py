"""The files of a repository as they are seen together: its own, and over them what was rewritten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from concertmaster.project.model import ProjectModel, models_of
from concertmaster.project.python import PythonFile, Surroundings
from concertmaster.project.text import TextFile

Read = Callable[[str], bytes | None]


class ProjectFiles(Struct, frozen=True):
    """The files of a repository while it is judged."""

    paths: tuple[str, ...]
    read: Read
    around: Surroundings

    def over(self, texts: Mapping[str, bytes]) -> ProjectFiles:
        """The same repository with other texts, and with more files."""
        paths = tuple(sorted({*self.paths, *texts}))
        return ProjectFiles(
            paths, lambda path: texts[path] if path in texts else self.read(path), self.around
        )

    def models(self) -> Iterator[ProjectModel]:
        return models_of(self.paths, self.read, self.around.window)

    def text(self, path: str) -> TextFile:
        source = self.read(path) or b""
        if path.endswith(".py"):
            return PythonFile(path, source, self.around)
        return TextFile(path, source, self.around.window)
