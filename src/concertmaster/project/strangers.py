"""Folders of a repository that hold another program: a package of its own that has nothing of the framework's."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from concertmaster.project.definitions import Definitions
from concertmaster.project.manifests.read import read_requirements
from concertmaster.project.modules import imported
from concertmaster.project.names import ROOT

_PACKAGE = re.compile(rb"^\[(?:project|tool\.poetry|metadata|options|packages)\]", re.MULTILINE)
_FRAMEWORK = re.compile(rb"^[ \t]*(?:from|import)[ \t]+orchestrator\b|[\"']orchestrator\.\w", re.MULTILINE)
_SPOKEN = re.compile(rb"(?:from|import)[ \t]+orchestrator\b|\borchestrator\.(?:core\.)?\w+\.")
_PLAIN = re.compile(rb"^[ \t]*import[ \t]+([\w., \t]+)", re.MULTILINE)
_DOCUMENTS = (".md", ".rst", ".ipynb")


def strangers(
    paths: Collection[str],
    manifests: Mapping[str, bytes],
    definitions: Definitions,
    read: Callable[[str], bytes | None],
) -> tuple[str, ...]:
    """The folders whose own manifest does not ask for the framework, and whose code is not bound to the project's.

    Code is bound that imports the framework or a module from outside of the folder, or is imported from there.
    """
    candidates = sorted(folder for folder in _packages(paths, manifests) if folder)
    kept = [one for one in candidates if not any(one.startswith(f"{other}/") for other in candidates)]
    return tuple(folder for folder in kept if not _is_bound(folder, paths, kept, definitions, read))


def _packages(paths: Collection[str], manifests: Mapping[str, bytes]) -> set[str]:
    """The folders with a manifest of their own, none of whose manifests asks for the framework."""
    named = {item.path for item in read_requirements(manifests).of(f"{ROOT}-core")}
    found = {
        path.rpartition("/")[0] for path, source in manifests.items() if _is_package(path, source, paths)
    }
    return {folder for folder in found if not any(path.startswith(f"{folder}/") for path in named)}


def _is_package(path: str, source: bytes, paths: Collection[str]) -> bool:
    folder, _, name = path.rpartition("/")
    if name in ("pyproject.toml", "setup.cfg", "Pipfile"):
        return _PACKAGE.search(source) is not None
    return name == "setup.py" or (name == "requirements.txt" and f"{folder}/Dockerfile" in paths)


def _is_bound(
    folder: str,
    paths: Collection[str],
    others: Collection[str],
    definitions: Definitions,
    read: Callable[[str], bytes | None],
) -> bool:
    own = [path for path in paths if path.startswith(f"{folder}/")]
    code = [path for path in own if path.endswith(".py")]
    if not code or any(_FRAMEWORK.search(read(path) or b"") for path in code):
        return True
    if any(_SPOKEN.search(read(path) or b"") for path in own if path.endswith(_DOCUMENTS)):
        return True
    outside = [path for path in paths if path.endswith(".py") and not _is_in(path, others)]
    return _reach(code, outside, definitions, read) or _reach(outside, code, definitions, read)


def _is_in(path: str, folders: Collection[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders)


def _reach(
    importers: Collection[str],
    modules: Collection[str],
    definitions: Definitions,
    read: Callable[[str], bytes | None],
) -> bool:
    """Whether one of some files imports one of some others."""
    wanted = frozenset(modules)
    return any(
        found in wanted and _is_top(module, found, definitions)
        for path in importers
        for module in _modules(read(path) or b"")
        if (found := definitions.find(module, path)) is not None
    )


def _is_top(module: str, path: str, definitions: Definitions) -> bool:
    """Whether a file is a module by that name, and no part of a package around it."""
    if module.startswith("."):
        return True
    folder = path.removesuffix(".py").removesuffix("/__init__").removesuffix(module.replace(".", "/"))
    return not definitions.has(f"{folder}__init__.py")


def _modules(source: bytes) -> Iterator[str]:
    for module, names in imported(source):
        yield module
        yield from (f"{module}{name}" if module.endswith(".") else f"{module}.{name}" for name in names)
    for match in _PLAIN.finditer(source):
        yield from (
            part.split()[0].decode("ascii", "replace") for part in match[1].split(b",") if part.strip()
        )
