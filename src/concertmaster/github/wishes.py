"""What a workflow asks of a review."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct, field

from concertmaster.index.supply import Supply


class Wishes(Struct, frozen=True):
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
