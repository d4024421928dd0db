"""Requirements in `pyproject.toml` (of every build tool) and in a `Pipfile`."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from packaging.utils import canonicalize_name

from concertmaster.project.manifests.constraints import of_pipenv, of_poetry
from concertmaster.project.manifests.model import Found, Include, Manifest, Style, Written
from concertmaster.project.manifests.pep508 import of_reference, requirement
from concertmaster.project.manifests.python_versions import in_pipfile, in_pyproject
from concertmaster.project.manifests.toml import Toml, Value

#: Arrays of PEP 508 strings, and the group that each stands for; `*` names the group itself.
ARRAYS: dict[tuple[str, ...], str] = {
    ("project", "dependencies"): "",
    ("project", "optional-dependencies", "*"): "*",
    ("dependency-groups", "*"): "*",
    ("build-system", "requires"): "build-system",
    ("tool", "uv", "dev-dependencies"): "dev",
    ("tool", "uv", "constraint-dependencies"): "constraints",
    ("tool", "uv", "build-constraint-dependencies"): "build-constraints",
    ("tool", "uv", "override-dependencies"): "overrides",
    ("tool", "pdm", "dev-dependencies", "*"): "*",
    ("tool", "hatch", "envs", "*", "dependencies"): "env:*",
    ("tool", "hatch", "envs", "*", "extra-dependencies"): "env:*",
    ("tool", "flit", "metadata", "requires"): "",
    ("tool", "flit", "metadata", "requires-extra", "*"): "*",
}
#: Tables of `name = version`, the group, and the grammar of the version.
TABLES: dict[tuple[str, ...], tuple[str, Style]] = {
    ("tool", "poetry", "dependencies"): ("", Style.POETRY),
    ("tool", "poetry", "dev-dependencies"): ("dev", Style.POETRY),
    ("tool", "poetry", "group", "*", "dependencies"): ("*", Style.POETRY),
    ("tool", "pdm", "resolution", "overrides"): ("overrides", Style.POETRY),
    ("tool", "pixi", "pypi-dependencies"): ("", Style.PIPENV),
    ("tool", "pixi", "feature", "*", "pypi-dependencies"): ("*", Style.PIPENV),
}
PIPFILE: dict[tuple[str, ...], tuple[str, Style]] = {
    ("packages",): ("", Style.PIPENV),
    ("dev-packages",): ("dev", Style.PIPENV),
}
FILES = (
    ("tool", "setuptools", "dynamic", "dependencies", "file"),
    ("tool", "setuptools", "dynamic", "optional-dependencies", "*", "file"),
    ("tool", "hatch", "metadata", "hooks", "requirements_txt", "files"),
)
TRANSLATE: dict[Style, Callable[[str], str | None]] = {Style.POETRY: of_poetry, Style.PIPENV: of_pipenv}
SOURCES = {"git": "git", "hg": "git", "url": "url", "file": "path", "path": "path", "workspace": "path"}


def read_pyproject(manifest: Manifest) -> Found:
    """Everything that a `pyproject.toml` requires, and the files that it takes requirements from."""
    toml = Toml(manifest.text)
    sources = _uv_sources(toml)
    for pattern, group in ARRAYS.items():
        for name, array in toml.select(pattern):
            for item in _in_array(toml, array, group=group.replace("*", name)):
                source, specifier = sources.get(canonicalize_name(item.name), (item.source, ""))
                yield replace(item, source=source, specifier=item.specifier or specifier)
    yield from _tables(toml, TABLES)
    yield from in_pyproject(toml)
    yield from _includes(toml, manifest.path)


def read_pipfile(manifest: Manifest) -> Found:
    """Everything that a `Pipfile` requires, and its version of Python."""
    toml = Toml(manifest.text)
    yield from _tables(toml, PIPFILE)
    yield from in_pipfile(toml)


def _in_array(toml: Toml, array: object, *, group: str) -> Iterator[Written]:
    for item in array if isinstance(array, Sequence) and not isinstance(array, str) else ():
        value = toml.string(item)
        found = value and requirement(value.text, value.start + 1, group=group)
        if value and found:
            yield found if value.inner else _unfaithful(found, value)


def _unfaithful(found: Written, value: Value) -> Written:
    """Offsets inside a literal with escapes mean nothing; the literal as a whole is the place."""
    return replace(
        found,
        start=value.start,
        end=value.end,
        version=None,
        extras_at=None,
        problem="written with escape sequences",
    )


def _uv_sources(toml: Toml) -> dict[str, tuple[str, str]]:
    """Distributions that uv takes from elsewhere than an index, and the range that a tag stands for."""
    found: dict[str, tuple[str, str]] = {}
    for name, entry in toml.select(("tool", "uv", "sources", "*")):
        for one in entry if isinstance(entry, list) else [entry]:
            kind = next((SOURCES[key] for key in one if key in SOURCES), None) if _is_table(one) else None
            if kind:
                found[canonicalize_name(name)] = kind, of_reference(str(one.get("tag", "")))
    return found


def _is_table(item: object) -> bool:
    return isinstance(item, Mapping)


def _includes(toml: Toml, path: str) -> Iterator[Include]:
    for pattern in FILES:
        for _, files in toml.select(pattern):
            for name in [files] if isinstance(files, str) else files if isinstance(files, list) else ():
                if isinstance(name, str):
                    yield Include(posixpath.normpath(posixpath.join(posixpath.dirname(path), name)))


def _tables(toml: Toml, tables: dict[tuple[str, ...], tuple[str, Style]]) -> Iterator[Written]:
    for pattern, (group, style) in tables.items():
        for name, table in toml.select(pattern):
            for key in table if _is_table(table) else ():
                for entry in table[key] if isinstance(table[key], list) else [table[key]]:
                    found = _entry(toml, str(key), table[key], entry, style)
                    if found:
                        yield replace(found, group=name if group == "*" else group)


def _entry(toml: Toml, name: str, whole: object, entry: Any, style: Style) -> Written | None:
    """`name = "^4.8"`, `name = {version = "^4.8", …}`, `[….name]` with keys, or one of several such tables."""
    version = toml.string(entry.get("version") if _is_table(entry) else entry)
    place = toml.place(entry) or _around(toml, entry)
    if place is None or name == "python":
        return None
    key = toml.key_start(whole) if whole is entry else None
    specifier = TRANSLATE[style](version.text) if version else ""
    source = next((SOURCES[word] for word in SOURCES if _is_table(entry) and word in entry), "")
    problem = (
        "" if specifier is not None else f"the range {version.text!r} is not understood" if version else ""
    )
    if version and version.inner is None:
        problem = "written with escape sequences"
    extras, extras_at = _extras(toml, entry)
    return Written(
        name=name,
        start=place[0] if key is None else key,
        end=place[1],
        style=style,
        specifier=specifier or (of_reference(str(entry.get("tag", ""))) if source == "git" else ""),
        extras=extras,
        marker=_marker(entry),
        source=source,
        version=version.inner if version else None,
        extras_at=extras_at,
        problem=problem,
    )


def _around(toml: Toml, entry: object) -> tuple[int, int] | None:
    """From the first to the last key of a table that has a header of its own."""
    if not isinstance(entry, Mapping):
        return None
    starts = [start for item in entry.values() if (start := toml.key_start(item)) is not None]
    ends = [place[1] for item in entry.values() if (place := toml.place(item)) is not None]
    return (min(starts), max(ends)) if starts and ends else None


def _extras(toml: Toml, entry: Any) -> tuple[tuple[str, ...], tuple[int, int] | None]:
    extras = entry.get("extras") if _is_table(entry) else None
    if not isinstance(extras, list):
        return (), None
    return tuple(sorted(str(extra) for extra in extras)), toml.place(extras)


def _marker(entry: Any) -> str:
    if not _is_table(entry):
        return ""
    python = entry.get("python")
    parts = [f"python {python}" if python else "", str(entry.get("markers") or "")]
    return " and ".join(part for part in parts if part)
