"""A project with some files changed and nothing written: what it would be after rewrites."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from concertmaster.project.files import Project


class Overlay(Struct, frozen=True):
    """Another project's files, with other bytes where `changes` has some, and those that are new; none is gone."""

    project: Project
    changes: Mapping[str, bytes]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted({*self.project.paths, *self.changes}))

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            UnreadableFileError: the project below says so.
        """
        changed = self.changes.get(path)
        return self.project.read(path) if changed is None else changed
