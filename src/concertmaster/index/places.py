"""Where what was fetched is kept between runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def cache_folder(environment: Mapping[str, str], *, home: Path) -> Path:
    """CONCERTMASTER_CACHE, or the user's folder for such things."""
    if own := environment.get("CONCERTMASTER_CACHE"):
        return Path(own)
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "concertmaster"
