"""Which paths may be asked for."""

from __future__ import annotations

from pathlib import PurePosixPath


def is_safe(path: str) -> bool:
    """Whether a path stays below the root that it is relative to."""
    parts = path.split("/")
    return (
        not PurePosixPath(path).is_absolute() and "\0" not in path and not {"", ".", ".."}.intersection(parts)
    )
