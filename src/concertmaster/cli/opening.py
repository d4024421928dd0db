"""What a command works on: the repository around the paths that were given, and its configuration."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from concertmaster.messages import UserError, missing_path

if TYPE_CHECKING:
    from concertmaster.project.files import WorkingTree
    from concertmaster.workspace import Workspace


def open_project(
    paths: list[Path] | None,
    from_release: str | None,
    target: str | None,
    select: list[str] | None,
    ignore: list[str] | None,
    *,
    offline: bool,
) -> tuple[Workspace, WorkingTree]:
    from concertmaster.index.supply import Supply
    from concertmaster.project.files import WorkingTree
    from concertmaster.workspace import open_workspace

    wanted = [path.absolute() for path in paths or [Path.cwd()]]
    for path in wanted:
        if not path.exists():
            raise missing_path(str(path))
    root = root_around(wanted)
    tree = WorkingTree.open(root)
    workspace = open_workspace(
        tree,
        installed_release=from_release,
        target=target,
        select=_split(select),
        ignore=_split(ignore),
        name=str(root),
        supply=Supply.of(os.environ, offline=offline),
    )
    return workspace, tree.below(os.path.relpath(path.resolve(), tree.root) for path in wanted)


def root_around(wanted: list[Path]) -> Path:
    """The repository around the wanted paths; without one, the folder that holds them all."""
    from concertmaster.project.git import Repository

    common = Path(os.path.commonpath(wanted))
    folder = common if common.is_dir() else common.parent
    try:
        return Repository.around(folder).root
    except UserError:
        return folder


def _split(values: list[str] | None) -> list[str]:
    return [name.strip() for value in values or () for name in value.split(",") if name.strip()]
