"""Generated input of four kinds, held to what must be true of any input: Python, Markdown, diffs, events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of input: how it is made from a seed, and what raises where something is wrong with it.

    `lines` says that it can be made smaller line by line.
    """

    name: str
    suffix: str
    make: Callable[[Random], bytes]
    hold: Callable[[bytes], None]
    lines: bool = True


def kinds() -> dict[str, Kind]:
    from tools.fuzzing import diffs, events, markdown, python

    return {kind.name: kind for kind in (python.KIND, markdown.KIND, diffs.KIND, events.KIND)}
