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
    position = 0
    for section, packages in root.items():
        if section != "_meta" and isinstance(packages, Mapping):
            yield from _section(manifest.text, position, str(section), packages)


def _section(text: str, position: int, section: str, packages: Mapping[str, object]) -> Iterator[Written]:
    position = max(text.find(json.dumps(section)), position)
    for name, entry in packages.items():
        key = re.compile(re.escape(json.dumps(name)) + r"\s*:\s*\{").search(text, position)
        version = entry.get("version") if isinstance(entry, Mapping) else None
        if key is None or not isinstance(version, str):
            continue
        position = key.end()
        group = "" if section == "default" else "dev"
        yield Written(name, key.start(), key.end(), Style.LOCK, version, group=group, locked=True)
