"""Which files are manifests, and what all of them together require."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping

from concertmaster.apart import LostError, files_apart
from concertmaster.findings import Unanalysed
from concertmaster.project.manifests.locks import read_pipfile_lock, read_toml_lock
from concertmaster.project.manifests.model import (
    Dependencies,
    Found,
    Include,
    Manifest,
    NotUnderstood,
    Requirement,
)
from concertmaster.project.manifests.pyproject import read_pipfile, read_pyproject
from concertmaster.project.manifests.python_versions import read_ci, read_dockerfile, read_version_file
from concertmaster.project.manifests.requirements import read_requirements_file
from concertmaster.project.manifests.setuptools import read_ini, read_setup_py
from concertmaster.project.manifests.shell import read_shell
from concertmaster.project.manifests.yaml import read_environment, read_pre_commit

Reader = Callable[[Manifest], Found]
LIMIT = 128 * 1024
TREE_LIMIT = 64 * 1024  # what is parsed into a tree costs more
LOCK_LIMIT = 16 * 1024 * 1024
MAX_REQUIREMENTS = 2000
MAX_INCLUDES = 50
#: Patterns of paths, from the first component that they name on; the first that fits decides.
READERS: tuple[tuple[str, Reader], ...] = (
    ("pyproject.toml", read_pyproject),
    ("Pipfile", read_pipfile),
    ("Pipfile.lock", read_pipfile_lock),
    ("uv.lock", read_toml_lock),
    ("poetry.lock", read_toml_lock),
    ("pdm.lock", read_toml_lock),
    ("pylock.toml", read_toml_lock),
    ("pylock.*.toml", read_toml_lock),
    ("setup.cfg", read_ini),
    ("tox.ini", read_ini),
    ("setup.py", read_setup_py),
    ("*requirements*.txt", read_requirements_file),
    ("*requirements*.in", read_requirements_file),
    ("*constraints*.txt", read_requirements_file),
    ("*constraints*.in", read_requirements_file),
    ("requirements/*.txt", read_requirements_file),
    ("requirements/*.in", read_requirements_file),
    ("environment*.yml", read_environment),
    ("environment*.yaml", read_environment),
    (".pre-commit-config.yaml", read_pre_commit),
    (".pre-commit-config.yml", read_pre_commit),
    ("Dockerfile*", read_dockerfile),
    ("*.Dockerfile", read_dockerfile),
    ("*.dockerfile", read_dockerfile),
    ("Containerfile*", read_dockerfile),
    ("compose*.y*ml", read_shell),
    ("docker-compose*.y*ml", read_shell),
    (".github/workflows/*.y*ml", read_ci),
    (".github/actions/*/action.y*ml", read_ci),
    ("action.y*ml", read_shell),
    (".gitlab-ci*.y*ml", read_ci),
    ("azure-pipelines*.y*ml", read_shell),
    ("bitbucket-pipelines.yml", read_shell),
    (".circleci/config.yml", read_shell),
    ("Jenkinsfile*", read_shell),
    ("Makefile", read_shell),
    ("*.mk", read_shell),
    ("justfile", read_shell),
    ("*.sh", read_shell),
    (".python-version", read_version_file),
    (".tool-versions", read_version_file),
    ("runtime.txt", read_version_file),
)
_LOCKS = frozenset((read_toml_lock, read_pipfile_lock))
_TREES = frozenset((read_pyproject, read_pipfile, read_environment, read_pre_commit))


#: What the last component of every manifest's path is like: most files are told apart by one look.
_NAMES = re.compile("|".join(fnmatch.translate(pattern.rpartition("/")[2]) for pattern, _ in READERS))


def reader_of(path: str) -> Reader | None:
    """The function that reads a manifest of this name; None where it is none."""
    if (path.endswith(".py") and not path.endswith("setup.py")) or not _NAMES.match(
        path, path.rfind("/") + 1
    ):
        return None
    parts = path.split("/")
    for pattern, reader in READERS:
        depth = pattern.count("/") + 1
        if fnmatch.fnmatchcase("/".join(parts[-depth:]), pattern):
            return reader
    return None


def is_manifest(path: str) -> bool:
    """Whether requirements are looked for in a file, by its path from the repository's root."""
    return reader_of(path) is not None


def is_lock(path: str) -> bool:
    """Whether a tool writes this manifest, so that no one edits it."""
    return reader_of(path) in _LOCKS


def limit_of(path: str) -> int:
    """The size, in bytes, up to which a manifest is read; 0 for other files."""
    reader = reader_of(path)
    return 0 if reader is None else _limit(reader)


def _limit(reader: Reader) -> int:
    return LOCK_LIMIT if reader in _LOCKS else TREE_LIMIT if reader in _TREES else LIMIT


def read_manifest(path: str, source: bytes, reader: Reader | None = None) -> Iterator[Requirement | Include]:
    """What one manifest requires, in its order.

    Raises:
        NotUnderstood: it is not well-formed, or too large.
    """
    chosen = reader or reader_of(path) or read_requirements_file
    manifest = Manifest(path, source, limit=_limit(chosen))
    try:
        for number, item in enumerate(chosen(manifest)):
            if number == MAX_REQUIREMENTS and chosen not in _LOCKS:
                raise NotUnderstood(f"names more than {MAX_REQUIREMENTS} requirements")
            yield item if isinstance(item, Include) else item.on(manifest)
    except (RecursionError, MemoryError):
        raise NotUnderstood("nested too deeply to be read") from None


def read_requirements(files: Mapping[str, bytes]) -> Dependencies:
    """Everything that a project's files require; `files` may hold other files too.

    Manifests are read in a process of their own: one that ends it is not understood.
    """
    requirements: list[Requirement] = []
    unanalysed: list[Unanalysed] = []
    waiting = [path for path in sorted(files) if is_manifest(path)]
    seen = set(waiting)
    included = 0
    while waiting:
        read = files_apart(_read, [(path, files[path]) for path in waiting])
        waiting = []
        for path, found in read:
            if isinstance(found, str | LostError):
                unanalysed.append(Unanalysed(path, str(found)))
                continue
            for item in found:
                if isinstance(item, Requirement):
                    requirements.append(item)
                elif item.path in files and item.path not in seen and included < MAX_INCLUDES:
                    included += 1
                    seen.add(item.path)
                    waiting.append(item.path)
    return Dependencies(
        tuple(sorted(requirements, key=lambda item: (item.path, item.span))),
        tuple(sorted(unanalysed, key=lambda item: item.path)),
    )


def _read(file: tuple[str, bytes]) -> tuple[Requirement | Include, ...] | str:
    """What a manifest requires, or why that is not understood."""
    try:
        return tuple(read_manifest(*file))
    except NotUnderstood as error:
        return str(error)
