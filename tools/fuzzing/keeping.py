"""What failed, made as small as it can be while it fails alike, in a file that the tests read for ever after."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pysource_minimize import CouldNotMinimize, minimize

from tools.fuzzing import Kind

FOUND = Path(__file__).resolve().parents[2] / "tests" / "cases" / "found"


@dataclass(frozen=True, slots=True)
class Failure:
    """An input and what was wrong with it; `died` where it took the process with it."""

    source: bytes
    reason: str
    died: bool = False


def keep(kind: Kind, failure: Failure, folder: Path = FOUND) -> Path:
    """Write the smallest input that fails in the same way."""
    source = failure.source if failure.died else smallest(kind, failure)
    path = folder / f"{kind.name}-{hashlib.sha256(source).hexdigest()[:10]}{kind.suffix}"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(source)
    return path


def smallest(kind: Kind, failure: Failure) -> bytes:
    """By dropping parts of the syntax tree where it is Python, and then lines."""
    same = failure.reason.partition(":")[0]

    def fails(source: bytes) -> bool:
        try:
            kind.hold(source)
        except Exception as error:
            return same.startswith(type(error).__name__)
        return False

    source = failure.source
    if kind.suffix == ".py":
        try:
            source = minimize(source.decode(), lambda text: fails(text.encode())).encode()
        except (CouldNotMinimize, SyntaxError, UnicodeError):
            source = failure.source
    return b"".join(fewer(source.splitlines(keepends=True), fails)) if kind.lines else source


def fewer(lines: Sequence[bytes], fails: Callable[[bytes], bool]) -> Sequence[bytes]:
    """Drop stretches of lines, long ones first, as long as the rest fails."""
    length = len(lines) // 2
    while length:
        at = 0
        while at < len(lines):
            rest = [*lines[:at], *lines[at + length :]]
            if rest and fails(b"".join(rest)):
                lines = rest
            else:
                at += length
        length //= 2
    return lines
