"""What a tool has resolved: `uv.lock`, `poetry.lock`, `pdm.lock`, `pylock.toml` and `Pipfile.lock`."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping

from concertmaster.project.manifests.model import Found, Manifest, NotUnderstood, Style, Written

_PACKAGE = re.compile(r"^\[\[packages?\]\][ \t]*\r?$", re.MULTILINE)
_NAME = re.compile(r'^name = "(?P<name>[^"\n]+)"', re.MULTILINE)
_VERSION = re.compile(r'^version = "(?P<version>[^"\n]+)"', re.MULTILINE)
_LOCAL = re.compile(r"^source = \{ (?:editable|virtual|directory) = ", re.MULTILINE)
_KEY = re.compile(r'"(?P<name>[^"\\\n]+)"\s*:\s*\{')
_HEADER = re.compile(r"^(?:lock-version|version|requires-python|metadata_version|\[metadata\])", re.MULTILINE)


def read_toml_lock(manifest: Manifest) -> Found:
    """One entry for each `[[package]]`; machines write these files, so lines tell all, also in large ones."""
    text = manifest.text
    starts = [match.start() for match in _PACKAGE.finditer(text)]
    if not starts and not _HEADER.search(text):
        raise NotUnderstood("holds no packages as a lock file does")
    for start, end in itertools.pairwise([*starts, len(text)]):
        found = _package(text, start, end)
        if found:
            yield found


def _package(text: str, start: int, end: int) -> Written | None:
    name, version = _NAME.search(text, start, end), _VERSION.search(text, start, end)
    if name is None or version is None:
        return None
    return Written(
        name["name"],
        name.start(),
        version.end(),
        Style.LOCK,
        f"=={version['version']}",
        locked=True,
        source="path" if _LOCAL.search(text, start, end) else "",
        version=version.span("version"),
    )


def read_pipfile_lock(manifest: Manifest) -> Found:
    """One entry for each package of each section of a `Pipfile.lock`."""
    try:
        root = json.loads(manifest.text)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(f"not valid JSON: {error}") from None
    if not isinstance(root, Mapping):
        raise NotUnderstood("holds no sections as a lock file does")
    places = _places(manifest.text)
    for section, packages in root.items():
        if section != "_meta" and isinstance(packages, Mapping):
            yield from _section(places, "" if section == "default" else str(section), packages)


def _places(text: str) -> dict[str, list[tuple[int, int]]]:
    """Where each key of an object stands, last one first."""
    places: dict[str, list[tuple[int, int]]] = {}
    for match in reversed(list(_KEY.finditer(text))):
        places.setdefault(match["name"], []).append(match.span())
    return places


def _section(
    places: dict[str, list[tuple[int, int]]], group: str, packages: Mapping[str, object]
) -> Iterator[Written]:
    for name, entry in packages.items():
        version = entry.get("version") if isinstance(entry, Mapping) else None
        if places.get(name) and isinstance(version, str):
            yield Written(name, *places[name].pop(), Style.LOCK, version, group=group, locked=True)
