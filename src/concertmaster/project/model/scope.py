"""Names and their values while code is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from concertmaster.project.model.place import Parsed
from concertmaster.project.model.values import Value


@dataclass(eq=False)
class Scope:
    """The names of a module or of a function under way; `up` is what lies around it."""

    file: Parsed
    names: dict[str, Value] = field(default_factory=dict)
    up: Scope | None = None
    stars: list[str] = field(default_factory=list)
