"""Gives generated migrations names and dates that are the same on every run; the generator draws them."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = "2024-03-01"
NAME = re.compile(r"\d{4}-\d\d-\d\d_(?P<revision>[0-9a-f]{12})_(?P<slug>\w+)\.py")
DOWN = re.compile(r'^down_revision(?:: [^=]+)? = "(\w+)"', re.MULTILINE)
CREATED = re.compile(r"^Create Date: .*$", re.MULTILINE)


def settle(folder: Path) -> None:
    """Rename the migrations in `folder` after their place in the chain."""
    new = {
        (match := _named(path))["revision"]: hashlib.sha256(match["slug"].encode()).hexdigest()[:12]
        for path in folder.glob("*.py")
    }
    for hour, path in enumerate(list(chain(folder))):
        text = CREATED.sub(f"Create Date: {DAY}T{hour:02}:00:00", path.read_text("utf-8"))
        for old, settled in new.items():
            text = text.replace(old, settled)
        match = _named(path)
        path.unlink()
        (folder / f"{DAY}_{new[match['revision']]}_{match['slug']}.py").write_text(text, "utf-8")


def chain(folder: Path) -> Iterator[Path]:
    """List migrations from the first to the head."""
    by_parent = {_parent(path): path for path in folder.glob("*.py")}
    revision = None
    while (path := by_parent.get(revision)) is not None:
        yield path
        revision = _named(path)["revision"]


def head(folder: Path) -> str | None:
    names = [_named(path)["revision"] for path in chain(folder)]
    return names[-1] if names else None


def _named(path: Path) -> re.Match[str]:
    if match := NAME.fullmatch(path.name):
        return match
    raise ValueError(f"not named like a migration: {path.name}")


def _parent(path: Path) -> str | None:
    found = DOWN.search(path.read_text("utf-8"))
    return found[1] if found else None
