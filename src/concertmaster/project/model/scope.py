"""Names and their values while code is read."""

from __future__ import annotations

from msgspec import Struct, field

from concertmaster.project.model.place import Parsed
from concertmaster.project.model.values import Value


class Scope(Struct, eq=False):
    """The names of a module or of a function under way; `up` is what lies around it."""

    file: Parsed
    names: dict[str, Value] = field(default_factory=dict)
    up: Scope | None = None
    stars: list[str] = field(default_factory=list)
