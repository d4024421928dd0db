"""How far a long run is, for somebody who watches it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

#: Fewer files are done before anybody wonders.
MANY, SECONDS = 2_000, 0.1


def progress(out: TextIO | None = None) -> Callable[[int, int], None] | None:
    """Writes one line that is renewed, and taken away at the end; None where nobody watches."""
    screen = sys.stderr if out is None else out
    if not screen.isatty():
        return None
    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if total < MANY or (done < total and now - told < SECONDS):
            return
        told = now
        screen.write("\r\x1b[K" if done == total else f"\r\x1b[K{done:,} of {total:,} files")
        screen.flush()

    return tell
