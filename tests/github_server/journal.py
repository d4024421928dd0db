"""What the clients asked, in order, without their secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and how it ended; no status when the connection was broken."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    status: int | None
    carried_out: bool


@dataclass(slots=True)
class Journal:
    exchanges: list[Exchange] = field(default_factory=list)

    def calls(self, method: str = "*", path: str = "") -> list[Exchange]:
        """Those of a method (`*` is any) whose path holds a pattern."""
        pattern = re.compile(path)
        return [e for e in self.exchanges if method in ("*", e.method) and pattern.search(e.path)]

    def writes(self) -> list[Exchange]:
        return [e for e in self.exchanges if e.method != "GET"]

    def __len__(self) -> int:
        return len(self.exchanges)
