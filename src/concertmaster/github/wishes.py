"""What a workflow asks of a review."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from concertmaster.index.supply import Supply


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the workflow asks for; None, an empty folder and no projects leave it to the repository.

    `kept` is the folder of reports that may be said again.
    """

    installed: str | None = None
    target: str | None = None
    folder: str = ""
    new_only: bool | None = None
    supply: Supply = field(default_factory=Supply)
    projects: tuple[str, ...] = ()
    kept: Path | None = None
