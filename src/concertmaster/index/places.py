"""Where what was fetched is kept between runs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def cache_place(environment: Mapping[str, str], home: str) -> str:
    """CONCERTMASTER_CACHE, or the user's folder for such things."""
    above = environment.get("XDG_CACHE_HOME") or f"{home}/.cache"
    return environment.get("CONCERTMASTER_CACHE") or f"{above}/concertmaster"


def cache_folder(environment: Mapping[str, str], *, home: Path) -> Path:
    from pathlib import Path

    return Path(cache_place(environment, str(home)))
