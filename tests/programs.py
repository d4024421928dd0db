"""Programs of a test's own in the place of ruff and uv."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from concertmaster.upgrading.tools import MissingToolError, Toolbox


@dataclass(frozen=True, slots=True)
class Own(Toolbox):
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
