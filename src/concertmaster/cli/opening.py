"""What a command works on: the repository around the paths that were given, and its configuration."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from concertmaster.messages import UserError, missing_path, no_files

if TYPE_CHECKING:
    from concertmaster.project.files import WorkingTree
    from concertmaster.workspace import Workspace


def open_project(
    paths: Sequence[Path] | None,
    from_release: str | None,
    target: str | None,
    select: Sequence[str] | None,
    ignore: Sequence[str] | None,
    *,
    offline: bool,
) -> tuple[Workspace, WorkingTree]:
    from concertmaster.index.supply import Supply
    from concertmaster.project.files import WorkingTree
    from concertmaster.workspace import open_workspace

    wanted = wanted_paths(paths)
    whole = WorkingTree.open(root_around(wanted))
    tree = _narrowed(whole, wanted)
    workspace = open_workspace(
        whole,
        installed_release=from_release,
        target=target,
        select=_split(select),
        ignore=_split(ignore),
        name=str(whole.root),
        supply=Supply.of(os.environ, offline=offline),
    )
    return workspace, tree


class Opened(Struct, frozen=True):
    """One project of a repository: its folder, how it is judged, and the files of it that are wanted."""

    folder: str
    workspace: Workspace
    tree: WorkingTree
    is_project: bool = True  # else what is left over outside of the projects


def open_projects(
    paths: Sequence[Path] | None,
    from_release: str | None,
    target: str | None,
    select: Sequence[str] | None,
    ignore: Sequence[str] | None,
    *,
    offline: bool,
) -> tuple[list[Opened], WorkingTree]:
    """Every project of the repository that has some of the wanted files, and the repository as far as it is wanted."""
    from concertmaster.config import load_config
    from concertmaster.index.supply import Supply
    from concertmaster.project.files import WorkingTree
    from concertmaster.projects import Part, config_of, divide, oldest, within
    from concertmaster.workspace import open_workspace, readable

    wanted = wanted_paths(paths)
    whole = WorkingTree.open(root_around(wanted))
    tree = _narrowed(whole, wanted)
    settings = load_config(lambda path: readable(whole, path))
    found, supply = divide(whole, settings), Supply.of(os.environ, offline=offline)
    rest = () if "" in found or settings.projects else ("",)
    opened: list[Opened] = []
    for folder in (*found, *rest):
        others = within(folder, found)
        scope = _subtree(tree, folder, Part(tree, folder, others).paths)
        if not scope.paths and (rest or len(found) > 1):
            continue
        files = _subtree(whole, folder, Part(whole, folder, others).paths)
        workspace = open_workspace(
            files,
            installed_release=from_release or (oldest(whole, found) if folder == "" and rest else None),
            target=target,
            select=_split(select),
            ignore=_split(ignore),
            name=str(files.root),
            config=config_of(whole, folder, settings),
            supply=supply,
        )
        opened.append(Opened(folder, workspace, scope, is_project=folder in found))
    return opened, tree


def _subtree(tree: WorkingTree, folder: str, paths: tuple[str, ...]) -> WorkingTree:
    from concertmaster.project.files import WorkingTree

    return WorkingTree(tree.root / folder, paths) if folder else WorkingTree(tree.root, paths)


def _narrowed(whole: WorkingTree, wanted: list[Path]) -> WorkingTree:
    """The files of a repository below the paths that were given."""
    tree = whole.below(os.path.relpath(path.resolve(), whole.root) for path in wanted)
    if not tree.paths:
        raise no_files(str(whole.root))
    return tree


def wanted_paths(paths: Sequence[Path] | None) -> list[Path]:
    """The paths that were given, the current folder if none.

    Raises:
        UserError: one of them is not there.
    """
    wanted = [path.absolute() for path in paths or [Path.cwd()]]
    for path in wanted:
        if not path.exists():
            raise missing_path(str(path))
    return wanted


def root_around(wanted: list[Path]) -> Path:
    """The repository around the wanted paths; without one, the folder that holds them all."""
    from concertmaster.project.git import Repository

    common = Path(os.path.commonpath(wanted))
    folder = common if common.is_dir() else common.parent
    try:
        return Repository.around(folder).root
    except UserError:
        return folder


def _split(values: Sequence[str] | None) -> list[str]:
    return [name.strip() for value in values or () for name in value.split(",") if name.strip()]
