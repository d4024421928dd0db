"""Whether a project ships a package or module of its own that is called like the framework's."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from concertmaster.apart import LostError, files_apart
from concertmaster.project.manifests.model import NotUnderstood
from concertmaster.project.manifests.toml import Toml
from concertmaster.project.names import ROOT

_LIMIT = 128 * 1024
_ROOTS = (
    ("tool", "setuptools", "packages", "find", "where"),
    ("tool", "pytest", "ini_options", "pythonpath"),
    ("tool", "uv", "build-backend", "module-root"),
    ("tool", "hatch", "build", "sources"),
    ("tool", "poetry", "packages"),
)


def shadow(paths: Iterable[str], files: Mapping[str, bytes]) -> tuple[frozenset[str] | None, bool]:
    """The names below the project's own `orchestrator`, and whether it is a regular package (guard rule G-04).

    None where the project ships none. Looked for in the repository's root, in `src/`, and in the source
    roots that `pyproject.toml` or `pytest.ini` name.
    """
    names: set[str] = set()
    found = regular = False
    roots = source_roots(files)
    for path in paths:
        for root in roots:
            inner = path.removeprefix(f"{root}/") if root else path
            if (root and inner == path) or not inner.endswith(".py"):
                continue
            first, _, rest = inner.partition("/")
            if inner == f"{ROOT}.py":
                found = regular = True
            elif first == ROOT and rest:
                found = True
                regular |= rest == "__init__.py"
                names.add(rest.partition("/")[0].removesuffix(".py"))
    return (frozenset(names - {"__init__"}) if found else None), regular


def source_roots(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Folders from which a project's modules are imported, from the repository's root."""
    roots = {"", "src"}
    telling = [
        (path, source)
        for path, source in files.items()
        if path.rpartition("/")[2] == "pyproject.toml" and len(source) <= _LIMIT
    ]
    for path, named in files_apart(_named_roots, telling):
        folder = path.rpartition("/")[0]
        if not isinstance(named, LostError):
            roots |= {posixpath.normpath(posixpath.join(folder, name)) for name in named}
        roots |= {folder, posixpath.join(folder, "src")}
    return tuple(sorted("" if root == "." else root for root in roots if not root.startswith("..")))


def _named_roots(file: tuple[str, bytes]) -> tuple[str, ...]:
    try:
        return tuple(_roots(Toml(file[1].decode("utf-8-sig"))))
    except (NotUnderstood, UnicodeDecodeError, RecursionError):
        return ()


def _roots(toml: Toml) -> Iterator[str]:
    for pattern in _ROOTS:
        for _, value in toml.select(pattern):
            for item in value if isinstance(value, list) else [value]:
                named = item.get("from") if isinstance(item, Mapping) else item
                yield from str(named).split() if isinstance(named, str) else ()
