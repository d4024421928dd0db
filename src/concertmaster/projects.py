"""A repository that holds several projects: their folders, and each as a project of its own.

A repository is taken apart where its settings say so. Without them it is where manifests of several folders
require the framework, and the projects differ in its release or have settings of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from msgspec import Struct

from concertmaster.config import FILES, Config, load_config
from concertmaster.messages import malformed_configuration
from concertmaster.project.dependencies import (
    FRAMEWORK,
    Dependencies,
    Installed,
    installed,
    read_requirements,
)
from concertmaster.project.files import Project, UnreadableFileError
from concertmaster.versions import release
from concertmaster.workspace import manifests, readable

_MAIN = ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile")
MAX_PROJECTS = 100


class Part(Struct, frozen=True, dict=True):
    """The files of a repository below a folder, without those of other projects within; paths are seen from there."""

    project: Project
    folder: str
    others: tuple[str, ...] = ()

    @cached_property
    def paths(self) -> tuple[str, ...]:
        if not self.folder and not self.others:
            return self.project.paths
        found = (inside(path, self.folder, self.others) for path in self.project.paths)
        return tuple(path for path in found if path is not None)

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            UnreadableFileError: it cannot be read, or is another project's.
        """
        whole = f"{self.folder}/{path}" if self.folder else path
        if inside(whole, self.folder, self.others) is None:
            raise UnreadableFileError("a file of another project")
        return self.project.read(whole)


def inside(path: str, folder: str, others: Iterable[str] = ()) -> str | None:
    """A path of the repository as one of a project; None where it is not one of its files."""
    if folder and not path.startswith(f"{folder}/"):
        return None
    if any(path.startswith(f"{other}/") for other in others):
        return None
    return path[len(folder) + 1 :] if folder else path


def within(folder: str, folders: Iterable[str]) -> tuple[str, ...]:
    """Those of other projects that lie in a project's folder."""
    below = f"{folder}/" if folder else ""
    return tuple(other for other in folders if other != folder and other.startswith(below))


def divide(project: Project, root: Config) -> tuple[str, ...]:
    """The folders of a repository's projects by the settings at its root; the root alone where it is one.

    Raises:
        UserError: the settings are malformed.
    """
    if root.projects:
        return folders(root.projects)
    files = manifests(project)
    homes = _homes(read_requirements(files))
    if len(homes) < 2 or len(homes) > MAX_PROJECTS or not _differ(project, files, homes):
        return ("",)
    return tuple(sorted(homes))


def of_both(head: Project, base: Project, root: Config) -> tuple[str, ...]:
    """The projects of a pull request: as the settings of its base name them, else where either side holds several."""
    found = divide(base, root)
    if root.projects:
        return found
    several = {name for side in (found, divide(head, Config())) if len(side) > 1 for name in side}
    there = {name for name in several if not name or any(path.startswith(f"{name}/") for path in head.paths)}
    return tuple(sorted(there)) or ("",)


def folders(names: Iterable[str]) -> tuple[str, ...]:
    """Folders as somebody names them, without what says the same in another way.

    Raises:
        UserError: one is not in the repository.
    """
    return tuple(sorted({_folder(name) for name in names}))


def oldest(project: Project, homes: Iterable[str]) -> str | None:
    """The oldest release that a project of a repository is believed to use."""
    files, every = manifests(project), tuple(homes)
    found = (_installed(files, folder, within(folder, every)) for folder in every)
    return min((item.release for item in found if item is not None), key=release, default=None)


def _folder(name: str) -> str:
    folder = name.strip().removeprefix("./").rstrip("/")
    parts = folder.split("/")
    if folder in (".", ""):
        return ""
    if folder.startswith("/") or {"", ".", ".."}.intersection(parts) or "\0" in folder:
        raise malformed_configuration("`projects`", f"{name!r} is no folder of the repository")
    return folder


def _homes(dependencies: Dependencies) -> set[str]:
    """Folders with a project's manifest that requires the framework, and folders of requirements outside of them."""
    named = [item.path for item in dependencies.of(FRAMEWORK) if not item.isolated and not item.locked]
    main = {_parent(path) for path in named if path.rpartition("/")[2] in _MAIN}
    loose = {_parent(path) for path in named if _is_requirements(path)}
    return main | {
        folder
        for folder in (one.removesuffix("requirements").rstrip("/") for one in loose)
        if not any(not home or folder == home or folder.startswith(f"{home}/") for home in main)
    }


def _is_requirements(path: str) -> bool:
    return path.endswith((".txt", ".in")) and "requirements" in path


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _differ(project: Project, files: Mapping[str, bytes], homes: Iterable[str]) -> bool:
    """Whether the projects are to be judged in different ways."""
    every = tuple(homes)
    if any(folder and _own(project, folder) is not None for folder in every):
        return True
    shared = read_requirements({path: data for path, data in files.items() if "/" not in path})
    if any(item.locked for item in shared.of(FRAMEWORK)):
        return False
    believed = [one for folder in every if (one := _installed(files, folder, within(folder, every)))]
    return not any(_suits(one, believed) for one in believed)


def _suits(one: Installed, others: Iterable[Installed]) -> bool:
    """Whether all have the same release, or one is held to a release that the others' ranges allow."""
    is_exact = one.floor == one.release
    return all(
        other.release == one.release or (is_exact and one.release in other.requirement.versions)
        for other in others
    )


def _installed(files: Mapping[str, bytes], folder: str, others: Iterable[str]) -> Installed | None:
    found = ((inside(path, folder, others), data) for path, data in files.items())
    return installed(read_requirements({path: data for path, data in found if path is not None}))


def _own(project: Project, folder: str) -> Config | None:
    """The settings in a project's own folder; None where it has none."""
    there = set(project.paths)
    if not any(f"{folder}/{name}" in there for name in FILES):
        return None
    found = load_config(lambda path: readable(project, f"{folder}/{path}"))
    return None if found == Config() else found


def config_of(project: Project, folder: str, root: Config) -> Config:
    """The settings of one of a repository's projects: its own, else those at the root as they concern it.

    Raises:
        UserError: they are malformed.
    """
    if not folder:
        return root
    return _own(project, folder) or _below(root, folder)


def _below(config: Config, folder: str) -> Config:
    """Settings of the root with their globs as seen from a folder."""
    ignores = {
        glob: rules for old, rules in config.per_path_ignores.items() for glob in _globs((old,), folder)
    }
    exclude = tuple(_globs(config.exclude, folder))
    return replace(config, exclude=exclude, per_path_ignores=ignores, projects=())


def _globs(globs: Iterable[str], folder: str) -> Iterator[str]:
    """Globs that begin with the folder, without it; those that begin with a star fit everywhere."""
    for glob in globs:
        if glob.startswith(f"{folder}/"):
            yield glob[len(folder) + 1 :]
        elif glob.startswith("*"):
            yield glob


def is_left_over(path: str, homes: Iterable[str]) -> bool:
    """Whether a file belongs to none of the projects."""
    return all(folder and inside(path, folder) is None for folder in homes)
