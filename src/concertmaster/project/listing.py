"""Which files of a folder are the project's own, by their paths alone."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False  # `typing` and `collections` take longer to load than to list the files of a project
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Folders with other people's or generated files (guard rule G-11).
SKIPPED = frozenset(
    ".git .hg .venv venv .tox .nox site-packages node_modules __pycache__ build dist .eggs .mypy_cache".split()
)


def is_ours(path: str) -> bool:
    """Whether a file is the project's own, and no template of one."""
    return SKIPPED.isdisjoint(path.split("/")[:-1]) and "{{" not in path and "{%" not in path


def walk(root: Path | str) -> Iterator[str]:
    """The files below a folder that is in no repository."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in SKIPPED)
        relative = os.path.relpath(folder, root)
        yield from (name if relative == "." else f"{relative}/{name}" for name in sorted(files))


def points_inside(root: Path | str, path: str) -> bool:
    """Whether a symbolic link leads to a file of the same project, which is looked at by itself."""
    link = f"{root}/{path}"
    try:
        target = os.path.realpath(link, strict=True)
        is_file = stat.S_ISREG(os.lstat(target).st_mode)
        return is_file and stat.S_ISLNK(os.lstat(link).st_mode) and _below(target, f"{root}")
    except OSError:
        return False


def _below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder.rstrip('/')}/")
