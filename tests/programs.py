"""Programs of a test's own in the place of ruff and uv."""

from __future__ import annotations

from pathlib import Path

from concertmaster.upgrading.tools import MissingToolError, Toolbox


class Own(Toolbox, frozen=True):
    """One program for both, or none."""

    program: Path | None = None

    def ruff(self, folder: Path) -> Path:
        if self.program is None:
            raise MissingToolError("ruff is not installed here")
        return self.program

    def uv(self, folder: Path) -> Path:
        if self.program is None:
            raise MissingToolError("uv is not installed here")
        return self.program
