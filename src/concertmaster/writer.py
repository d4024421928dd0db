"""Writes rewritten files: whole or not at all, with the mode that they had."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

NEW = 0o644


def write(root: Path, path: str, content: bytes) -> None:
    """Replace a file of the project in one step, so that an interruption leaves the old or the new text.

    A file that is not there is made, as any other is made here.
    """
    target = root / path
    mode = target.stat().st_mode if target.exists() else NEW
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink()
        raise
